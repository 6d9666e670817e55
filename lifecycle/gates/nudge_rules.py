"""The rules of a nudge: what is late may be brought to mind, of somebody else, and not too often."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from lifecycle.domain.project import Round
from lifecycle.domain.values import Names
from lifecycle.domain.verdicts import Reason, Refusal
from lifecycle.gates.awaiting import awaited, late_since
from lifecycle.gates.case import Case, refuse

NUDGE_EVERY: Final = timedelta(days=1)
"""For so long nobody reminds the same role of the same round again."""


def to_nudge(roles: Iterable[str], round_: Round, now: datetime) -> Names:
    """Those of the awaited roles that nobody has reminded within a day."""
    return tuple(role for role in roles if role not in round_.nudged or round_.nudged[role] + NUDGE_EVERY <= now)


def gate_is_late(case: Case) -> Refusal | None:
    """Only what is past its deadline is brought to mind; until then the ladder reminds."""
    if late_since(case.round, case.now):
        return None
    return refuse(Reason.NOT_LATE, "The gate is not late.", "Wait for its deadline; see its ladder.")


def somebody_else_is_awaited(case: Case) -> Refusal | None:
    """Nobody reminds themselves, nor where nobody's word is awaited."""
    roles = awaited(case.book, case.state, case.round)
    if not set(roles) <= set(case.state.posts_of(case.asked.actor.principal)):
        return None
    sentence = "The gate waits for nobody but you." if roles else "The gate waits for nobody's word."
    return refuse(Reason.NOBODY_TO_NUDGE, sentence, "See on the gate's page what keeps it shut.")


def nobody_is_nudged_twice_a_day(case: Case) -> Refusal | None:
    """Whoever is awaited at a gate is reminded by hand once a day."""
    roles = awaited(case.book, case.state, case.round)
    if to_nudge(roles, case.round, case.now):
        return None
    sentence = "Those whom the gate waits for were reminded less than a day ago."
    return refuse(Reason.NUDGED_ALREADY, sentence, "Wait a day, or talk to them.", roles)
