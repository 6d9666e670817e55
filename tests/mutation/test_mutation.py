"""The tests of every ready policy notice when a rule is dropped, swapped, tightened or loosened."""

import pytest

from lifecycle.service.policy_files import library_tests
from tests.mutation.trying import mutants_of, survivors

SHARES = 4
CAUGHT = 0.90


@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("name", sorted(library_tests()))
def test_the_tests_of_a_policy_catch_its_mutants(name: str, share: int) -> None:
    among = mutants_of(name)[share::SHARES]
    alive = list(survivors(name, among))
    caught = 1 - len(alive) / len(among)
    assert caught >= CAUGHT, f"{caught:.0%} caught; alive: " + "; ".join(map(str, alive))
