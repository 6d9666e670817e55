"""Who is told of what: the people whom an event concerns, and nobody else."""

from datetime import timedelta
from typing import Any

from lifecycle.domain import events as project
from lifecycle.domain import gate_events as gates
from lifecycle.domain.events import Event
from lifecycle.domain.project import Outcome, ProjectState, Question
from lifecycle.domain.waivers import Waiver, WaiverRequest
from lifecycle.gates.evolve import evolve, replay
from lifecycle.gates.notices import Notice, NoticeKind, notices_of
from tests.integration.histories import POLICY, History


def told(life: History, *events: Event, by: str | None = None) -> list[Notice]:
    """What the last events of a life tell."""
    before = replay(life.told)
    found: list[Notice] = []
    for recorded in life.tell(*events, by=by):
        after = evolve(before, recorded)
        found += notices_of(before, recorded, after)
        before = after
    return found


def state_of(life: History) -> ProjectState:
    state = replay(life.told)
    assert state is not None
    return state


def submitted() -> History:
    life = History("P1")
    life.open()
    life.submit()
    return life


def test_a_submission_asks_the_called_roles_for_their_vote() -> None:
    life = History("P1")
    life.open()
    before = state_of(life)
    (recorded,) = life.submit()
    (notice,) = notices_of(before, recorded, state_of(life))
    assert (notice.kind, notice.gate, notice.round) == (NoticeKind.VOTE_ASKED, "charter", 1)
    assert notice.roles == ("finance", "sponsor")
    assert notice.fields["due"] == (recorded.at + timedelta(days=5)).isoformat()


def test_another_call_to_the_same_submission_is_the_same_occasion_and_spares_who_voted() -> None:
    life = submitted()
    first = notices_of(replay(life.told[:-1]), life.told[-1], state_of(life))[0]
    life.vote("finance-1")
    called: dict[str, tuple[str, ...]] = {"charter": ("board", "finance", "sponsor")}
    (again,) = told(life, project.TierChanged(before="light", after="major", called=called))
    assert (again.kind, again.roles, again.but) == (NoticeKind.VOTE_ASKED, called["charter"], ("finance-1",))
    assert again.occasion == first.occasion != ""


def test_a_question_goes_to_submitter_and_manager_and_its_answer_to_who_asked() -> None:
    life = submitted()
    question = Question(asked_by="finance-1", text="Who pays?", at=life.now)
    (asked,) = told(life, gates.InformationRequested(gate="charter", round=1, question=question), by="finance-1")
    (answered,) = told(life, gates.InformationAnswered(gate="charter", round=1, answer="We do."), by="manager")
    assert (asked.people, asked.fields["text"]) == (("manager",), "Who pays?")
    assert (answered.people, answered.fields["text"]) == (("finance-1",), "We do.")


def test_a_decision_reaches_everybody_who_took_part_and_each_owner_of_a_condition() -> None:
    life = submitted()
    life.vote("finance-1")
    before = state_of(life)
    recorded = life.decide(Outcome.CONDITIONAL_GO, owners=("contracts", "contracts"))[0]
    decided, first, second = notices_of(before, recorded, evolve(before, recorded))
    assert decided.people == ("finance-1", "manager", "sponsor")
    assert decided.fields["outcome"] == "conditional_go"
    assert [notice.people for notice in (first, second)] == [("contracts",)] * 2
    assert first.fields["condition"] != second.fields["condition"]


def test_voided_votes_are_told_to_those_who_cast_them() -> None:
    life = submitted()
    life.vote("finance-1")
    voided = gates.VotesVoided(gate="charter", round=1, voters=("finance-1",), because="The case changed.")
    (notice,) = told(life, voided)
    assert (notice.people, notice.fields["because"]) == (("finance-1",), "The case changed.")


def test_a_reminder_spares_who_has_voted_but_an_escalation_spares_nobody() -> None:
    life = submitted()
    life.vote("finance-1")
    remind = gates.LadderStepped(
        gate="charter", round=1, step=0, action=gates.LadderAction.REMIND, told=("finance", "sponsor")
    )
    raised = remind.model_copy(
        update={"step": 1, "action": gates.LadderAction.RAISE, "role": "board", "told": ("board",)}
    )
    reminder, escalation = told(life, remind, raised)
    assert (reminder.kind, reminder.but, reminder.step) == (NoticeKind.LADDER_REMIND, ("finance-1",), 0)
    assert (escalation.kind, escalation.roles, escalation.but) == (NoticeKind.LADDER_RAISE, ("board",), ())


def test_a_missed_condition_is_told_to_its_owner_the_manager_and_the_sponsor() -> None:
    life = submitted()
    life.decide(Outcome.CONDITIONAL_GO, owners=("contracts",))
    (missed,) = told(life, gates.ConditionMissed(condition="charter-1-1"))
    assert (missed.kind, missed.people) == (NoticeKind.CONDITION_MISSED, ("contracts", "manager", "sponsor"))


def test_a_proof_sent_back_is_told_to_the_owner_with_the_reason() -> None:
    life = submitted()
    life.decide(Outcome.CONDITIONAL_GO, owners=("contracts",))
    (proved,) = told(life, gates.ConditionProved(condition="charter-1-1", proof="See the file."), by="contracts")
    (back,) = told(life, gates.ConditionAccepted(condition="charter-1-1", accepted=False, rationale="Not signed."))
    assert proved.people == ("sponsor",)
    assert (back.kind, back.fields["rationale"]) == (NoticeKind.CONDITION_SENT_BACK, "Not signed.")


def test_a_request_for_a_waiver_goes_to_whoever_may_grant_it_and_the_answer_to_who_asked() -> None:
    life = submitted()
    about: dict[str, Any] = {"gate": "charter", "requirement": "evidence.case"}
    request = WaiverRequest(
        requirement="evidence.case", reason="It is at the printer.", asked_by=("pm-2",), role="board", at=life.now
    )
    waiver = Waiver(
        **about, id="charter-w1", granted_by="board", reason="Fine.", compensating_control="A look.", expires=life.now
    )
    asked = gates.WaiverAsked(gate="charter", round=1, request=request)
    declined = gates.WaiverDeclined(**about, round=1, reason="We need it.")
    revoked = gates.WaiverRevoked(waiver="charter-w1", reason="We need it after all.")
    events = (asked, declined, asked, gates.WaiverGranted(waiver=waiver), revoked)
    to_grant, no, _, yes, back = told(life, *events)
    assert (to_grant.kind, to_grant.roles, to_grant.but) == (NoticeKind.WAIVER_ASKED, ("board",), ("pm-2",))
    assert to_grant.fields["due"], "the answer is wanted before the gate is due"
    assert (no.kind, no.people, no.fields["reason"]) == (
        NoticeKind.WAIVER_DECLINED, ("manager", "pm-2"), "We need it.",
    )  # fmt: skip
    assert (yes.kind, yes.people, yes.fields["due"]) == (
        NoticeKind.WAIVER_GRANTED, ("manager", "pm-2"), waiver.expires.isoformat(),
    )  # fmt: skip
    assert (back.kind, back.people) == (NoticeKind.WAIVER_REVOKED, ("manager",))


def test_hold_resume_and_kill_are_told_to_manager_and_sponsor() -> None:
    life = submitted()
    notices = told(
        life,
        project.ProjectHeld(type="person:project:held", reason="No staff."),
        project.HoldReviewDue(),
        project.ProjectResumed(reason="Staff came."),
        project.ProjectKilled(type="person:project:killed", reason="No need."),
    )
    assert [notice.kind.value for notice in notices] == [
        "project_held", "hold_review_due", "project_resumed", "project_killed",
    ]  # fmt: skip
    assert {notice.people for notice in notices} == {("manager", "sponsor")}


def test_a_breach_a_new_round_and_an_offered_policy_are_told_to_the_manager() -> None:
    life = History("P1")
    notices = told(
        life,
        project.BreachFound(tolerance="cost", sentence="The forecast is 12% above the baseline."),
        gates.RoundOpened(gate="exception", round=1, reason="The forecast is too high.", tier="light"),
        project.PolicyOffered(policy=POLICY, reason="The rules changed."),
    )
    assert [notice.people for notice in notices] == [("manager",)] * 3


def test_most_events_are_told_to_nobody() -> None:
    life = History("P1")
    assert told(life, project.FactsAmended(facts={"budget": 1}), project.BaselineTaken(gate=None, values={})) == []
    life.open()
    before = state_of(life)
    (supplied,) = life.supply()
    assert notices_of(before, supplied, state_of(life)) == ()
