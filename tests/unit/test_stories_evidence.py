"""Evidence: what a gate asks to see, its versions, and what a change of it does to votes."""

from datetime import timedelta

import pytest

from lifecycle.domain.project import RoundStatus
from lifecycle.domain.verdicts import Reason
from tests.unit.house import Doc, house, one_gate
from tests.unit.office import Desk, actor, kinds

READERS: Doc = {
    "evidence": {
        "case": {"kind": "document"},
        "design": {"kind": "document"},
        "note": {"kind": "document", "when": "project.ready"},
    },
    "approvals": {
        "all": [
            {"role": "sponsor"},
            {"role": "finance", "reads": ["case"]},
            {"role": "board", "reads": ["design"]},
            {"role": "deputy", "reads": ["case", "design"]},
        ]
    },
}
FORM: Doc = {
    "evidence": {
        "score": {
            "kind": "form",
            "fields": {
                "fit": {"type": "integer"},
                "risk": {"type": "choice", "of": ["low", "high"]},
                "note": {"type": "text", "optional": True},
            },
        }
    },
    "criteria": {"fits": {"must": "answers.fit >= 5"}},
}


def readers() -> Desk:
    return Desk(one_gate(READERS)).registered({"cost": 50_000, "ready": False})


def test_each_supply_is_a_new_version_with_its_author() -> None:
    desk = Desk(one_gate()).registered()
    desk.supply("gate")
    desk.wait(hours=1)
    desk.supply("gate", by=actor("writer", "project_manager"))
    case = desk.round().evidence["case"]
    assert (case.version, case.author, case.at) == (2, "writer", desk.now)
    assert desk.round().evidence_authors == ("manager", "writer")


def test_a_gate_takes_only_the_evidence_it_names_in_its_own_form() -> None:
    desk = Desk(house()).registered()
    assert desk.refused.supply("charter", "poem") is Reason.UNKNOWN_ITEM
    assert desk.refused.supply("charter", "case", kind="attestation") is Reason.WRONG_KIND
    assert kinds(desk.supply("charter", "case", kind="link", url="https://example.org/case")) == ["EvidenceSupplied"]


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({"fit": 7}, Reason.WRONG_VALUE),
        ({"fit": 7, "risk": "medium"}, Reason.WRONG_VALUE),
        ({"fit": "7", "risk": "low"}, Reason.WRONG_VALUE),
        ({"fit": 7, "risk": "low", "mood": "good"}, Reason.UNKNOWN_ITEM),
    ],
)
def test_a_form_is_answered_in_full_and_nothing_else(answers: Doc, reason: Reason) -> None:
    desk = Desk(one_gate(FORM)).registered()
    assert desk.refused.supply("gate", "score", kind="form", answers=answers) is reason


def test_the_answers_of_a_form_are_judged() -> None:
    desk = Desk(one_gate({**FORM, "evidence": {"case": None, **FORM["evidence"]}})).registered()
    desk.supply("gate", "score", kind="form", answers={"fit": 4, "risk": "low"})
    assert desk.refused.submit() is Reason.NOT_READY
    desk.supply("gate", "score", kind="form", answers={"fit": 5, "risk": "low", "note": "Just."})
    desk.submit()


def test_a_gate_is_submitted_when_its_evidence_is_there() -> None:
    desk = Desk(one_gate()).registered()
    assert desk.refused.submit() is Reason.NOT_READY
    desk.supply("gate")
    assert kinds(desk.submit()) == ["GateSubmitted"]
    assert desk.refused.submit() is Reason.ALREADY_SUBMITTED


def test_a_gate_that_judges_later_is_submitted_with_its_criteria_open() -> None:
    later: Doc = {"criteria": {"ready": {"must": "project.ready"}}, "submit_when": "evidence_complete"}
    desk = Desk(one_gate(later)).registered().submitted()
    desk.vote("gate", by="sponsor")
    assert kinds(desk.vote("gate", by="finance")) == ["VoteCast"], "unknown is not met"
    assert kinds(desk.amend({"ready": False})) == ["FactsAmended"], "not met is not met"
    assert "GateDecided" in kinds(desk.amend({"ready": True}))


def test_an_unknown_answer_never_takes_a_requirement_away() -> None:
    desk = Desk(one_gate({"evidence": {"note": {"kind": "document", "when": "project.ready"}}})).registered()
    desk.supply("gate")
    assert desk.refused.submit() is Reason.NOT_READY
    desk.amend({"ready": False})
    desk.submit()


def test_evidence_is_excused_only_when_surely_so() -> None:
    desk = Desk(one_gate({"evidence": {"note": {"kind": "document", "unless": "project.ready"}}})).registered()
    desk.supply("gate")
    assert desk.refused.submit() is Reason.NOT_READY
    desk.amend({"ready": True})
    desk.submit()


def test_evidence_grows_old_at_its_instant() -> None:
    desk = Desk(one_gate({"evidence": {"case": {"kind": "document", "fresh_for": "10 days"}}})).registered()
    desk.supply("gate")
    desk.wait(days=10, seconds=-1)
    desk.submit()
    desk.vote("gate", by="sponsor")
    desk.wait(seconds=1)
    assert kinds(desk.vote("gate", by="finance")) == ["VoteCast"], "what was fresh is old now"
    happened = kinds(desk.supply("gate"))
    assert happened == ["EvidenceSupplied", "VotesVoided"]


def test_a_change_voids_exactly_the_votes_that_relied_on_it() -> None:
    desk = readers().submitted("gate", "case", "design")
    for person in ("sponsor", "finance", "architect"):
        desk.vote("gate", by=person)
    happened = desk.supply("gate", "design")
    assert [event.model_dump()["voters"] for event in happened[1:]] == [("architect", "sponsor")]
    assert [vote.voter for vote in desk.round().standing_votes] == ["finance"]


def test_who_relies_on_everything_relies_on_what_was_not_there_yet() -> None:
    desk = readers().submitted("gate", "case", "design")
    for person in ("sponsor", "finance"):
        desk.vote("gate", by=person)
    desk.supply("gate", "note")
    assert [vote.voter for vote in desk.round().standing_votes] == ["finance"]


def test_who_holds_two_roles_relies_on_what_both_read() -> None:
    desk = readers().submitted("gate", "case", "design")
    desk.vote("gate", by=actor("both", "finance", "board"))
    assert desk.round().votes[0].relied_on == ("case", "design")


def test_a_voided_vote_is_kept_and_can_be_cast_again() -> None:
    desk = readers().submitted("gate", "case", "design")
    desk.vote("gate", by="finance")
    desk.supply("gate", "case")
    desk.vote("gate", by="finance")
    assert [(vote.voter, vote.void) for vote in desk.round().votes] == [("finance", True), ("finance", False)]


def test_a_vote_on_evidence_that_has_changed_is_stale() -> None:
    desk = Desk(one_gate()).registered().submitted()
    shown, version = desk.round().evidence_digest, desk.state.seq
    desk.supply("gate")
    assert desk.refused.vote("gate", by="finance", evidence_digest=shown) is Reason.STALE
    assert desk.refused.vote("gate", by="finance", seen=version) is Reason.STALE
    assert desk.refused.vote("gate", by="finance", seen=desk.state.seq + 1) is Reason.STALE
    desk.vote("gate", by="finance", seen=desk.state.seq)


def test_a_vote_on_facts_that_have_changed_is_stale() -> None:
    desk = Desk(one_gate()).registered().submitted()
    version = desk.state.seq
    desk.amend(name="A longer bridge")
    desk.vote("gate", by="sponsor", seen=version)
    desk.amend({"cost": 60_000})
    assert desk.refused.vote("gate", by="finance", seen=version) is Reason.STALE


def test_evidence_can_change_while_a_question_is_open() -> None:
    desk = readers().submitted("gate", "case", "design")
    desk.vote("gate", by="finance")
    desk.question("gate", by="sponsor")
    assert kinds(desk.supply("gate", "case")) == ["EvidenceSupplied", "VotesVoided"]
    assert desk.round().status is RoundStatus.INFORMATION_REQUESTED
    assert desk.round().evidence_digest is not None


def test_a_round_that_went_back_to_preparation_does_not_launder_its_votes() -> None:
    dear: Doc = {
        "evidence": {"plan": {"kind": "document", "when": "tier == 'major'"}},
        "approvals": {"all": [{"role": "sponsor", "reads": ["case"]}, {"role": "finance", "reads": ["case"]}]},
    }
    desk = Desk(one_gate(dear)).registered().submitted()
    desk.vote("gate", by="sponsor")
    assert kinds(desk.amend({"cost": 200_000})) == ["FactsAmended", "TierChanged", "RoundReturned"]
    assert kinds(desk.supply("gate", "plan")) == ["EvidenceSupplied"]
    assert kinds(desk.supply("gate", "case")) == ["EvidenceSupplied", "VotesVoided"]
    desk.submit()
    assert kinds(desk.vote("gate", by="finance")) == ["VoteCast"]
    assert "GateDecided" in kinds(desk.vote("gate", by="sponsor"))


def test_votes_that_still_stand_decide_at_the_next_submission() -> None:
    dear: Doc = {
        "evidence": {"plan": {"kind": "document", "when": "tier == 'major'"}},
        "approvals": {"all": [{"role": "sponsor", "reads": ["case"]}]},
        "criteria": {"ready": {"must": "project.ready"}},
        "submit_when": "evidence_complete",
    }
    desk = Desk(one_gate(dear)).registered().submitted()
    desk.vote("gate", by="sponsor")
    desk.amend({"cost": 200_000, "ready": True})
    desk.supply("gate", "plan")
    assert kinds(desk.submit())[:2] == ["GateSubmitted", "GateDecided"]


def test_going_back_begins_a_new_round_with_the_old_evidence() -> None:
    desk = Desk(one_gate()).registered().submitted()
    desk.vote("gate", by="sponsor", verdict="approve")
    desk.withdraw()
    assert (desk.round().number, desk.round().votes, list(desk.round().evidence)) == (2, (), ["case"])
    assert desk.refused.withdraw() is Reason.NOT_SUBMITTED
    desk.submit()
    assert desk.refused.vote("gate", by="sponsor", round=1) is Reason.ALREADY_DECIDED
    assert desk.refused.vote("gate", by="sponsor", round=3) is Reason.NOT_SUBMITTED


def test_questions_are_answered_before_anything_else() -> None:
    desk = Desk(one_gate()).registered().submitted()
    assert desk.refused.answer() is Reason.NO_QUESTION
    desk.question("gate", by="finance")
    assert desk.refused.vote("gate", by="sponsor") is Reason.QUESTION_OPEN
    assert desk.refused.question("gate", by="sponsor") is Reason.QUESTION_OPEN
    desk.answer()
    assert desk.round().questions[0].answered_by == "manager"
    desk.vote("gate", by="sponsor")


def test_a_withdrawal_takes_the_open_question_with_it() -> None:
    desk = Desk(one_gate()).registered().submitted()
    desk.question("gate", by="finance")
    desk.withdraw()
    assert desk.refused.answer() is Reason.NO_QUESTION


def test_a_waiver_stands_in_for_a_requirement_until_it_expires() -> None:
    desk = Desk(one_gate()).registered()
    desk.waive("gate", "evidence.case", until=desk.now + timedelta(days=5))
    desk.submit()
    desk.vote("gate", by="sponsor")
    assert kinds(desk.wait(days=5)) == ["WaiverExpired"]
    assert kinds(desk.vote("gate", by="finance")) == ["VoteCast"], "the gate is not passed on an expired waiver"
    assert "GateDecided" in kinds(desk.waive("gate", "evidence.case"))


def test_only_what_the_policy_lets_be_waived_is_waived() -> None:
    gate: Doc = {
        "criteria": {
            "ready": {"must": "project.ready", "waivable": False},
            "nice": {"should": "project.ready"},
            "sponsored": {"must": "has(project.sponsor)"},
        }
    }
    desk = Desk(one_gate(gate)).registered()
    for requirement in ("criteria.ready", "criteria.nice", "criteria.gone", "evidence.gone", "score", "approvals.all"):
        assert desk.refused.waive("gate", requirement) is Reason.NOT_WAIVABLE
    assert desk.refused.waive("gate", "evidence.case", until=desk.now) is Reason.WRONG_VALUE
    desk.waive("gate", "criteria.sponsored")


def test_a_waiver_is_granted_by_its_role_and_not_by_who_took_part() -> None:
    desk = Desk(one_gate({"waivers_by": "finance"})).registered()
    assert desk.refused.waive("gate", "evidence.case", by="director") is Reason.NOT_PERMITTED
    assert desk.refused.waive("gate", "evidence.case", by="manager") is Reason.NOT_PERMITTED
    desk.amend(manager="finance")
    assert desk.refused.waive("gate", "evidence.case", by="finance") is Reason.EXCLUDED
    desk.waive("gate", "evidence.case", by="second_finance")
