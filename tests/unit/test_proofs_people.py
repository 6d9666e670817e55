"""Before a policy is published it is held against the people there are: can they open every gate, and who is missed?"""

from lifecycle.domain.people import Roster
from lifecycle.gates.check import check
from lifecycle.gates.proofs.finding import ERROR, INFORMATION, WARNING, Finding
from tests.unit.house import Doc, one_gate


def found(approvals: list[Doc], holders: dict[str, list[str]], **gate: object) -> list[Finding]:
    policy = one_gate({"decide_within": "5 days", "approvals": {"all": approvals}, **gate})
    return [*check(policy, Roster.model_validate({"holders": holders}))]


TWO: list[Doc] = [{"role": "finance", "count": 2}]


def test_one_person_does_not_fill_two_slots() -> None:
    (short,) = found([{"role": "finance"}, {"role": "board"}], {"finance": ["ann"], "board": ["ann"]})
    assert (short.severity, short.path) == (ERROR, ("gates", "gate", "approvals"))
    assert "finance: ann; board: ann" in short.witness


def test_who_manages_the_project_is_missed_as_an_approver() -> None:
    (short,) = found(TWO, {"finance": ["ann", "bob"], "project_manager": ["ann", *(f"m{n}" for n in range(3_000))]})
    assert "When ann manages the project" in short.witness


def test_a_gate_that_hangs_on_one_person_names_them() -> None:
    (thin,) = found(TWO, {"finance": ["ann", "bob"]})
    assert (thin.severity, "while ann is away" in thin.sentence) == (WARNING, True)


def test_a_gate_that_hangs_on_two_people_names_both() -> None:
    (thin,) = found(TWO, {"finance": ["ann", "bob", "cid"]})
    assert (thin.severity, "ann and bob" in thin.sentence) == (INFORMATION, True)
    assert not found(TWO, {"finance": ["ann", "bob", "cid", "dot"]})


def test_an_alternative_stands_in_for_who_is_away() -> None:
    either: list[Doc] = [{"any": [{"role": "finance"}, {"role": "board"}]}]
    (thin,) = found(either, {"finance": ["ann"], "board": ["bob"]})
    assert "ann and bob" in thin.sentence


def test_the_ladder_stands_in_for_who_is_away() -> None:
    ladder = [{"after": "2 days", "widen_to": "deputy"}, {"after": "9 days", "hold": True}]
    deputies = ["cid", "dot", "eve"]
    assert not found(TWO, {"finance": ["ann", "bob"], "deputy": deputies}, ladder=ladder)
    ladder = [{"after": "2 days", "raise_to": "director"}]
    assert not found(TWO, {"finance": ["ann", "bob"], "director": deputies}, ladder=ladder)


def test_a_chair_who_is_alone_is_missed() -> None:
    (thin,) = found([{"role": "sponsor"}], {"board": ["ann"]}, chair="board")
    assert "while ann is away" in thin.sentence


def test_a_kind_of_project_that_too_few_can_approve_is_told() -> None:
    either: list[Doc] = [
        {"any": [{"role": "sponsor", "count": 2}, {"role": "finance", "when": "project.cost > 500.0"}]}
    ]
    (short, *_) = found(either, {"finance": ["ann", "bob", "cid"], "sponsor": ["dot"]})
    assert (short.severity, "of a project with cost = 499.99" in short.sentence) == (ERROR, True)
