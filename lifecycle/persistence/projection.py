"""The projection: the only writer of the read model and of the audit trail of projects."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, Table, and_, bindparam, delete, insert, select, update

from lifecycle.domain.events import Recorded
from lifecycle.domain.project import ProjectState
from lifecycle.domain.values import canonical, digest_of_text, text_of
from lifecycle.persistence.audit import Entry, Kind, append, lock
from lifecycle.persistence.changes import Changes, RoundKey, Row, condition_row, gate_of, project_row, round_row, until
from lifecycle.persistence.inserts import insert_missing, upsert
from lifecycle.persistence.mailbox import post
from lifecycle.persistence.measures import lates, stays
from lifecycle.persistence.tables import calls, conditions, events, projects, rounds, states


class GapError(Exception):
    """Events are missing: the rows end at `have`, and `got` came (none when nothing came for an unknown project).

    The caller fetches what lies between and gives it all.
    """

    def __init__(self, have: int, got: int | None) -> None:
        super().__init__(f"event {have + 1} should come next, not {got}")
        self.have = have
        self.got = got


def project(connection: Connection, key: str, happened: Iterable[Recorded], now: datetime) -> ProjectState:
    """The project's state after these events, with every row that follows from them; `now` is when they are recorded.

    Events may come twice, in any order, from anybody at once: those that the rows have are skipped, and the result is
    the same. Raises `GapError` if one is missing in between; then, as after any error, nothing may be committed.
    """
    head = lock(connection, key)
    known = _known(connection, key)
    fresh = _following(known.seq if known else 0, happened)
    changes = Changes(known)
    versions = [_version(changes.take(recorded)) for recorded in fresh]
    state = changes.state
    if state is None:
        raise GapError(0, None)
    if state.project != key:
        raise ValueError(f"these are events of {state.project}, not of {key}")
    if versions:
        entries = [_entry(version, recorded) for version, recorded in zip(versions, fresh, strict=True)]
        connection.execute(_HAPPENED, [_event_row(key, entry, now) for entry in entries])
        append(connection, head, entries, now)
        _write(connection, changes, versions[-1])
        post(connection, state, changes.news, now)
    return state


def rebuild(connection: Connection, key: str) -> tuple[str, ...]:
    """Build the read model of one project again from its events; the names of the tables that were not as it now is."""
    lock(connection, key)
    before = _rows(connection, key)
    for table, owner in _READ_MODEL.items():
        connection.execute(delete(table).where(owner == key))
    history = connection.scalars(select(events.c.body).where(events.c.project == key).order_by(events.c.seq))
    changes = Changes(None)
    for body in history.all():
        changes.take(Recorded.model_validate_json(body))
    if changes.state:
        _write(connection, changes, _version(changes.state))
    after = _rows(connection, key)
    return tuple(name for name in before if before[name] != after[name])


_HAPPENED = insert(events)
_OF_ROUND = and_(
    calls.c.project == bindparam("of"), calls.c.gate == bindparam("at"), calls.c.number == bindparam("round")
)
_CALLS_NOBODY = delete(calls).where(_OF_ROUND)
_CALLS_UNTIL = update(calls).where(_OF_ROUND).values(until=bindparam("then"))
_STATE = select(states.c.state).where(states.c.project == bindparam("of"))


def _known(connection: Connection, key: str) -> ProjectState | None:
    text = connection.scalar(_STATE, {"of": key})
    return ProjectState.model_validate_json(text) if text else None


def _following(have: int, happened: Iterable[Recorded]) -> list[Recorded]:
    new = {recorded.seq: recorded for recorded in happened if recorded.seq > have}
    for expected, got in enumerate(sorted(new), start=have + 1):
        if got != expected:
            raise GapError(expected - 1, got)
    return [new[seq] for seq in sorted(new)]


class _Version(NamedTuple):
    """A project at one version: its state, the canonical text of it, and the digest."""

    state: ProjectState
    text: str
    digest: str


def _version(state: ProjectState) -> _Version:
    text = text_of(state)
    return _Version(state, text, digest_of_text(text))


def _entry(version: _Version, recorded: Recorded) -> Entry:
    return Entry(
        kind=Kind.EVENT,
        seq=recorded.seq,
        at=recorded.at,
        type=recorded.event.type,
        gate=gate_of(recorded.event, version.state),
        person=recorded.actor.person if recorded.actor else None,
        acting_for=recorded.actor.acting_for if recorded.actor else None,
        command=recorded.command,
        state=version.digest,
        body=canonical(recorded.model_dump(mode="json")),
    )


def _event_row(key: str, entry: Entry, now: datetime) -> Row:
    return {
        "project": key,
        "seq": entry.seq,
        "at": entry.at,
        "recorded_at": now,
        "type": entry.type,
        "gate": entry.gate,
        "person": entry.person,
        "acting_for": entry.acting_for,
        "command": entry.command,
        "body": entry.body,
    }


def _write(connection: Connection, changes: Changes, version: _Version) -> None:
    state, key = version.state, version.state.project
    touched = [
        {**round_row(state, round_), "kind": changes.kinds.get(at), "submitted_by": changes.submitters.get(at)}
        for at, round_ in changes.rounds.items()
    ]
    called = [(at, role) for at, roles in changes.called.items() for role in sorted(roles)]
    upsert(connection, projects, [project_row(state)])
    upsert(connection, states, [{"project": key, "seq": state.seq, "digest": version.digest, "state": version.text}])
    upsert(connection, rounds, touched, keep=("kind", "submitted_by"))
    insert_missing(connection, stays, changes.stays)
    insert_missing(connection, lates, changes.lates)
    upsert(connection, conditions, [condition_row(state, condition) for condition in changes.conditions.values()])
    if changes.settled:
        connection.execute(_CALLS_NOBODY, [_round_of(key, at) for at in changes.settled])
    if lasting := changes.moved - changes.settled:
        then = [{**_round_of(key, at), "then": until(changes.rounds[at])} for at in lasting]
        connection.execute(_CALLS_UNTIL, then)
    insert_missing(connection, calls, [_call_row(key, at, role, changes) for at, role in called])


def _round_of(key: str, at: RoundKey) -> Row:
    return {"of": key, "at": at.gate, "round": at.number}


def _call_row(key: str, at: RoundKey, role: str, changes: Changes) -> Row:
    of_round = {"project": key, "gate": at.gate, "number": at.number}
    return {**of_round, "role": role, "until": until(changes.rounds[at])}


_READ_MODEL: dict[Table, Column[Any]] = {
    projects: projects.c.key,
    states: states.c.project,
    rounds: rounds.c.project,
    calls: calls.c.project,
    conditions: conditions.c.project,
    stays: stays.c.project,
    lates: lates.c.project,
}


def _rows(connection: Connection, key: str) -> dict[str, list[str]]:
    return {
        table.name: sorted(repr(tuple(row)) for row in connection.execute(select(table).where(owner == key)))
        for table, owner in _READ_MODEL.items()
    }
