"""What one may say at a gate, each with what it would cause; judged by the rules that will judge the real thing."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from api.web.formats import Formats
from api.web.views.told import effects
from lifecycle.domain.commands import CastVote, DecideGate, PersonCommand
from lifecycle.domain.events import Recorded
from lifecycle.domain.project import Outcome, VoteVerdict
from lifecycle.domain.verdicts import Reason, Refusal

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


def ballot_of(rehearsed: Iterable[tuple[PersonCommand, Rehearsed]], say: Formats) -> tuple[Choice, ...]:
    """The choices, in the order of the commands that were rehearsed."""
    return tuple(_choice(command, found, say) for command, found in rehearsed)


def is_open(choices: Iterable[Choice]) -> bool:
    """Whether any of it can be said now."""
    return any(choice.refusal is None for choice in choices)


def is_theirs(choices: Iterable[Choice]) -> bool:
    """Whether the reader is asked at all, even if it cannot be said now."""
    return any(choice.refusal is None or choice.refusal.reason not in _NEVER_THEIRS for choice in choices)


def _choice(command: PersonCommand, found: Rehearsed, say: Formats) -> Choice:
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
    return Choice(value, title, effects(found, say) or (_("It is noted; the gate stays open."),), None)


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
