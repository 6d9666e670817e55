"""A project as a page: its promises with what the reader can do about them, its documents, its people."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from api.web.addresses import project_path
from api.web.views import gate as gate_views
from api.web.views.told import people_in as people_told
from lifecycle.domain.project import Condition, ConditionStatus, ProjectState
from lifecycle.gates.explain import Possibility
from lifecycle.service.gate_views import GateView
from lifecycle.service.trail import RecordKind, TrailRecord

_FIRST = (ConditionStatus.MISSED, ConditionStatus.OPEN, ConditionStatus.PROVED, ConditionStatus.MET)


@dataclass(frozen=True, slots=True)
class PromiseLine:
    """A condition, and whether the reader may prove it, or judge its proof, now."""

    condition: Condition
    may_prove: bool
    may_judge: bool


@dataclass(frozen=True, slots=True)
class Document:
    """A file that was supplied, in its latest version: where it belongs, and where it can be had."""

    gate: str
    item: str
    title: str
    version: int
    author: str
    at: datetime
    path: str
    media_type: str


def conditions_of(state: ProjectState, actions: Iterable[Possibility]) -> tuple[PromiseLine, ...]:
    """Every promise, those that are owed first."""
    allowed = {(action.action, action.subject) for action in actions if action.allowed}
    ordered = sorted(state.conditions.values(), key=lambda known: (_FIRST.index(known.status), known.due, known.id))
    return tuple(
        PromiseLine(known, ("prove_condition", known.id) in allowed, ("accept_condition", known.id) in allowed)
        for known in ordered
    )


def documents_of(records: Iterable[TrailRecord], project: str) -> tuple[Document, ...]:
    """The files among the records, each in its latest version, the newest first."""
    latest: dict[tuple[str, str], Document] = {}
    for record in sorted(records, key=lambda record: record.n):
        if record.type == "person:evidence:supplied":
            given = record.content["event"]["evidence"]
            if given["kind"] == "document":
                gate, item = record.content["event"]["gate"], given["item"]
                where = f"{project_path(project)}/evidence/{given['digest']}"
                about = (
                    given["title"] or item,
                    given["version"],
                    given["author"],
                    record.at,
                    where,
                    given["media_type"],
                )
                latest[gate, item] = Document(gate, item, *about)
    return tuple(sorted(latest.values(), key=lambda document: document.at, reverse=True))


def events_among(records: Iterable[TrailRecord]) -> tuple[TrailRecord, ...]:
    """The records of what happened, without refused attempts."""
    return tuple(record for record in records if record.kind is RecordKind.EVENT)


def people_in(state: ProjectState, gates: Iterable[GateView], records: Iterable[TrailRecord]) -> set[str]:
    """Everybody whom the page names."""
    return {person for person in _people(state, gates, records) if person}


def _people(state: ProjectState, gates: Iterable[GateView], records: Iterable[TrailRecord]) -> Iterator[str | None]:
    yield from (state.manager, state.sponsor)
    yield from (condition.owner for condition in state.conditions.values())
    yield from (waiver.granted_by for waiver in state.waivers.values())
    for view in gates:
        yield from gate_views.people_in(view)
    yield from people_told(records)
