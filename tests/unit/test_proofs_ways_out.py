"""A policy that passes the check never leaves a project without a way out.

Random policies; where the check finds no error and leaves nothing unproven, a project wanders through, and from where
it comes to, people who may do no more than their roles allow bring it to its end. `make night` tries 20,000.
"""

import os
from random import Random

import pytest

from lifecycle.gates.check import check
from lifecycle.gates.policy import Policy
from lifecycle.gates.proofs.finding import ERROR
from tests.unit.office import Desk
from tests.unit.ways import ROSTER, a_policy, seen_through, wander

RUNS = int(os.environ.get("WAYS_RUNS", "640"))
BLOCKS = 4


@pytest.mark.parametrize("block", range(BLOCKS))
def test_what_passes_the_check_leaves_a_way_out_everywhere(block: int) -> None:
    passed = 0
    for seed in range(block, RUNS, BLOCKS):
        random = Random(seed)
        policy = Policy.model_validate(a_policy(random))
        if any(finding.severity == ERROR or "not proven" in finding.sentence for finding in check(policy, ROSTER)):
            continue
        passed += 1
        desk = Desk(policy).registered({"cost": 95_000, "ready": True})
        for _ in range(3):
            wander(random, desk, random.randint(0, 12))
            if desk.state.is_over:
                break
        assert seen_through(desk) is None, f"seed {seed}"
    assert passed >= RUNS / BLOCKS / 40, "too few policies pass to show anything"
