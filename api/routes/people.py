"""People and roles: the directory, read and managed."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic.json_schema import SkipJsonSchema

from api.auth import Caller, Reads, Writes
from api.cursors import cursor_of, read_cursor
from api.deps import Id, TheOffice, as_json
from api.schemas.people import Changed, GrantBody, GrantView, Listed, Me, PersonBody, PersonChange, PersonView
from api.schemas.words import PersonId
from lifecycle.domain.people import Grant, Permission, RoleName, Scope
from lifecycle.service.envelopes import Envelope

router = APIRouter(tags=["people"])
Managing = Annotated[Envelope, Depends(Writes(Permission.PEOPLE_MANAGE))]


@router.get("/me", response_model=Me)
async def me(caller: Annotated[Caller, Depends(Reads(Permission.SELF_SERVE))], office: TheOffice) -> Response:
    """Who is signed in, and what the office allows them."""
    rights = await office.directory.rights(caller.id)
    grants = tuple(GrantView.model_validate(grant) for grant in rights.grants)
    person = PersonView.model_validate(caller.person)
    return as_json(Me(person=person, permissions=rights.permissions, grants=grants))


@router.get("/people", response_model=Listed[PersonView])
async def people(
    _: Annotated[Caller, Depends(Reads(Permission.PEOPLE_READ))],
    office: TheOffice,
    text: Annotated[str, Query(max_length=200, description="Words that id, name or mail contain.")] = "",
    cursor: Annotated[str | SkipJsonSchema[None], Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Response:
    """The people of the directory, by id."""
    page = await office.people.search(text, read_cursor(cursor), limit)
    items = tuple(PersonView.model_validate(person) for person in page.lines)
    return as_json(Listed[PersonView](items=items, next_cursor=cursor_of(page.after)))


@router.post("/people", status_code=201, response_model=PersonView)
async def add(body: PersonBody, envelope: Managing, office: TheOffice) -> Response:
    """Add somebody to the directory."""
    person = await office.people.add(envelope, body.id, body.name, body.mail)
    return as_json(PersonView.model_validate(person), 201)


@router.patch("/people/{id}", response_model=PersonView)
async def change(id: Id, body: PersonChange, envelope: Managing, office: TheOffice) -> Response:
    """Change somebody's name or mail, or note that they have left or returned."""
    changes = {
        name: value
        for name, value in body.model_dump(exclude_unset=True).items()
        if value is not None or name == "mail"
    }
    return as_json(PersonView.model_validate(await office.people.change(envelope, id, changes)))


@router.get("/roles", response_model=Listed[GrantView])
async def roles(
    _: Annotated[Caller, Depends(Reads(Permission.PEOPLE_READ))],
    office: TheOffice,
    person: PersonId | SkipJsonSchema[None] = None,
) -> Response:
    """Who holds which role where: one person's, or everybody's."""
    grants = await office.people.grants(person)
    return as_json(Listed[GrantView](items=tuple(GrantView.model_validate(grant) for grant in grants)))


@router.post("/roles", response_model=Changed)
async def grant(body: GrantBody, envelope: Managing, office: TheOffice) -> Response:
    """Grant a role, everywhere, in a portfolio, or on a project."""
    return as_json(Changed(changed=await office.people.grant(envelope, Grant(**body.model_dump()))))


@router.delete("/roles", response_model=Changed)
async def withdraw(person: PersonId, role: RoleName, scope: Scope, envelope: Managing, office: TheOffice) -> Response:
    """Withdraw a role."""
    granted = Grant(person=person, role=role, scope=scope)
    return as_json(Changed(changed=await office.people.withdraw(envelope, granted)))
