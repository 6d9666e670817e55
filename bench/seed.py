"""`python -m bench.seed FILE [PROJECTS [RECORDS]]`: a database of an office with a large portfolio and a long trail.

Every project lives by the default policy through the pure core, and its events are recorded by the projection as they
always are; only the long run of small amendments in between is written down without being asked for one by one.
"""

import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection

from lifecycle.domain.commands import COMMANDS, FallDue
from lifecycle.domain.events import FactsAmended, Recorded
from lifecycle.domain.evidence import EvidenceKind, EvidenceVersion
from lifecycle.domain.people import Actor
from lifecycle.domain.project import ProjectState
from lifecycle.domain.values import digest
from lifecycle.domain.verdicts import Accepted, Verdict
from lifecycle.gates.clocks import openings, with_clocks
from lifecycle.gates.decide import decide, decide_due
from lifecycle.gates.evolve import evolve
from lifecycle.gates.obligations import obligations
from lifecycle.gates.rulebook import Rulebook
from lifecycle.persistence import people
from lifecycle.persistence.audit import Signature
from lifecycle.persistence.migrate import upgrade
from lifecycle.persistence.people import Person
from lifecycle.persistence.projection import project
from lifecycle.persistence.session import Database
from lifecycle.service.calendars import calendar_of
from lifecycle.service.founding import found
from lifecycle.service.policy_files import DEFAULT, library_text, read_policy

NOW: Final = datetime(2026, 6, 15, 10, tzinfo=UTC)
"""The instant at which the portfolio is looked at."""
MANAGERS, SPONSORS, PORTFOLIOS = 400, 200, 40
_TOGETHER: Final = 100
_ROLES: Final = {"analyst": ("pmo_analyst",), "finance-1": ("finance",)}
_SUBMITTED, _LATE, _PREPARING = range(3)
"""What a project waits for: its approvers, its approvers for too long, its manager."""


class Life:
    """One project of the seeded portfolio, told by the core."""

    def __init__(self, book: Rulebook, number: int) -> None:
        self.key = f"S-{number:05}"
        self.told: list[Recorded] = []
        self._books = {book.digest: book}
        self._book = book
        self._calendar = calendar_of(book.policy.calendar, NOW.year)
        self._number = number
        self._state: ProjectState | None = None
        self._now = NOW - timedelta(days=120)

    def live(self, events: int) -> None:
        """Be registered in execution, be amended until there are so many events, and come to what it waits for."""
        number, manager = self._number, f"manager-{self._number % MANAGERS}"
        facts = {
            "whole_life_cost": 10_000_000 * (1 + number % 97),
            "risk": ("low", "medium", "high")[number % 3],
            "start": "2024-01-01",
            "finish": f"203{number % 7}-06-30",
            "delivery_confidence": ("green", "amber", "red")[number % 3 if number % 11 == 0 else number % 2],
        }
        about = {"portfolio": f"portfolio-{number % PORTFOLIOS}", "manager": manager, "facts": facts}
        posts = {"sponsor": f"sponsor-{number % SPONSORS}", "stage": "execution", "attested": "The register."}
        named = {"project": self.key, "name": f"Project {number} of the portfolio", "policy": self._book.policy.ref}
        self._ask("register_project", "analyst", **named, **about, **posts)
        self._amend(manager, max(0, events - 12))
        waits = number % 3
        self._until(NOW - timedelta(days=(1, 20, 4)[waits]))
        if waits != _PREPARING:
            self._supply(manager, "acceptance_report", EvidenceKind.DOCUMENT)
            self._supply(manager, "operations_ready", EvidenceKind.ATTESTATION)
            if facts["delivery_confidence"] != "red":
                self._ask("submit_gate", manager, gate="acceptance")
        if waits == _LATE and number % 4 == 0 and facts["delivery_confidence"] != "red":
            self._vote(f"sponsor-{number % SPONSORS}")
        self._until(NOW)

    @property
    def state(self) -> ProjectState:
        """The project after the last event."""
        assert self._state is not None, "the project is registered first"
        return self._state

    def _ask(self, kind: str, by: str, **content: Any) -> None:
        actor = Actor(person=by, roles=_ROLES.get(by, ()))
        about = {"type": kind, "id": f"{self.key}-{len(self.told) + 1}", "actor": actor}
        command = COMMANDS.validate_python({**about, **content})
        if self._state is not None:
            command = with_clocks(command, self._book.policy, self._state, self._calendar, self._now)
        self._follow(decide(self._books, self._state, command, self._now))

    def _supply(self, by: str, item: str, kind: EvidenceKind) -> None:
        evidence = EvidenceVersion(
            item=item, version=1, kind=kind, digest=digest([self.key, item]), author=by, principal=by, at=self._now
        )
        self._ask("supply_evidence", by, gate="acceptance", evidence=evidence)

    def _vote(self, by: str) -> None:
        round_ = self.state.rounds["acceptance"]
        if round_.is_before_approvers:
            shown = {"round": round_.number, "evidence_digest": round_.evidence_digest or ""}
            self._ask("cast_vote", by, gate="acceptance", **shown, verdict="approve", rationale="It is delivered.")

    def _amend(self, by: str, times: int) -> None:
        """So many small amendments, one an hour."""
        for count in range(times):
            self._now += timedelta(hours=1)
            amended = FactsAmended(facts={"forecast": 1_000_000 + count}, reason="The forecast of the week.")
            self._take(
                Recorded(
                    seq=self.state.seq + 1,
                    at=self._now,
                    actor=Actor(person=by),
                    command=f"{self.key}-{self.state.seq + 1}",
                    policy=self._book.digest,
                    event=amended,
                )
            )

    def _until(self, instant: datetime) -> None:
        """Time passes; what falls due until then happens at its instant."""
        while owed := [due for due in obligations(self._book.policy, self.state) if due.at <= instant]:
            self._now = max(self._now, owed[0].at)
            starts = openings(self._book.policy, self.state.tier, self._calendar, self._now)
            due = FallDue(obligation=owed[0].id, at=owed[0].at, openings=starts)
            self._follow(decide_due(self._books, self.state, due, self._now))
        self._now = max(self._now, instant)

    def _follow(self, verdict: Verdict) -> None:
        if not isinstance(verdict, Accepted):
            raise RuntimeError(f"{self.key}: {verdict.refusal.sentence}")
        for recorded in verdict.events:
            self._take(recorded)

    def _take(self, recorded: Recorded) -> None:
        self._state = evolve(self._state, recorded)
        self.told.append(recorded)


def seed(database: Database, projects: int, records: int) -> Iterator[int]:
    """Fill an empty database, so that it has so many projects and about so many records; how many projects it has."""
    database.write_now(upgrade)
    database.write_now(lambda connection: found(connection, NOW - timedelta(days=200), sample=True))
    database.write_now(_hire)
    book = Rulebook(read_policy(library_text(DEFAULT)))
    lives = (Life(book, number) for number in range(projects))
    done = 0
    while some := list(islice(lives, _TOGETHER)):
        for life in some:
            life.live(records // projects)
        database.write_now(partial(_record, lives=some))
        done += len(some)
        yield done


def _hire(connection: Connection) -> None:
    by = Signature("administrator", NOW - timedelta(days=199))
    for role, count in (("manager", MANAGERS), ("sponsor", SPONSORS)):
        for number in range(count):
            id_ = f"{role}-{number}"
            people.add(connection, Person(id_, f"{role.title()} {number}", f"{id_}@example.org", "lifecycle", id_), by)


def _record(connection: Connection, lives: list[Life]) -> None:
    for life in lives:
        project(connection, life.key, life.told, life.told[-1].at)


def main() -> None:
    """Seed the file that the command line names."""
    path, projects, records = (*sys.argv[1:], *("10000", "1000000")[len(sys.argv) - 2 :])
    began = time.monotonic()
    with Database(f"sqlite:///{path}") as database:
        for done in seed(database, int(projects), int(records)):
            print(f"\r{done} projects after {time.monotonic() - began:.0f} s", end="", flush=True)
    print()


if __name__ == "__main__":
    main()
