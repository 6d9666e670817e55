"""Mutated policy files: accepted only when they can govern, refused with a sentence and a place, never slow.

`make night` tries 50,000 and tells how long the slowest took.
"""

import os
import sys
import time
from random import Random

import pytest

from lifecycle.gates.machine import StageMachine
from lifecycle.gates.plain import in_words
from lifecycle.gates.policy import CLOSED, Policy
from lifecycle.gates.policy_gates import GateKind
from lifecycle.gates.rulebook import Rulebook, pack, rulebook_of
from lifecycle.service.policy_files import examine, library
from lifecycle.service.policy_text import Problem
from tests.unit.office import Desk
from tests.unit.test_policy_files import JUNK, SMALL

MUTANTS, BLOCKS = int(os.environ.get("POLICY_MUTANTS", "2400")), 8
FILES = [*[SMALL] * 14, *library().values()]
"""Most mutants are of a small policy, in which a change hits something."""

SWAPS = {
    "<": ">=",
    ">=": "<",
    "&&": "||",
    "||": "&&",
    "==": "!=",
    "!=": "==",
    "true": "false",
    "any": "all",
    "all": "any",
}
ODD = [
    *JUNK,
    "а",
    "\x00",
    "[]",
    "{}",
    "when:",
    "project.",
    "has(",
    "'light'",
    "99999999999999999999",
    "0 days",
    "closed",
    "<<: *a",
    "!!set x",
    "\u202e",
]


def mutant(random: Random) -> str:
    """A policy file with a few slips of the hand, or of the mind."""
    lines = random.choice(FILES).splitlines()
    for _ in range(random.choice([1, 1, 1, 2, 3])):
        if not lines:
            break
        at, other = random.randrange(len(lines)), random.randrange(len(lines))
        words = lines[at].split(" ")
        word = random.randrange(len(words))
        match random.randrange(9):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, lines[other])
            case 2:
                lines[at], lines[other] = lines[other], lines[at]
            case 3:
                words[word] = random.choice(ODD)
                lines[at] = " ".join(words)
            case 4:
                words[word] = SWAPS.get(words[word], random.choice(lines[other].split(" ")))
                lines[at] = " ".join(words)
            case 5:
                lines[at] = " " * random.randint(0, 8) + lines[at].strip()
            case 6:
                place = random.randint(0, len(lines[at]))
                lines[at] = (
                    lines[at][:place]
                    + random.choice(["", random.choice("а0'\"{}[]:-,.é\u200b ")])
                    + lines[at][place + 1 :]
                )
            case 7:
                digits = [n for n, character in enumerate(lines[at]) if character.isdigit()]
                if digits:
                    place = random.choice(digits)
                    lines[at] = lines[at][:place] + random.choice(["0", "9", "", "00"]) + lines[at][place + 1 :]
            case _:
                del lines[min(at, other) : min(at, other) + 4]
    return "\n".join(lines)


@pytest.mark.parametrize("block", range(BLOCKS))
def test_a_mutant_is_accepted_only_when_it_can_govern(block: int) -> None:
    accepted, slowest = 0, (0.0, 0)
    for seed in range(block, MUTANTS, BLOCKS):
        text = mutant(Random(seed))
        begin = time.process_time()
        policy, found = examine(text, "mutant.yaml")
        took = time.process_time() - begin
        slowest = max(slowest, (took, seed))
        assert took < 1, f"seed {seed}: {took:.2f} s of work"
        assert not [problem for problem in found if misplaced(problem, text)], f"seed {seed}: {found}"
        errors = [problem for problem in found if problem.severity == "error"]
        assert policy is not None or errors, f"seed {seed}"
        if policy is not None and not errors:
            accepted += 1
            assert what_is_wrong(policy) is None, f"seed {seed}: {what_is_wrong(policy)}"
    told = f"{accepted} of {MUTANTS // BLOCKS} accepted; the slowest took {slowest[0]:.2f} s (seed {slowest[1]})"
    sys.stdout.write(f"{told}\n")
    assert accepted > MUTANTS / BLOCKS / 50, "too few mutants live to show anything"


def misplaced(problem: Problem, text: str) -> bool:
    """Whether a problem is not told as a sentence with a remedy at a place in the file."""
    rows = (text + "\n").split("\n")
    is_told = (
        problem.sentence[-1:] in (".", "?") and problem.remedy[-1:] in (".", "?") and len(problem.sentence) < 1_000
    )
    return not (is_told and 1 <= problem.line <= len(rows) and 1 <= problem.column <= 2_000 + max(map(len, rows)))


def what_is_wrong(policy: Policy) -> str | None:
    """Why an accepted policy cannot govern; none when it can."""
    if Policy.model_validate(policy.model_dump(mode="json", exclude_defaults=True)).digest != policy.digest:
        return "it is another policy when written out"
    if rulebook_of(pack(policy)).policy != policy:
        return "it does not travel"
    if not in_words(policy) or not StageMachine(policy).diagram():
        return "it cannot be shown"
    ends = {CLOSED, *(stage for stage in policy.stages if not policy.gates_from(stage))}
    for stage in policy.stages:
        if not _after(policy, stage) & ends:
            return f"no end is in sight from {stage}"
    if set(policy.stages) - _after(policy, policy.stages[0]):
        return "a stage is out of reach"
    book = Rulebook(policy)
    if book.tier_of({}, {}) not in {tier.id for tier in policy.tiers}:
        return "a project has no tier"
    desk = Desk(policy).registered({})
    return None if desk.state.is_over or desk.state.open_rounds else "a project stands still from its first day"


def _after(policy: Policy, stage: str) -> set[str]:
    """Every stage that a project can come to from one."""
    reached: set[str] = set()
    ahead = [stage]
    while ahead:
        here = ahead.pop()
        if here not in reached:
            reached.add(here)
            for name, gate in policy.gates.items():
                if policy.belongs(name, here) and gate.kind is not GateKind.BENEFITS:
                    onward = [gate.to, *(gate.decision(outcome).to for outcome in gate.decisions)]
                    ahead += [to for to in onward if to]
    return reached
