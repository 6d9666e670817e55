"""One person: their roles, when they are away, who acts for them, and their tokens."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from api.deps import TheOffice
from api.schemas.people import DelegationBody, TokenBody
from api.web.addresses import away_path, person_path
from api.web.entrance import entrance_of
from api.web.fields import Day, Key, Line, PersonKey, Remark, begin_of, checked, done, end_of, minor_of, scope_from
from api.web.rendering import render
from api.web.viewer import Acts, Viewer, Views
from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.people import EVERYWHERE, Permission
from lifecycle.service.envelopes import Envelope
from lifecycle.service.office import Office

router = APIRouter(include_in_schema=False)
Reader = Annotated[Viewer, Depends(Views(Permission.SELF_SERVE))]
Sender = Annotated[Viewer, Depends(Acts(Permission.SELF_SERVE))]


@router.get("/people/{id}")
async def person(
    request: Request,
    office: TheOffice,
    viewer: Reader,
    id: PersonKey,
    said: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Somebody, as far as the reader may know of them."""
    return await show(request, office, viewer, id, said=said)


async def show(request: Request, office: Office, viewer: Viewer, id: str, **more: Any) -> Response:
    """The page of somebody; `more` is what is said this once."""
    known = await office.directory.person(viewer.id, id)
    delegations = [
        given for given in await office.deputising.delegations(viewer.id) if id in (given.giver, given.receiver)
    ]
    everybody = {person for given in delegations for person in (given.giver, given.receiver)}
    told = {"said": "", "invitation": None, "issued": None, "address": entrance_of(request).address, **more}
    return render(
        request,
        viewer,
        "person.html",
        person=known,
        own=id == viewer.id,
        manages=viewer.may(Permission.PEOPLE_MANAGE),
        grants=await office.people.grants(id),
        delegations=delegations,
        absences=[one for one in await office.deputising.absences(viewer.id) if one.person == id],
        tokens=[token for token in await office.tokens.tokens_of(viewer.id, id) if token.revoked_at is None],
        names=await office.people.names(everybody),
        **told,
    )


@router.get("/people/{id}/away")
async def away_page(request: Request, office: TheOffice, viewer: Reader, id: PersonKey) -> Response:
    """When somebody will be away, who acts for them meanwhile, and what would wait for nobody else."""
    return await _away(request, office, viewer, id)


@router.post("/people/{id}/absences")
async def announce(
    request: Request,
    office: TheOffice,
    viewer: Sender,
    id: PersonKey,
    key: Key,
    starts: Day = "",
    ends: Day = "",
    reason: Remark = "",
) -> Response:
    """Note that somebody is away from one day to another, both included."""
    typed = {"starts": starts, "ends": ends, "reason": reason}
    try:
        first, end = begin_of(starts, viewer.zone), end_of(ends, viewer.zone)
        await office.deputising.announce(Envelope(viewer.id, key), id, first, end, reason)
    except LifecycleError as error:
        return await _away(request, office, viewer, id, error=error, typed=typed)
    return done(person_path(id), said="away")


@router.post("/people/{id}/absences/end")
async def cancel(office: TheOffice, viewer: Sender, id: PersonKey, key: Key, entry: Line) -> Response:
    """Take an absence back."""
    await office.deputising.cancel(Envelope(viewer.id, key), entry)
    return done(person_path(id), said="cancelled")


@router.post("/people/{id}/delegations")
async def delegate(
    request: Request,
    office: TheOffice,
    viewer: Sender,
    id: PersonKey,
    key: Key,
    receiver: Line = "",
    within: Line = EVERYWHERE,
    of: Line = "",
    limit: Line = "",
    starts: Day = "",
    ends: Day = "",
    reason: Remark = "",
) -> Response:
    """Let somebody act for a person; without a first day from now on."""
    typed = {"receiver": receiver, "within": within, "of": of, "limit": limit, "from": starts, "until": ends}
    typed["why"] = reason
    try:
        body = checked(
            DelegationBody,
            receiver=receiver.strip(),
            scope=scope_from(within, of),
            limit=minor_of(limit),
            ends=end_of(ends, viewer.zone).isoformat(),
            reason=reason,
        )
        first = begin_of(starts, viewer.zone) if starts else None
        if first and first <= office.now():
            first = None
        about = body.model_dump(exclude={"giver", "receiver", "starts"})
        await office.deputising.delegate(Envelope(viewer.id, key), id, body.receiver, starts=first, **about)
    except LifecycleError as error:
        return await _away(request, office, viewer, id, error=error, typed=typed)
    return done(person_path(id), said="delegated")


@router.post("/people/{id}/delegations/end")
async def revoke(office: TheOffice, viewer: Sender, id: PersonKey, key: Key, entry: Line) -> Response:
    """End a delegation at once."""
    await office.deputising.revoke(Envelope(viewer.id, key), entry)
    return done(person_path(id), said="revoked")


@router.post("/people/{id}/tokens")
async def issue(
    request: Request,
    office: TheOffice,
    viewer: Sender,
    id: PersonKey,
    key: Key,
    label: Annotated[str, Form(max_length=100)],
) -> Response:
    """Issue a token, good for ninety days; its secret is shown this once."""
    body = checked(TokenBody, person=id, label=label.strip())
    issued = await office.tokens.issue(Envelope(viewer.id, key), id, body.label, None)
    return await show(request, office, viewer, id, issued=issued)


@router.post("/people/{id}/tokens/end")
async def end_token(office: TheOffice, viewer: Sender, id: PersonKey, key: Key, entry: Line) -> Response:
    """Make a token worthless at once."""
    await office.tokens.revoke(Envelope(viewer.id, key), entry)
    return done(person_path(id), said="token_ended")


async def _away(
    request: Request,
    office: Office,
    viewer: Viewer,
    id: str,
    *,
    error: LifecycleError | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    manages = viewer.may(Permission.PEOPLE_MANAGE)
    if id != viewer.id and not manages:
        raise LifecycleError("unknown_path", "There is no such page for you.", f"Yours is {away_path(viewer.id)}.")
    known = await office.directory.person(viewer.id, id)
    reads = viewer.may(Permission.PEOPLE_READ)
    others = (await office.people.search("", None, 500)).lines if reads else ()
    noted = [one.starts for one in await office.deputising.absences(viewer.id) if one.person == id]
    return render(
        request,
        viewer,
        "away.html",
        status=422 if error else 200,
        person=known,
        own=id == viewer.id,
        losses=await office.succession.without(id, max(min(noted, default=office.now()), office.now())),
        others=[one for one in others if one.active and one.id != id],
        error=error,
        typed=typed or {},
    )
