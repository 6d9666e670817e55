"""What if: a project under a draft of the policy, beside the same project under the edition that binds it now.

The project adopts the draft at once, by the same judgement with which it would in earnest; the differences are told.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from functools import reduce
from itertools import takewhile

from pydantic import Field

from lifecycle.domain.commands import AdoptPolicy
from lifecycle.domain.events import Recorded
from lifecycle.domain.gate_events import GateDecided, RoundOpened, RoundReturned, VotesVoided
from lifecycle.domain.people import Actor, Roster
from lifecycle.domain.project import Outcome, ProjectState, Round, RoundStatus
from lifecycle.domain.values import Names, Value
from lifecycle.domain.verdicts import Accepted, Reason, Refusal
from lifecycle.domain.worktime import WorkCalendar
from lifecycle.gates.clocks import clock_for
from lifecycle.gates.criteria import Findings, Result, findings_of, missing
from lifecycle.gates.decide import decide
from lifecycle.gates.evolve import evolve
from lifecycle.gates.explain import SlotView, slots
from lifecycle.gates.policy import CalendarRule, Pmo, Policy
from lifecycle.gates.rulebook import Rulebook

Calendars = Callable[[CalendarRule], WorkCalendar]
"""The working calendar that a policy describes."""

_DAY = timedelta(days=1)


class Effect(StrEnum):
    """What a draft would do to a project as a whole."""

    NONE = "none"
    CHANGED = "changed"
    NEEDS_MAPPING = "needs_mapping"


class Changed(Value):
    """A requirement of a gate that would be found otherwise; no result where it is not asked for at all."""

    requirement: str
    label: str
    before: Result | None
    after: Result | None
    remedy: str = ""


class MoreApprovals(Value):
    """Further approvals that a gate would wait for: of a role, so many, which any of these people could give."""

    role: str
    count: int
    people: Names = ()


class GateShift(Value):
    """How an open round of a gate would stand otherwise.

    `blocked`: its requirements let it pass now and would not; `freed`: the reverse; `changed` tells which. `voided` are
    the voters whose votes would fall. `fewer` counts, by role, approvals that it would wait for no longer. `days` is by
    how many days the approvers' deadline of a submission made now would move, `ladder_days` the end of their ladder.
    """

    gate: str
    round: int
    blocked: bool = False
    freed: bool = False
    changed: tuple[Changed, ...] = ()
    returned: bool = False
    decided: Outcome | None = None
    voided: Names = ()
    more: tuple[MoreApprovals, ...] = ()
    fewer: dict[str, int] = Field(default_factory=dict)
    days: float = 0
    ladder_days: float = 0

    @property
    def is_shifted(self) -> bool:
        """Whether anything would be otherwise."""
        return self != GateShift(gate=self.gate, round=self.round)


class Foreseen(Value):
    """What a draft would do to one project: to its tier, its open gates, its breaches.

    `opened` are gates of which a round would begin; `why` says, of a project that the draft does not fit, what is
    missing.
    """

    project: str
    name: str
    stage: str
    effect: Effect = Effect.NONE
    why: str = ""
    tier: str
    tier_after: str
    heavier: bool | None = None
    gates: tuple[GateShift, ...] = ()
    opened: Names = ()
    breached: Names = ()
    cleared: Names = ()


class Trial:
    """A draft of the policy on trial at one instant."""

    def __init__(self, draft: Rulebook, calendars: Calendars, now: datetime) -> None:
        self._draft = draft
        self._calendars = calendars
        self._now = now
        self._alike: dict[tuple[str, str], bool] = {}
        self._times: dict[tuple[str, str, str], tuple[datetime | None, datetime | None]] = {}

    def on(self, book: Rulebook, state: ProjectState, roster: Roster) -> Foreseen:
        """What the draft would do to a living project that `book` governs; `roster` says who could approve there."""
        told = Foreseen(
            project=state.project, name=state.name, stage=state.stage, tier=state.tier, tier_after=state.tier
        )
        verdict = decide({book.digest: book, self._draft.digest: self._draft}, state, self._adoption(state), self._now)
        if not isinstance(verdict, Accepted):
            return told.model_copy(update=_misfit(verdict.refusal))
        # What the votes would decide at once is told as such; everything else is compared as it stands before that.
        bound = tuple(takewhile(lambda recorded: not isinstance(recorded.event, GateDecided), verdict.events))
        after = reduce(evolve, bound, state)
        shifts = tuple(self._shift(book, state, round_, after, verdict.events, roster) for round_ in state.open_rounds)
        opened = [each.event.gate for each in verdict.events if isinstance(each.event, RoundOpened)]
        known = self._draft.policy.weight_of
        found = {
            "tier_after": after.tier,
            "heavier": known(after.tier) > known(state.tier) if after.tier != state.tier else None,
            "gates": tuple(shift for shift in shifts if shift.is_shifted),
            "opened": tuple(sorted(set(opened))),
            "breached": tuple(sorted(set(after.breaches) - set(state.breaches))),
            "cleared": tuple(sorted(set(state.breaches) - set(after.breaches))),
        }
        effect = Effect.NONE if told.model_copy(update=found) == told else Effect.CHANGED
        return told.model_copy(update={**found, "effect": effect})

    def _adoption(self, state: ProjectState) -> AdoptPolicy:
        office = Actor(person="what-if", roles=("pmo_director",), directory_version=state.directory_version)
        return AdoptPolicy(id="what-if", actor=office, policy=self._draft.policy.ref, at_once=True, reason="What if?")

    def _shift(
        self,
        book: Rulebook,
        state: ProjectState,
        round_: Round,
        after: ProjectState,
        happened: tuple[Recorded, ...],
        roster: Roster,
    ) -> GateShift:
        gate, then = round_.gate, after.rounds[round_.gate]
        if gate not in book.policy.gates or not then.is_open or self._is_alike(book, round_, then):
            return GateShift(gate=gate, round=round_.number)
        found = findings_of(book, state, round_, self._now), findings_of(self._draft, after, then, self._now)
        shut = bool(missing(found[0])), bool(missing(found[1]))
        here = [each.event for each in happened if getattr(each.event, "gate", None) == gate]
        more, fewer = _approvals(_open(book, state, round_, roster), _open(self._draft, after, then, roster))
        days, ladder_days = self._later(book, round_, then)
        return GateShift(
            gate=gate,
            round=round_.number,
            blocked=shut == (False, True),
            freed=shut == (True, False),
            changed=tuple(_changed(*found)),
            returned=any(isinstance(event, RoundReturned) for event in here),
            decided=next((event.outcome for event in here if isinstance(event, GateDecided)), None),
            voided=tuple(voter for event in here if isinstance(event, VotesVoided) for voter in event.voters),
            more=more,
            fewer=fewer,
            days=days,
            ladder_days=ladder_days,
        )

    def _is_alike(self, book: Rulebook, before: Round, after: Round) -> bool:
        """Whether the round is as it was, under a policy that differs in nothing that could concern its gate."""
        if before != after.model_copy(update={"material_seq": before.material_seq}):
            return False
        key = book.digest, before.gate
        if key not in self._alike:
            self._alike[key] = _about(book, before.gate) == _about(self._draft, before.gate)
        return self._alike[key]

    def _later(self, book: Rulebook, before: Round, after: Round) -> tuple[float, float]:
        """By how many days the approvers' deadline and the end of their ladder move; a running clock goes on as is."""
        if after.status is not RoundStatus.PREPARING:
            return 0, 0
        earlier, later = self._ends(book, before), self._ends(self._draft, after)
        first, second = (
            round((new - old) / _DAY, 2) if new and old else 0.0 for old, new in zip(earlier, later, strict=True)
        )
        return first, second

    def _ends(self, book: Rulebook, round_: Round) -> tuple[datetime | None, datetime | None]:
        """The deadline and the end of the ladder of a submission made now."""
        key = book.digest, round_.gate, round_.tier
        if key not in self._times:
            calendar = self._calendars(book.policy.calendar)
            gate = book.policy.gates[round_.gate]
            clock = clock_for(gate, round_.tier, calendar, self._now, submitting=False)
            self._times[key] = (clock.due, clock.steps[-1] if clock.steps else None) if clock else (None, None)
        return self._times[key]


def _about(book: Rulebook, gate: str) -> Policy:
    """Everything in a policy that could concern one of its gates."""
    named = {"policy": "", "version": 0, "title": "", "sources": (), "notes": ""}
    return book.policy.model_copy(update={**named, "gates": {gate: book.policy.gates.get(gate)}})


def _misfit(refusal: Refusal) -> dict[str, object]:
    """A draft that is the very edition that binds the project changes nothing; any other that is refused misfits."""
    if refusal.reason is Reason.NOTHING_CHANGED:
        return {}
    return {"effect": Effect.NEEDS_MAPPING, "why": refusal.sentence}


def _changed(before: Findings, after: Findings) -> Iterator[Changed]:
    """The requirements that let the gate pass on one side only."""
    earlier = {finding.requirement: finding for finding in before}
    later = {finding.requirement: finding for finding in after}
    for name in dict.fromkeys((*earlier, *later)):
        old, new = earlier.get(name), later.get(name)
        if (old is None or old.passes) == (new is None or new.passes):
            continue
        yield Changed(
            requirement=name,
            label=(new or old or after[0]).label,
            before=old.result if old else None,
            after=new.result if new else None,
            remedy=new.remedy if new else "",
        )


def _open(book: Rulebook, state: ProjectState, round_: Round, roster: Roster) -> tuple[SlotView, ...]:
    """The approvals that a round waits for; where the PMO only advises, or decides itself, it waits for none."""
    if book.policy.pmo is not Pmo.CONTROLLING and not round_.raised_to:
        return ()
    return tuple(slot for slot in slots(book, state, round_, roster) if slot.filled_by is None)


def _approvals(
    before: tuple[SlotView, ...], after: tuple[SlotView, ...]
) -> tuple[tuple[MoreApprovals, ...], dict[str, int]]:
    """The open approvals, by role, that come and that go."""
    was, will = Counter(slot.role for slot in before), Counter(slot.role for slot in after)
    people = {slot.role: slot.candidates for slot in after}
    more = [MoreApprovals(role=role, count=count, people=people[role]) for role, count in sorted((will - was).items())]
    return tuple(more), dict(sorted((was - will).items()))
