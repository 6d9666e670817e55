"""Answers about a project's state that are worked out once, however many rules and readers ask."""

from collections.abc import Callable
from functools import wraps
from typing import Final, TypeVar
from weakref import ref

from lifecycle.domain.project import ProjectState, Round
from lifecycle.gates.rulebook import Rulebook

Answer = TypeVar("Answer")
Question = Callable[[Rulebook, ProjectState, Round], Answer]
_MOST: Final = 8
"""So many rounds of one state are remembered; a project seldom has more open gates."""


def once_a_state(work: Question[Answer]) -> Question[Answer]:
    """The same function, which keeps its answers about a state for as long as somebody holds the state.

    States and rulebooks never change, and so are known again by being the same objects.
    """
    known: dict[int, tuple[ref[ProjectState], list[tuple[Rulebook, Round, Answer]]]] = {}

    @wraps(work)
    def answer(book: Rulebook, state: ProjectState, round_: Round) -> Answer:
        at = id(state)
        if at not in known:
            known[at] = ref(state, lambda _: known.pop(at, None)), []
        given = known[at][1]
        for its_book, its_round, answered in given:
            if its_book is book and (its_round is round_ or its_round == round_):
                return answered
        answered = work(book, state, round_)
        if len(given) >= _MOST:
            given.clear()
        given.append((book, round_, answered))
        return answered

    return answer
