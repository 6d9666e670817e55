"""What happens when an obligation falls due: ladder steps, missed conditions, expired waivers, recurring gates."""

from datetime import datetime

from lifecycle.domain.events import HoldReviewDue
from lifecycle.domain.gate_events import (
    Basis,
    ConditionMissed,
    LadderAction,
    LadderStepped,
    RecurrenceCame,
    WaiverExpired,
)
from lifecycle.domain.project import OnMiss, Outcome, ProjectState, Round, Rung
from lifecycle.gates import calls, consequences, settling
from lifecycle.gates.approvals import standing
from lifecycle.gates.awaiting import awaited
from lifecycle.gates.criteria import findings_of, missing
from lifecycle.gates.deciding import is_available, opens, passage_blocked
from lifecycle.gates.ledger import Ledger
from lifecycle.gates.rulebook import Rulebook


def fall_due(ledger: Ledger, obligation: str) -> None:
    """Add to the ledger what follows from an obligation whose instant has come, as the caller has made sure."""
    kind, _, subject = obligation.partition("/")
    match kind:
        case "ladder":
            gate, _, _ = subject.partition("/")
            _step(ledger, gate)
        case "condition":
            _missed(ledger, subject)
        case "waiver":
            ledger.add(WaiverExpired(waiver=subject))
        case "recurrence":
            gate, _, count = subject.partition("/")
            _recur(ledger, gate, int(count))
        case _:
            ledger.add(HoldReviewDue())


def _step(ledger: Ledger, gate: str) -> None:
    """The next step of a ladder is taken, once. Who decides a raised round decides afresh: earlier votes fall."""
    round_ = ledger.state.rounds[gate]
    if round_.clock is None:
        return
    number = round_.clock.taken
    rung = round_.clock.rungs[number]
    told = _told(ledger, gate, rung)
    stepped = LadderStepped(gate=gate, round=round_.number, step=number, action=rung.action, role=rung.role, told=told)
    if rung.action is LadderAction.DECIDE:
        _silence(ledger, stepped, rung.outcome or Outcome.HOLD)
        return
    ledger.add(stepped)
    if rung.action is LadderAction.RAISE:
        calls.void_all(ledger, gate, f"The decision was raised to the {rung.role}.")
    if rung.action is LadderAction.HOLD:
        consequences.hold(ledger, f"The gate {gate} stayed undecided through its whole ladder.")


def _silence(ledger: Ledger, stepped: LadderStepped, outcome: Outcome) -> None:
    """Nobody decided in time, and the policy says what then: that is decided, unless it opened a gate unearned."""
    gate, round_ = stepped.gate, ledger.state.rounds[stepped.gate]
    lacking = unearned(ledger.book, ledger.state, round_, ledger.now) if opens(outcome) else ()
    if not is_available(ledger.book, ledger.state, round_, outcome):
        lacking = (f"decisions.{outcome}", *lacking)
    ledger.add(stepped.model_copy(update={"outcome": outcome, "missing": lacking}))
    if not lacking:
        rationale = "Nobody decided in time; this is what the policy says for silence."
        settling.decide(ledger, gate, outcome, Basis.SILENCE, decided_by=(), rationale=rationale)


def unearned(book: Rulebook, state: ProjectState, round_: Round, now: datetime) -> tuple[str, ...]:
    """What keeps silence from opening a gate: requirements, other gates in the way, and people who said no."""
    lacking = [finding.requirement for finding in missing(findings_of(book, state, round_, now))]
    blocked = passage_blocked(book, state, round_)
    said_no = standing(book, state, round_).refused_by
    return (*lacking, *(blocked.missing if blocked else ()), *(f"rejected_by.{person}" for person in said_no))


def _told(ledger: Ledger, gate: str, rung: Rung) -> tuple[str, ...]:
    return (rung.role,) if rung.role else awaited(ledger.book, ledger.state, ledger.state.rounds[gate])


def _missed(ledger: Ledger, key: str) -> None:
    """A missed condition does what was said when it was set: tell, hold, or re-open the gate by a new round.

    On a project that is over it only tells: nobody could decide the gate.
    """
    condition = ledger.state.conditions[key]
    ledger.add(ConditionMissed(condition=key))
    if condition.on_miss is OnMiss.HOLD:
        consequences.hold(ledger, f"The condition was missed: {condition.text}"[:500])
    known = ledger.state.rounds.get(condition.gate)
    if (
        condition.on_miss is OnMiss.REOPEN
        and not ledger.state.is_over
        and condition.gate in ledger.book.policy.gates
        and not (known and known.is_open)
    ):
        consequences.open_round(ledger, condition.gate, f"A condition was missed: {condition.text}"[:500])


def _recur(ledger: Ledger, gate: str, count: int) -> None:
    """A recurring gate opens a round, unless one awaits its decision or the gate is not there for this project."""
    known = ledger.state.rounds.get(gate)
    opens = (known is None or not known.is_open) and consequences.is_there(ledger, gate)
    ledger.add(RecurrenceCame(gate=gate, count=count, opened=opens))
    if opens:
        consequences.open_round(ledger, gate, f"Review number {count} came due.", afresh=True)
