"""What one may say at a gate, each with what it would cause; judged by the rules that will judge the real thing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Final

from api.web.formats import Formats
from api.web.views.told import effects
from lifecycle.domain.commands import CastVote, DecideGate, PersonCommand
from lifecycle.domain.events import Recorded
from lifecycle.domain.gate_events import GateDecided
from lifecycle.domain.project import Outcome, VoteVerdict
from lifecycle.domain.verdicts import Reason, Refusal
from lifecycle.service.aftermaths import Aftermath

Rehearsed = tuple[Recorded, ...] | Refusal

_NEVER_THEIRS: Final = frozenset(
    {Reason.NOT_PERMITTED, Reason.NO_SLOT, Reason.NOT_DECIDER, Reason.GATE_NOT_OPEN, Reason.NOT_SUBMITTED}
)
"""Refusals of somebody who is not asked at all: they are shown where things stand instead of a form."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to say: what it would cause, or why it cannot be said now."""

    value: str
    title: str
    causes: tuple[str, ...]
    refusal: Refusal | None


def ballot_of(
    rehearsed: Iterable[tuple[PersonCommand, Rehearsed]], say: Formats, left: Sequence[Aftermath | None] = ()
) -> tuple[Choice, ...]:
    """The choices, in the order of the commands that were rehearsed; `left` is what each leaves of the approvals."""
    pairs = zip(rehearsed, left or repeat(None), strict=False)
    return tuple(_choice(command, found, after, say) for (command, found), after in pairs)


def is_open(choices: Iterable[Choice]) -> bool:
    """Whether any of it can be said now."""
    return any(choice.refusal is None for choice in choices)


def is_theirs(choices: Iterable[Choice]) -> bool:
    """Whether the reader is asked at all, even if it cannot be said now."""
    return any(choice.refusal is None or choice.refusal.reason not in _NEVER_THEIRS for choice in choices)


def _choice(command: PersonCommand, found: Rehearsed, after: Aftermath | None, say: Formats) -> Choice:
    _ = say.gettext
    match command:
        case CastVote(verdict=verdict):
            value, title = verdict.value, _verdicts(say)[verdict]
        case DecideGate(outcome=outcome):
            value, title = outcome.value, outcomes(say)[outcome]
        case _:
            value, title = command.type, say.named(command.type)
    if isinstance(found, Refusal):
        return Choice(value, title, (), found)
    told = effects([each for each in found if not _says_itself(each, command)], say)
    return Choice(value, title, told or _left(after, say), None)


def _says_itself(recorded: Recorded, command: PersonCommand) -> bool:
    """Whether a choice of a decision says already by its title what happens."""
    return isinstance(command, DecideGate) and isinstance(recorded.event, GateDecided)


def _left(after: Aftermath | None, say: Formats) -> tuple[str, ...]:
    """What a vote leaves that decides nothing by itself."""
    _ = say.gettext
    if after is None:
        return (_("The gate closes."),)
    roles = {name: ", ".join(map(say.named, getattr(after, name))) for name in ("given", "missing", "stuck")}
    told = [_("Gives the approval of: %(roles)s.") % {"roles": roles["given"]} if after.given else _("It is noted.")]
    if after.against:
        told.append(_("As long as somebody says no, no go can be decided."))
    elif after.missing:
        told.append(_("Still missing then: %(roles)s.") % {"roles": roles["missing"]})
    elif after.decider:
        told.append(_("Then it is for %(role)s to decide.") % {"role": say.named(after.decider)})
    if after.stuck:
        told.append(
            _("Nobody who is present could give it any more: %(roles)s. The PMO would have to name somebody.")
            % {"roles": roles["stuck"]}
        )
    return tuple(told)


def _verdicts(say: Formats) -> dict[VoteVerdict, str]:
    _ = say.gettext
    return {
        VoteVerdict.APPROVE: _("Approve"),
        VoteVerdict.REJECT: _("Reject"),
        VoteVerdict.ABSTAIN: _("Abstain"),
        VoteVerdict.RECUSE: _("Recuse yourself"),
    }


def outcomes(say: Formats) -> dict[Outcome, str]:
    """What a gate can decide, in words."""
    _ = say.gettext
    return {
        Outcome.GO: _("Go"),
        Outcome.CONDITIONAL_GO: _("Go, with conditions"),
        Outcome.HOLD: _("Put on hold"),
        Outcome.RECYCLE: _("Send back to preparation"),
        Outcome.KILL: _("Stop the project"),
        Outcome.DECLINE: _("Decline"),
    }
