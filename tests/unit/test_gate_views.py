"""A gate as people look at it, before, during and after its rounds."""

from datetime import timedelta

from lifecycle.domain.people import Actor, Roster
from lifecycle.domain.project import LadderAction, Outcome, Round, RoundStatus
from lifecycle.gates.criteria import Result
from lifecycle.gates.explain import possibilities
from lifecycle.service.gate_views import GateView, gate_lines, gate_view
from lifecycle.service.round_views import history_of
from tests.paper import Paper
from tests.policies import policy

ROSTER = Roster(
    holders={
        "sponsor": ("sponsor",),
        "finance": ("finance-1", "finance-2", "manager"),
        "deputy": ("deputy",),
        "pmo_director": ("office",),
    },
    absent=("finance-2",),
)


def a_project() -> Paper:
    paper = Paper(policy())
    paper.register(cost=100_000_00)
    return paper


def look(paper: Paper, gate: str = "plan", *earlier: Round, reader: str = "reader") -> GateView:
    actor = Actor(person=reader, roles=paper.roles.get(reader, ()))
    return gate_view(
        paper.book,
        paper.state,
        gate,
        roster=ROSTER,
        earlier=earlier,
        history=history_of(paper.told, gate),
        actions=possibilities(paper.books, paper.state, actor, paper.now),
        now=paper.now,
    )


def test_a_gate_says_what_is_missing_and_who_owes_it() -> None:
    view = look(a_project())
    assert view.round
    assert (view.is_open, view.round.number, view.round.status) == (True, 1, RoundStatus.PREPARING)
    assert [(need.kind, need.subject) for need in view.path_to_green] == [
        ("evidence", "evidence.plan"),
        ("submission", "plan"),
        ("approval", "sponsor"),
        ("approval", "finance"),
    ]
    assert [(item.item, item.result) for item in view.evidence] == [
        ("plan", Result.NOT_MET),
        ("risks", Result.NOT_APPLICABLE),
    ]
    assert view.deadline is None


def test_a_slot_names_those_who_can_still_fill_it() -> None:
    paper = a_project()
    paper.supply("plan", "plan")
    paper.submit("plan")
    view = look(paper)
    assert [(slot.role, slot.filled_by, slot.candidates) for slot in view.slots] == [
        ("sponsor", None, ("sponsor",)),
        ("finance", None, ("finance-1",)),
    ]
    assert view.approvals.barred == ("manager",)
    assert view.approvals.called == ("finance", "sponsor")
    paper.vote("plan", "finance-1")
    filled = look(paper)
    assert [slot.filled_by for slot in filled.slots] == [None, "finance-1"]


def test_the_clock_and_the_ladder_ahead_are_shown_with_their_instants() -> None:
    paper = a_project()
    paper.supply("plan", "plan")
    paper.submit("plan")
    submitted = paper.now
    view = look(paper)
    assert view.deadline
    assert (view.deadline.whose, view.deadline.due) == ("approvers", submitted + timedelta(days=1, hours=8))
    paper.wait(submitted + timedelta(days=2, hours=1))
    late = look(paper)
    assert late.deadline
    assert late.deadline.overdue
    assert [(step.action, step.role, step.taken) for step in late.ladder] == [
        (LadderAction.REMIND, None, True),
        (LadderAction.NOTIFY, "pmo_director", True),
        (LadderAction.WIDEN, "deputy", False),
        (LadderAction.RAISE, "pmo_director", False),
        (LadderAction.HOLD, None, False),
    ]


def test_an_open_question_stands_on_the_page() -> None:
    paper = a_project()
    paper.supply("plan", "plan")
    paper.submit("plan")
    paper.ask("ask_for_information", "finance-1", gate="plan", round=1, question="Who pays?")
    view = look(paper)
    assert view.open_question
    assert view.open_question.text == "Who pays?"
    assert view.deadline
    assert view.deadline.stopped_at == paper.now


def test_earlier_rounds_and_versions_stay_readable() -> None:
    paper = a_project()
    paper.supply("plan", "plan")
    paper.submit("plan")
    first = paper.vote("plan", "finance-1", "reject").rounds["plan"]
    assert first.number == 2
    old = Round(gate="plan", number=1, opened_at=paper.now, tier="light")
    paper.supply("plan", "plan", version=2)
    view = look(paper, "plan", old)
    assert view.round
    assert view.round.number == 2
    assert [(past.number, past.decision and past.decision.outcome) for past in view.earlier] == [(1, Outcome.RECYCLE)]
    assert [version.version for version in view.evidence[0].versions] == [1, 2]


def test_what_was_found_at_a_decision_stays_found() -> None:
    paper = a_project()
    paper.supply("plan", "plan")
    paper.submit("plan")
    paper.vote("plan", "sponsor")
    paper.vote("plan", "finance-1")
    assert paper.state.stage == "delivery"
    view = look(paper)
    assert (view.is_open, view.path_to_green, view.deadline, view.ladder) == (False, (), None, ())
    assert view.round
    assert view.round.decision
    assert view.round.decision.outcome is Outcome.GO
    assert {found.requirement: found.result for found in view.findings}["evidence.plan"] is Result.MET


def test_a_gate_that_is_not_open_yet_shows_what_it_will_ask() -> None:
    view = look(a_project(), "handover")
    assert (view.is_open, view.round) == (False, None)
    assert [found.requirement for found in view.findings] == ["evidence.report", "criteria.cost_known"]
    assert view.decided_by == "pmo_director"


def test_what_the_reader_may_do_here_is_the_judgement_itself() -> None:
    paper = a_project()
    paper.supply("plan", "plan")
    paper.submit("plan")
    theirs = {action.subject: action for action in look(paper, reader="finance-1").actions if "vote" in action.action}
    assert theirs["plan.approve"].allowed
    own = {action.subject: action for action in look(paper, reader="manager").actions if "vote" in action.action}
    assert not own["plan.approve"].allowed
    assert own["plan.approve"].refusal
    assert {action.subject.partition(".")[0] for action in look(paper, reader="office").actions} == {"plan"}


def test_the_list_has_every_gate_of_the_policy_in_its_order() -> None:
    paper = a_project()
    lines = gate_lines(paper.book, paper.state, paper.now)
    assert [line.gate for line in lines] == ["plan", "handover", "health", "exception", "change", "benefits"]
    assert [(line.gate, line.missing) for line in lines if line.is_open] == [("plan", 4)]
