"""Back-test: past decisions judged again, from what was recorded, as if a draft of the policy had been in force.

The history is followed to the instant before each decision. What was not asked for then was not supplied then either:
a draft that asks for more would have kept such a gate shut until it was there.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from lifecycle.domain.commands import DecideGate
from lifecycle.domain.events import Recorded
from lifecycle.domain.gate_events import Basis, GateDecided
from lifecycle.domain.people import Actor
from lifecycle.domain.project import Outcome, ProjectState, Promise, Round, Vote
from lifecycle.domain.values import Instant, Value
from lifecycle.gates import approval_rules as rules
from lifecycle.gates.case import Case
from lifecycle.gates.deciding import decider, opens
from lifecycle.gates.evolve import evolve
from lifecycle.gates.explain import path_to_green
from lifecycle.gates.falling_due import unearned
from lifecycle.gates.ledger import Ledger
from lifecycle.gates.rulebook import Rulebook
from lifecycle.gates.settling import settle

_RULES = (rules.decider_decides, rules.outcome_is_allowed, rules.gate_is_earned, rules.way_is_clear)
"""What a decision that somebody records has to pass; who they are and what they had seen was judged at the time."""


class JudgedAgain(Value):
    """A past decision of a round, and what it would have been; none where nothing would have been decided then.

    `reasons` say in sentences why it would have gone otherwise.
    """

    project: str
    name: str
    gate: str
    round: int
    at: Instant
    outcome: Outcome
    outcome_after: Outcome | None
    tier: str
    tier_after: str
    reasons: tuple[str, ...] = ()

    @property
    def is_otherwise(self) -> bool:
        """Whether the draft would have made a difference."""
        return bool(self.reasons)


def judged_again(draft: Rulebook, history: Iterable[Recorded]) -> Iterator[JudgedAgain]:
    """Every decision of a project's whole history, in order, as the draft would have had it."""
    state: ProjectState | None = None
    for recorded in history:
        if state is not None and isinstance(recorded.event, GateDecided):
            yield _again(draft, state, recorded, recorded.event)
        state = evolve(state, recorded)


def _again(draft: Rulebook, state: ProjectState, recorded: Recorded, decided: GateDecided) -> JudgedAgain:
    posts = {name: who for name, who in (("manager", state.manager), ("sponsor", state.sponsor)) if who}
    tier = draft.tier_of(state.facts, posts)
    told = JudgedAgain(
        project=state.project,
        name=state.name,
        gate=decided.gate,
        round=decided.round,
        at=recorded.at,
        outcome=decided.outcome,
        outcome_after=decided.outcome,
        tier=decided.tier,
        tier_after=tier,
    )
    if not draft.policy.belongs(decided.gate, state.stage):
        sentence = f"The draft has no such gate in the stage {state.stage}."
        return told.model_copy(update={"outcome_after": None, "reasons": (sentence,)})
    under = _under(draft, state, tier)
    outcome, reasons = _judged(draft, under, recorded, decided)
    return told.model_copy(update={"outcome_after": outcome, "reasons": reasons})


def _under(draft: Rulebook, state: ProjectState, tier: str) -> ProjectState:
    """The project as if the draft had bound it: its tier, its rounds, and votes that read all there was to read."""
    rounds = {name: _round(draft, round_, tier) if round_.is_open else round_ for name, round_ in state.rounds.items()}
    return state.model_copy(update={"policy": draft.policy.ref, "next_policy": None, "tier": tier, "rounds": rounds})


def _round(draft: Rulebook, round_: Round, tier: str) -> Round:
    gate = draft.policy.gates.get(round_.gate)
    never_there = set(gate.evidence if gate else ()) - round_.evidence.keys()

    def read(vote: Vote) -> Vote:
        return vote.model_copy(update={"relied_on": tuple(sorted({*vote.relied_on, *never_there}))})

    return round_.model_copy(update={"tier": tier, "votes": tuple(map(read, round_.votes))})


def _judged(
    draft: Rulebook, state: ProjectState, recorded: Recorded, decided: GateDecided
) -> tuple[Outcome | None, tuple[str, ...]]:
    """What the draft would have decided, and why otherwise."""
    round_ = state.rounds[decided.gate]
    if decided.basis is Basis.SILENCE:
        return _by_silence(draft, state, round_, recorded.at, decided.outcome)
    if decider(draft, round_)[0] is None:
        return _by_votes(draft, state, round_, recorded, decided)
    books = {draft.digest: draft}
    case = Case(draft, books, state, _command(recorded, decided), recorded.at)
    reasons = tuple(refusal.sentence for rule in _RULES if (refusal := rule(case)))
    return (None if reasons else decided.outcome), reasons


def _by_silence(
    draft: Rulebook, state: ProjectState, round_: Round, at: datetime, outcome: Outcome
) -> tuple[Outcome | None, tuple[str, ...]]:
    """Nobody decided: what the draft makes of that."""
    if outcome not in [step.decide for step in draft.policy.gates[round_.gate].ladder]:
        return None, (f"The draft does not take silence for {outcome.replace('_', ' ')}.",)
    if lacking := unearned(draft, state, round_, at) if opens(outcome) else ():
        return None, (f"Silence would have opened nothing without: {', '.join(lacking)}.",)
    return outcome, ()


def _by_votes(
    draft: Rulebook, state: ProjectState, round_: Round, recorded: Recorded, decided: GateDecided
) -> tuple[Outcome | None, tuple[str, ...]]:
    """The votes that stood are counted under the draft."""
    ledger = Ledger({draft.digest: draft}, state, recorded.at, digest=draft.digest)
    settle(ledger)
    outcomes = [
        each.event.outcome
        for each in ledger.events
        if isinstance(each.event, GateDecided) and each.event.gate == round_.gate
    ]
    if not outcomes:
        needs = tuple(need.sentence for need in path_to_green(draft, state, round_, recorded.at))
        return None, needs or ("The votes would have decided nothing then.",)
    if outcomes[0] is decided.outcome:
        return outcomes[0], ()
    return outcomes[0], (f"The votes would have decided: {outcomes[0].replace('_', ' ')}.",)


def _command(recorded: Recorded, decided: GateDecided) -> DecideGate:
    """The decision as it was asked for, by whoever was recorded as deciding."""
    actor = recorded.actor or Actor(person=decided.decided_by[0] if decided.decided_by else "nobody")
    promised = tuple(Promise(text=each.text, owner=each.owner, due=each.due) for each in decided.conditions)
    return DecideGate(
        id="back-test",
        actor=actor,
        gate=decided.gate,
        round=decided.round,
        evidence_digest=decided.evidence_digest,
        outcome=decided.outcome,
        rationale=decided.rationale or "-",
        conditions=promised,
    )
