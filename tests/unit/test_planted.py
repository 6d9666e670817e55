"""The model and the random offices find bugs: each of these, planted into the judgement, is caught."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from lifecycle.domain.people import Actor, Delegation
from lifecycle.domain.project import PassedOn, Status
from lifecycle.gates import (
    approval_rules,
    approvals,
    calls,
    consequences,
    decide,
    evolve,
    falling_due,
    gate_rules,
    quorums,
    rounds,
    settling,
)
from lifecycle.gates.approvals import SlotStanding, Standing
from lifecycle.gates.case import Rule
from lifecycle.gates.conditions import Judged, Truth
from lifecycle.gates.policy_approvals import Participation
from lifecycle.gates.rulebook import Rulebook
from tests.unit.house import Doc
from tests.unit.test_model import lucks_of, what_went_wrong
from tests.unit.test_separation import a_history, wrongs

MOST_WALKS = 400
"""A bug that is not caught in so many walks is not caught."""

Plant = Callable[[pytest.MonkeyPatch], None]


def count_before_filtering_the_excluded(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(approvals, "excluded", lambda *_: ())


def let_who_took_part_vote(patch: pytest.MonkeyPatch) -> None:
    _drop(patch, approval_rules.approver_took_no_part)


def let_the_actor_alone_be_excluded(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Actor, "people", property(lambda actor: (actor.person,)))


def forget_who_managed_before(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(evolve, "together", lambda known, more: tuple(name for name in more if name) or known)


def skip_the_digest(patch: pytest.MonkeyPatch) -> None:
    _drop(patch, approval_rules.evidence_was_shown)


def let_a_person_vote_twice(patch: pytest.MonkeyPatch) -> None:
    _drop(patch, approval_rules.person_votes_once)


def count_votes_instead_of_matching_people(patch: pytest.MonkeyPatch) -> None:
    def matched(way: Any, votes: Any, call: Any) -> tuple[SlotStanding, ...]:
        by = [counted.vote.voter for counted in votes] + [None] * len(way)
        return tuple(SlotStanding(role=slot.role, roles=(), filled_by=who) for slot, who in zip(way, by, strict=False))

    patch.setattr(approvals, "_fill", matched)


def fill_slots_greedily(patch: pytest.MonkeyPatch) -> None:
    def greedy(way: Any, votes: Any, call: Any) -> tuple[SlotStanding, ...]:
        left, filled = list(votes), []
        for slot in way:
            by = next((vote for vote in left if approvals._fits(vote, slot, call)), None)
            left = [vote for vote in left if vote is not by]
            filled.append(SlotStanding(role=slot.role, roles=(), filled_by=by and by.vote.voter))
        return tuple(filled)

    patch.setattr(approvals, "_fill", greedy)


def approve_what_asks_for_nobody(patch: pytest.MonkeyPatch) -> None:
    def eager(*given: Any) -> Standing:
        now = approvals.standing(*given)
        return now if now.slots else now.model_copy(update={"approved": True})

    patch.setattr(settling, "standing", eager)


def take_the_unknown_for_met(patch: pytest.MonkeyPatch) -> None:
    holds = Rulebook.holds

    def hopeful(*given: Any) -> Judged:
        judged = holds(*given)
        return Judged(Truth.MET) if judged.truth is Truth.UNKNOWN else judged

    patch.setattr(Rulebook, "holds", hopeful)


def let_the_clocks_run_on_hold(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(evolve, "stopped", lambda round_, _: round_)


def let_the_clock_run_while_a_question_is_open(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(rounds, "stopped", lambda round_, _: round_)


def keep_votes_when_evidence_changes(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(calls, "void_votes", lambda *_: None)


def void_every_vote_when_evidence_changes(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(calls, "void_votes", lambda ledger, gate, _: calls.void_all(ledger, gate, "Something changed."))


def void_recusals_too(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(calls, "_given", lambda ledger, gate: list(ledger.state.rounds[gate].standing_votes))


def keep_votes_when_a_round_is_raised(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(calls, "void_all", lambda *_: None)


def keep_votes_when_less_is_asked(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(calls, "_asks_less", lambda *_: False)


def let_delegations_run_for_ever(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Delegation, "running", lambda *_: True)


def let_the_tier_fall_at_once(patch: pytest.MonkeyPatch) -> None:
    settle_tier = consequences.settle_tier
    patch.setattr(consequences, "settle_tier", lambda ledger, **_: settle_tier(ledger, may_fall=True))


def let_stage_gates_pass_an_open_exception(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(approval_rules, "passage_blocked", lambda *_: None)
    patch.setattr(settling, "passage_blocked", lambda *_: None)


def let_a_chair_pass_over_rejections(patch: pytest.MonkeyPatch) -> None:
    def forgiving(*given: Any) -> Standing:
        return approvals.standing(*given).model_copy(update={"refused_by": ()})

    patch.setattr(approval_rules, "standing", forgiving)


def settle_one_round_only(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        decide, "settle", lambda ledger: [settling._is_decided(ledger, r) for r in ledger.state.open_rounds[:1]]
    )


def forget_participation_altogether(patch: pytest.MonkeyPatch) -> None:
    let_who_took_part_vote(patch)
    count_before_filtering_the_excluded(patch)


def count_one_person_twice(patch: pytest.MonkeyPatch) -> None:
    let_a_person_vote_twice(patch)
    patch.setattr(approvals, "_one_vote_a_person", list)


def decide_while_on_hold(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(settling, "Status", SimpleNamespace(ON_HOLD="never", KILLED=Status.KILLED))


def let_roles_meet_that_are_kept_apart(patch: pytest.MonkeyPatch) -> None:
    for module in (approvals, approval_rules, gate_rules):
        patch.setattr(module, "clashing", lambda *_: frozenset())


def let_delegates_act_in_person(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(approvals, "personal", lambda _: frozenset())


def let_silence_open_what_is_unearned(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(falling_due, "unearned", lambda *_: ())


def let_an_objection_stop_the_gate(patch: pytest.MonkeyPatch) -> None:
    seat = quorums.Seat
    patch.setattr(quorums, "Seat", lambda *given, **more: seat(*given, **{**more, "stops": True}))


def let_the_first_called_keep_what_has_passed_on(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(rounds, "PassedOn", lambda **passed: PassedOn(**{**passed, "votes": 99}))


def let_anybody_give_what_is_a_role_s_to_give(patch: pytest.MonkeyPatch) -> None:
    _drop(patch, gate_rules.item_is_theirs_to_give)


def _drop(patch: pytest.MonkeyPatch, rule: Rule) -> None:
    for command, rules in decide.RULES.items():
        patch.setitem(decide.RULES, command, tuple(other for other in rules if other is not rule))


ONE: Doc = {"all": [{"role": "alpha"}], "veto": [], "exclude": list(Participation), "rejection": "any"}
ONE_SLOT: Doc = {"approvals": ONE, "criteria": {}, "submit_when": "criteria_met", "evidence": {}}
TWO_SLOTS = {**ONE_SLOT, "approvals": {**ONE, "all": [{"role": "alpha"}, {"role": "beta"}]}}
READERS = {
    **TWO_SLOTS,
    "approvals": {**ONE, "all": [{"role": "alpha", "reads": ["case"]}, {"role": "beta", "reads": ["plan"]}]},
    "evidence": {"case": {"kind": "document"}, "plan": {"kind": "document"}},
}
RAISED = {**TWO_SLOTS, "ladder": [{"after": "2 days", "raise_to": "gamma"}]}
CHAIRED = {**ONE_SLOT, "chair": "gamma"}
UNREADY = {**ONE_SLOT, "criteria": {"ready": {"must": "project.ready"}}, "submit_when": "evidence_complete"}

HEARD = {
    **ONE_SLOT,
    "approvals": {**ONE, "all": [{"role": "alpha"}, {"role": "beta", "heard": True}]},
}
IN_PERSON = {**ONE_SLOT, "approvals": {**ONE, "all": [{"role": "alpha", "in_person": True}, {"role": "beta"}]}}
SILENT = {**UNREADY, "ladder": [{"after": "1 day", "decide": "go"}]}
PASSED_ON = {**TWO_SLOTS, "ladder": [{"after": "1 day", "reassign_to": "gamma"}]}
GIVEN = {**ONE_SLOT, "evidence": {"case": {"kind": "document", "by": "beta"}}}

BUGS: tuple[tuple[Plant, Doc | None], ...] = (
    (count_before_filtering_the_excluded, TWO_SLOTS),
    (let_who_took_part_vote, TWO_SLOTS),
    (let_the_actor_alone_be_excluded, TWO_SLOTS),
    (forget_who_managed_before, None),
    (skip_the_digest, READERS),
    (let_a_person_vote_twice, TWO_SLOTS),
    (count_votes_instead_of_matching_people, TWO_SLOTS),
    (fill_slots_greedily, TWO_SLOTS),
    (approve_what_asks_for_nobody, None),
    (take_the_unknown_for_met, UNREADY),
    (let_the_clocks_run_on_hold, RAISED),
    (let_the_clock_run_while_a_question_is_open, RAISED),
    (keep_votes_when_evidence_changes, READERS),
    (void_every_vote_when_evidence_changes, READERS),
    (void_recusals_too, READERS),
    (keep_votes_when_a_round_is_raised, RAISED),
    (keep_votes_when_less_is_asked, None),
    (let_delegations_run_for_ever, None),
    (let_the_tier_fall_at_once, None),
    (let_stage_gates_pass_an_open_exception, ONE_SLOT),
    (let_a_chair_pass_over_rejections, CHAIRED),
    (settle_one_round_only, ONE_SLOT),
    (decide_while_on_hold, UNREADY),
    (let_roles_meet_that_are_kept_apart, None),
    (let_delegates_act_in_person, IN_PERSON),
    (let_silence_open_what_is_unearned, SILENT),
    (let_an_objection_stop_the_gate, HEARD),
    (let_the_first_called_keep_what_has_passed_on, PASSED_ON),
    (let_anybody_give_what_is_a_role_s_to_give, GIVEN),
)


@pytest.mark.parametrize(("bug", "charter"), BUGS, ids=[bug.__name__ for bug, _ in BUGS])
def test_the_model_catches(bug: Plant, charter: Doc | None, monkeypatch: pytest.MonkeyPatch) -> None:
    bug(monkeypatch)
    assert any(_goes_wrong(seed, charter) for seed in range(MOST_WALKS))


@pytest.mark.parametrize(
    "bug",
    [
        forget_participation_altogether,
        count_one_person_twice,
        count_before_filtering_the_excluded,
        forget_who_managed_before,
        let_delegations_run_for_ever,
        count_votes_instead_of_matching_people,
    ],
    ids=lambda bug: str(bug.__name__),
)
def test_random_offices_catch(bug: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    bug(monkeypatch)
    assert any(any(wrongs(a_history(seed))) for seed in range(MOST_WALKS))


def _goes_wrong(seed: int, charter: Doc | None) -> bool:
    try:
        return what_went_wrong(seed, lucks_of(seed, 40), charter) is not None
    except (AssertionError, LookupError, TypeError, ValueError):
        return True


@pytest.mark.parametrize(
    "charter", [ONE_SLOT, TWO_SLOTS, READERS, RAISED, CHAIRED, UNREADY, HEARD, IN_PERSON, SILENT, PASSED_ON, GIVEN]
)
def test_without_a_bug_the_same_walks_are_fine(charter: Doc) -> None:
    assert not any(_goes_wrong(seed, charter) for seed in range(30))
