"""Policies as pages: the editions there are, and what one of them asks, proves and changes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

from api.web.addresses import edition_path
from api.web.views.portfolio import address
from lifecycle.gates.differences.difference import Direction
from lifecycle.service.policies import Comparison, EditionLine, Finding

TONES: Final = {"error": "bad", "warning": "warn", "information": "calm"}
DIRECTIONS: Final = {Direction.STRICTER: "warn", Direction.LOOSER: "bad", Direction.BOTH: "bad"}


@dataclass(frozen=True, slots=True)
class EditionRow:
    """An edition in the list; `standing` is `in_force`, `to_come`, `expired` or `earlier`."""

    line: EditionLine
    path: str
    standing: str
    projects: int
    projects_path: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """The editions of one policy, the latest first."""

    id: str
    editions: tuple[EditionRow, ...]


def shelves_of(lines: Iterable[EditionLine], projects: Mapping[str, int], now: datetime) -> tuple[Shelf, ...]:
    """The policies there are; `projects` counts by digest those that go by an edition."""
    return tuple(
        Shelf(id_, _rows(tuple(editions), projects, now)) for id_, editions in groupby(lines, lambda line: line.ref.id)
    )


def _rows(lines: tuple[EditionLine, ...], projects: Mapping[str, int], now: datetime) -> tuple[EditionRow, ...]:
    lasting = [line for line in lines if line.effective_from <= now and not _expired(line, now)]
    return tuple(
        EditionRow(
            line=line,
            path=edition_path(line.ref.id, line.ref.version),
            standing=_standing(line, lasting[:1], now),
            projects=projects.get(line.ref.digest, 0),
            projects_path=address({"policy": line.ref.digest}),
        )
        for line in lines
    )


def _standing(line: EditionLine, in_force: Iterable[EditionLine], now: datetime) -> str:
    if line in in_force:
        return "in_force"
    if _expired(line, now):
        return "expired"
    return "to_come" if line.effective_from > now else "earlier"


def _expired(line: EditionLine, now: datetime) -> bool:
    return line.expires_at is not None and line.expires_at <= now


@dataclass(frozen=True, slots=True)
class Proof:
    """Something that was found about an edition: how grave (a tone), where in it, and what to do."""

    finding: Finding
    tone: str
    place: str


def proofs_of(findings: Iterable[Finding]) -> tuple[Proof, ...]:
    """What was found, the gravest first."""
    order = tuple(TONES)
    return tuple(
        Proof(found, TONES[found.severity], " / ".join(map(str, found.path)))
        for found in sorted(findings, key=lambda found: order.index(found.severity))
    )


@dataclass(frozen=True, slots=True)
class Change:
    """Something in which two versions differ: at a gate (empty: anywhere), which way, in a sentence, shown by whom."""

    gate: str
    direction: str
    tone: str
    sentence: str
    witness: str
    proven: bool


def changes_of(comparison: Comparison) -> tuple[Change, ...]:
    """Every difference, in the policy's order."""
    return tuple(
        Change(
            gate=each.gate or "",
            direction=each.direction.value,
            tone=DIRECTIONS.get(each.direction, "calm"),
            sentence=each.sentence,
            witness=each.witness,
            proven=each.proven,
        )
        for each in comparison.differences
    )
