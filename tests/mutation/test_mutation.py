"""The tests of every ready policy notice when a rule is dropped, swapped, tightened or loosened."""

import pytest

from lifecycle.service.policy_files import library_tests
from tests.mutation.trying import mutants_of, survivors

CAUGHT = 0.90
MOST = 200
"""So many mutants of a policy are tried here, spread evenly; `make mutants` tries all."""


@pytest.mark.parametrize("name", sorted(library_tests()))
def test_the_tests_of_a_policy_catch_its_mutants(name: str) -> None:
    every = mutants_of(name)
    among = every[:: 1 + len(every) // MOST]
    assert len(among) > 100
    alive = list(survivors(name, among))
    caught = 1 - len(alive) / len(among)
    print(f"{name}: {caught:.1%} of {len(among)} caught; alive:", *alive, sep="\n  ")
    assert caught >= CAUGHT, f"{caught:.1%} caught; alive: " + "; ".join(map(str, alive))
