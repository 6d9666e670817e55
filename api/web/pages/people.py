"""The directory: who there is, their roles by scope, who is away; and adding people, by who manages them."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request, Response

from api.cursors import cursor_of, read_cursor
from api.deps import TheOffice
from api.schemas.people import GrantBody, PersonBody, PersonChange
from api.web.addresses import person_path
from api.web.fields import Key, Line, PersonKey, checked, done, scope_from
from api.web.pages.person import show
from api.web.rendering import render
from api.web.viewer import Acts, Viewer, Views
from lifecycle.domain.people import EVERYWHERE, Grant, Permission
from lifecycle.service.envelopes import Envelope
from lifecycle.service.whos_who import directory_of

router = APIRouter(include_in_schema=False)
PEOPLE: Final = "/people"
MOST: Final = 100
Reader = Annotated[Viewer, Depends(Views(Permission.PEOPLE_READ))]
Asker = Annotated[Viewer, Depends(Views(Permission.PEOPLE_MANAGE))]
Manager = Annotated[Viewer, Depends(Acts(Permission.PEOPLE_MANAGE))]


@router.get(PEOPLE)
async def people(
    request: Request,
    office: TheOffice,
    viewer: Reader,
    text: Annotated[str, Query(max_length=200)] = "",
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    """The people of the directory, by id."""
    page = await office.people.search(text, read_cursor(cursor), MOST)
    lines = directory_of(
        page.lines,
        await office.people.grants(None),
        await office.deputising.absences(viewer.id),
        await office.deputising.delegations(viewer.id),
        office.now(),
    )
    more = cursor_of(page.after)
    manages = viewer.may(Permission.PEOPLE_MANAGE)
    return render(request, viewer, "people.html", lines=lines, text=text, more=more, manages=manages)


@router.get("/succession")
async def succession(request: Request, office: TheOffice, viewer: Reader) -> Response:
    """Which gates hang on one person, and which nobody can open now."""
    hinges = await office.succession.hinges(viewer.id)
    people = sorted({hinge.person for hinge in hinges if hinge.person})
    names = await office.people.names(people)
    return render(request, viewer, "succession.html", hinges=hinges, people=people, names=names)


@router.post(PEOPLE)
async def add(office: TheOffice, viewer: Manager, key: Key, id: Line, name: Line, mail: Line = "") -> Response:
    """Add somebody."""
    body = checked(PersonBody, id=id.strip(), name=name.strip(), mail=mail.strip() or None)
    person = await office.people.add(Envelope(viewer.id, key), body.id, body.name, body.mail)
    return done(person_path(person.id))


@router.post(f"{PEOPLE}/{{id}}")
async def change(office: TheOffice, viewer: Manager, id: PersonKey, key: Key, name: Line, mail: Line = "") -> Response:
    """Change what somebody is called, or their mail address."""
    body = checked(PersonChange, name=name.strip(), mail=mail.strip() or None)
    await office.people.change(Envelope(viewer.id, key), id, {"name": body.name, "mail": body.mail})
    return done(person_path(id), said="changed")


@router.post(f"{PEOPLE}/{{id}}/roles")
async def grant(
    office: TheOffice, viewer: Manager, id: PersonKey, key: Key, role: Line, within: Line = EVERYWHERE, of: Line = ""
) -> Response:
    """Grant somebody a role, everywhere, in a portfolio or on a project."""
    body = checked(GrantBody, person=id, role="_".join(role.lower().split()), scope=scope_from(within, of))
    await office.people.grant(Envelope(viewer.id, key), Grant(**body.model_dump()))
    return done(person_path(id), said="granted")


@router.post(f"{PEOPLE}/{{id}}/roles/end")
async def withdraw(office: TheOffice, viewer: Manager, id: PersonKey, key: Key, role: Line, scope: Line) -> Response:
    """Withdraw a role."""
    body = checked(GrantBody, person=id, role=role, scope=scope)
    await office.people.withdraw(Envelope(viewer.id, key), Grant(**body.model_dump()))
    return done(person_path(id), said="withdrawn")


@router.get(f"{PEOPLE}/{{id}}/leaving")
async def leaving_page(request: Request, office: TheOffice, viewer: Asker, id: PersonKey) -> Response:
    """What would be missing if somebody left, before it is done."""
    person = await office.directory.person(viewer.id, id)
    losses = await office.succession.without(id)
    return render(request, viewer, "leaving.html", person=person, losses=losses)


@router.post(f"{PEOPLE}/{{id}}/leaving")
async def leave(office: TheOffice, viewer: Manager, id: PersonKey, key: Key) -> Response:
    """Note that somebody has left: they can do nothing any more, but stay on record."""
    await office.people.change(Envelope(viewer.id, key), id, {"active": False})
    return done(person_path(id), said="left")


@router.post(f"{PEOPLE}/{{id}}/return")
async def come_back(office: TheOffice, viewer: Manager, id: PersonKey, key: Key) -> Response:
    """Note that somebody has returned, with the roles that they held."""
    await office.people.change(Envelope(viewer.id, key), id, {"active": True})
    return done(person_path(id), said="returned")


@router.post(f"{PEOPLE}/{{id}}/invitation")
async def invite(request: Request, office: TheOffice, viewer: Manager, id: PersonKey, key: Key) -> Response:
    """Give somebody a code by which they choose a password; it is shown this once."""
    invitation = await office.accounts.invite(Envelope(viewer.id, key), id)
    return await show(request, office, viewer, id, invitation=invitation)
