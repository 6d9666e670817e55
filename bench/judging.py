"""One gate and a portfolio before the pure core, without any process, database or wire."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import reduce
from pathlib import Path
from typing import Any, Final

from lifecycle.domain.commands import COMMANDS, PersonCommand
from lifecycle.domain.people import Actor, Roster
from lifecycle.domain.project import ProjectState
from lifecycle.domain.verdicts import Accepted
from lifecycle.gates.clocks import with_clocks
from lifecycle.gates.decide import decide
from lifecycle.gates.evolve import evolve
from lifecycle.gates.rulebook import Rulebook
from lifecycle.gates.whatif import Trial
from lifecycle.service.calendars import calendar_of
from lifecycle.service.policy_files import read_policy

POLICY: Final = Path(__file__).with_name("policy.yaml")
GATE: Final = "plan"
FACTS: Final = {
    "cost": 500_000_000,
    "benefits": 1_250_000_000,
    "budget": 90_000_000,
    "risk": "medium",
    "confidence": "amber",
    "start": "2024-04-01",
    "finish": "2027-03-31",
    "suppliers": 3,
    "staff": 25,
    "category": "service",
}
APPROVERS: Final = (
    ("sponsor", "sponsor"),
    ("finance-1", "finance"),
    ("finance-2", "finance"),
    ("architect-1", "architecture_board"),
    ("architect-2", "architecture_board"),
    ("architect-3", "architecture_board"),
)
_PEOPLE: Final = Roster(holders={role: (person,) for person, role in APPROVERS})
NOW: Final = datetime(2024, 3, 5, 11, tzinfo=UTC)


def one_gate(times: int) -> list[float]:
    """Seconds that each judgement of the chair's decision took, with 20 criteria and 6 approvals to look at."""
    book = _book()
    books = {book.digest: book}
    voted = _before_the_chair(book)
    go = _command(
        "decide_gate", "director", "pmo_director", gate=GATE, **_shown(voted), outcome="go", rationale="Agreed."
    )
    assert isinstance(decide(books, voted, go, NOW), Accepted)
    return [_seconds(lambda: decide(books, voted, go, NOW)) for _ in range(times)]


def portfolio(projects: int) -> float:
    """Seconds to read so many projects and say what a draft of the policy would change for each."""
    book, draft = _book(), _book(("version: 1", "version: 2"), ("score_at_least: 50%", "score_at_least: 60%"))
    voted = _before_the_chair(book)
    trial = Trial(draft, lambda rule: calendar_of(rule, NOW.year), NOW)
    records = [voted.model_copy(update={"project": f"P-{n}"}).model_dump_json() for n in range(projects)]
    return _seconds(lambda: [trial.on(book, ProjectState.model_validate_json(each), _PEOPLE) for each in records])


def _book(*changes: tuple[str, str]) -> Rulebook:
    text = reduce(lambda text, change: text.replace(*change), changes, POLICY.read_text(encoding="utf-8"))
    return Rulebook(read_policy(text, POLICY.name))


def _before_the_chair(book: Rulebook) -> ProjectState:
    """A project that was submitted and has every approval."""
    evidence = {
        "item": "declaration", "kind": "attestation", "digest": "", "version": 1,
        "author": "pm", "principal": "pm", "at": NOW,
    }  # fmt: skip
    registered = _after(
        book,
        None,
        _command(
            "register_project", "analyst", "pmo_analyst", project="P-1", name="A project", portfolio="works",
            manager="pm", sponsor="sponsor", policy=book.policy.ref, facts=FACTS,
        ),
    )  # fmt: skip
    supplied = _after(
        book, registered, _command("supply_evidence", "pm", "project_manager", gate=GATE, evidence=evidence)
    )
    submitted = _after(book, supplied, _command("submit_gate", "pm", "project_manager", gate=GATE))
    vote = {"gate": GATE, **_shown(submitted), "verdict": "approve", "rationale": "The plan holds."}
    votes = [_command("cast_vote", person, role, **vote) for person, role in APPROVERS]
    return reduce(lambda state, command: _after(book, state, command), votes, submitted)


def _shown(state: ProjectState) -> dict[str, Any]:
    round_ = state.rounds[GATE]
    return {"round": round_.number, "evidence_digest": round_.evidence_digest}


def _command(kind: str, person: str, role: str, **content: Any) -> PersonCommand:
    return COMMANDS.validate_python({"type": kind, "id": kind, "actor": Actor(person=person, roles=(role,)), **content})


def _after(book: Rulebook, state: ProjectState | None, command: PersonCommand) -> ProjectState:
    if state is not None:
        calendar = calendar_of(book.policy.calendar, NOW.year)
        command = with_clocks(command, book.policy, state, calendar, NOW)
    verdict = decide({book.digest: book}, state, command, NOW)
    if not isinstance(verdict, Accepted):
        raise RuntimeError(verdict.refusal.sentence)
    after = reduce(evolve, verdict.events, state)
    assert after is not None
    return after


def _seconds(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began
