"""Which mutants of a ready policy its own tests catch: every survivor is a rule that no story would miss."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from lifecycle.gates.check import ERROR, check
from lifecycle.gates.complaints import ConditionError
from lifecycle.gates.policy import Policy
from lifecycle.gates.rulebook import Rulebook
from lifecycle.gates.trials.marks import Mark, Path
from lifecycle.gates.trials.run import tell
from lifecycle.gates.trials.scenario import PolicyTests
from lifecycle.service.calendars import calendar_of
from lifecycle.service.policy_files import library, library_tests, read_policy
from lifecycle.service.policy_tests import read_tests
from tests.mutation.mutants import Mutant, mutants

_YEAR = 2026


class Subject(NamedTuple):
    """A ready policy, its tests, and which rules each of its stories exercises."""

    policy: Policy
    tests: PolicyTests
    exercised: tuple[frozenset[Path], ...]

    def stories_near(self, path: Path) -> Iterator[int]:
        """Every story, those first that come nearest to a place in the policy."""
        near = [max((_shared(path, other) for other in paths), default=0) for paths in self.exercised]
        return iter(sorted(range(len(near)), key=lambda number: -near[number]))


@cache
def subject(name: str) -> Subject:
    """A ready policy with its tests, told once."""
    policy, tests = read_policy(library()[name]), read_tests(library_tests()[name]).tests
    book, calendar = Rulebook(policy), calendar_of(policy.calendar, _YEAR)
    exercised = []
    for number in range(len(tests.scenarios)):
        marks: set[Mark] = set()
        tell(tests, number, book, calendar, marks)
        exercised.append(frozenset(mark.path for mark in marks))
    return Subject(policy, tests, tuple(exercised))


@cache
def mutants_of(name: str) -> tuple[Mutant, ...]:
    """Every mutant of a ready policy."""
    return tuple(mutants(subject(name).policy))


def survivors(name: str, among: Iterable[Mutant]) -> Iterator[Mutant]:
    """The mutants that could be published and under which every story still passes."""
    under_test = subject(name)
    for mutant in among:
        if _passes(under_test, mutant) and not any(finding.severity == ERROR for finding in check(mutant.policy)):
            yield mutant


def _passes(under_test: Subject, mutant: Mutant) -> bool:
    """Whether every story passes under a mutant; a mutant whose conditions cannot be read passes none."""
    book, calendar = Rulebook(mutant.policy), calendar_of(mutant.policy.calendar, _YEAR)
    near = under_test.stories_near(mutant.path)
    try:
        return all(tell(under_test.tests, number, book, calendar).passed for number in near)
    except ConditionError:
        return False


def _shared(one: Path, other: Path) -> int:
    """How many steps two places have in common from the top."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
