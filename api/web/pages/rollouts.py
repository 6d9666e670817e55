"""Roll-outs: an edition is brought to running projects by plan, a canary first, and taken back if need be."""

import re
from collections.abc import Mapping
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.cursors import cursor_of, read_cursor
from api.deps import Id, TheOffice
from api.web.addresses import rollout_path
from api.web.forms import Sent, sent_with
from api.web.rendering import render
from api.web.viewer import Acts, Viewer, Views
from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.people import Permission
from lifecycle.service.deeds import RefusedError
from lifecycle.service.office import Office
from lifecycle.service.rollouts import Bound, Move, Order, Phase

router = APIRouter(include_in_schema=False, prefix="/rollouts")
Reader = Annotated[Viewer, Depends(Views(Permission.PORTFOLIO_READ))]
Publisher = Annotated[Viewer, Depends(Acts(Permission.POLICY_PUBLISH))]
_MOST: Final = 1_000
_UNDER_WAY: Final = frozenset({Phase.CANARY, Phase.ROLLING, Phase.ROLLING_BACK})
_MOVES: Final[Mapping[Phase, tuple[Move, ...]]] = {
    Phase.CANARY: (Move.PAUSE, Move.ROLL_BACK),
    Phase.WATCHING: (Move.GO_ON, Move.ROLL_BACK),
    Phase.ROLLING: (Move.PAUSE, Move.ROLL_BACK),
    Phase.PAUSED: (Move.GO_ON, Move.ROLL_BACK),
    Phase.DONE: (Move.ROLL_BACK,),
}
"""What can be asked of a roll-out, phase by phase; its workflow has the last word."""


@router.get("")
async def rollouts(request: Request, office: TheOffice, viewer: Reader) -> Response:
    """The roll-outs there are, and the form by which one is planned."""
    return await _list(request, office, viewer, {})


@router.post("")
async def plan(request: Request, office: TheOffice, viewer: Publisher) -> Response:
    """Plan a roll-out: a verdict for every running project; nothing is bound yet."""
    sent = await sent_with(request)
    try:
        planned = await office.rollouts.plan(sent.envelope(viewer), _order(sent))
    except LifecycleError as error:
        if error.code not in ("wrong_value", "unknown_edition") and not isinstance(error, RefusedError):
            raise
        return await _list(request, office, viewer, sent.typed, error)
    return RedirectResponse(rollout_path(planned.id), 303)


@router.get("/{id}")
async def rollout(
    request: Request,
    office: TheOffice,
    viewer: Reader,
    id: Id,
    status: Annotated[str, Query(max_length=20)] = "",
    cursor: Annotated[str, Query(max_length=400)] = "",
    after: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """How far a roll-out has come, and its projects with verdict and outcome.

    It keeps itself fresh under way, and as long as what was asked for `after` a phase has not begun.
    """
    return await _shown(request, office, viewer, id, status=status, cursor=cursor, after=after)


@router.post("/{id}/start")
async def start(request: Request, office: TheOffice, viewer: Publisher, id: Id) -> Response:
    """Begin with the canary."""
    planned = await office.rollouts.start(id)
    return RedirectResponse(f"{rollout_path(id)}?after={planned.phase}", 303)


@router.post("/{id}/moves")
async def move(request: Request, office: TheOffice, viewer: Publisher, id: Id) -> Response:
    """Go on, pause, or roll back."""
    sent = await sent_with(request)
    before = await office.rollouts.get(id)
    try:
        await office.rollouts.steer(id, _move(sent))
    except RefusedError as error:
        return await _shown(request, office, viewer, id, error=error)
    return RedirectResponse(f"{rollout_path(id)}?after={before.phase}", 303)


async def _list(
    request: Request, office: Office, viewer: Viewer, typed: Mapping[str, str], error: LifecycleError | None = None
) -> Response:
    found = await office.rollouts.latest()
    return render(
        request,
        viewer,
        "rollouts.html",
        status=409 if error else 200,
        rollouts=found,
        editions=await office.policies.listed(),
        names=await office.people.names({each.person for each in found}),
        typed=typed,
        error=error,
    )


async def _shown(
    request: Request,
    office: Office,
    viewer: Viewer,
    id_: str,
    *,
    status: str = "",
    cursor: str = "",
    after: str = "",
    error: LifecycleError | None = None,
) -> Response:
    found = await office.rollouts.get(id_)
    wanted = status if status in {each.value for each in Bound} else None
    page = await office.rollouts.projects(id_, wanted, read_cursor(cursor or None))
    phase = Phase(found.phase)
    onward = cursor_of(page.after)
    return render(
        request,
        viewer,
        "rollout.html",
        status=409 if error else 200,
        rollout=found,
        lines=page.lines,
        onward=f"{rollout_path(id_)}?status={status}&cursor={onward}" if onward else "",
        total=sum(found.counts.values()),
        settled=sum(number for name, number in found.counts.items() if name != Bound.WAITING),
        under_way=phase in _UNDER_WAY or after == phase,
        again=f"{rollout_path(id_)}?after={phase}" if after == phase else rollout_path(id_),
        moves=_MOVES.get(phase, ()),
        wanted=wanted,
        names=await office.people.names({found.person}),
        error=error,
    )


def _order(sent: Sent) -> Order:
    """What was typed. Raises LifecycleError `wrong_value`."""
    policy, _, version = sent.text("edition").rpartition(":")
    reason = sent.text("reason")
    canary, slice_ = (sent.whole(name) or 0 for name in ("canary", "slice"))
    if not version.isdecimal() or len(version) > 7:
        raise LifecycleError("wrong_value", "No edition was chosen.", "Choose the edition to roll out.")
    if not 0 < len(reason) <= 4_000:
        raise LifecycleError("wrong_value", "A roll-out needs a reason.", "Say why projects are bound earlier.")
    if not all(0 < size <= _MOST for size in (canary, slice_)):
        raise LifecycleError("wrong_value", f"Slices hold 1 to {_MOST} projects.", "Correct the numbers.")
    left_out = tuple(dict.fromkeys(key[:200] for key in re.split(r"[\s,;]+", sent.text("leave_out")) if key))
    return Order(policy, int(version), reason, canary, slice_, left_out[:10_000])


def _move(sent: Sent) -> Move:
    """What was asked for. Raises LifecycleError `wrong_value`."""
    try:
        return Move(sent.text("move"))
    except ValueError:
        raise LifecycleError("wrong_value", "That is no move.", "Go on, pause, or roll back.") from None
