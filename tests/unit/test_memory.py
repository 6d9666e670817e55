"""Answers about a state are worked out once, for as long as somebody holds the state."""

import gc
from dataclasses import dataclass, field

from lifecycle.domain.project import ProjectState, Round
from lifecycle.gates.memory import once_a_state
from lifecycle.gates.rulebook import Rulebook
from tests.unit.house import one_gate
from tests.unit.office import Desk

GATE = {"approvals": {"all": [{"role": "finance"}]}, "evidence": {"case": None}}


@dataclass
class Counter:
    """Counts how often it was asked, and answers with the number of the round."""

    asked: list[int] = field(default_factory=list)

    def __call__(self, book: Rulebook, state: ProjectState, round_: Round) -> int:
        self.asked.append(round_.number)
        return round_.number


def the_round() -> tuple[Rulebook, ProjectState, Round]:
    desk = Desk(one_gate(GATE)).registered()
    desk.submit()
    return desk.book, desk.state, desk.round()


def test_the_same_question_is_worked_out_once() -> None:
    count, (book, state, round_) = Counter(), the_round()
    ask = once_a_state(count.__call__)
    assert [ask(book, state, round_) for _ in range(3)] == [1, 1, 1]
    assert ask(book, state, round_.model_copy()) == 1
    assert count.asked == [1]


def test_another_state_round_or_rulebook_is_another_question() -> None:
    count, (book, state, round_) = Counter(), the_round()
    ask = once_a_state(count.__call__)
    ask(book, state, round_)
    assert ask(book, state, round_.model_copy(update={"number": 2})) == 2
    ask(book, state.model_copy(update={"seq": state.seq + 1}), round_)
    ask(Rulebook(book.policy), state, round_)
    assert count.asked == [1, 2, 1, 1]


def test_many_rounds_of_one_state_are_all_answered() -> None:
    count, (book, state, round_) = Counter(), the_round()
    ask = once_a_state(count.__call__)
    numbers = list(range(1, 30))
    assert [ask(book, state, round_.model_copy(update={"number": number})) for number in numbers] == numbers


def test_what_was_answered_goes_with_its_state() -> None:
    count, (book, state, round_) = Counter(), the_round()
    ask = once_a_state(count.__call__)
    for seq in range(200):
        ask(book, state.model_copy(update={"seq": seq}), round_)
        gc.collect(0)
    ask(book, state, round_)
    assert len(count.asked) == 201
