"""An independent check of the audit trail: shares no code with what writes it, imports nothing of the product.

It finds, by the rows alone: a row of the trail changed, deleted, inserted, moved or swapped; events that do not stand
in the trail word for word, or the other way round; a trail, its head, the events or a project cut short against each
other; a project's state, or what lists show of it, changed by hand; commands done or refused without a trace.

It cannot find, by the rows alone, that somebody who can write all tables rewrote or cut all of them in step, or put
back an older copy of the whole database. `heads` is the answer to that: note its result in another place now and then,
and give it to `verify` later; what was recorded by then is fixed. Rounds, calls, conditions and when a project is due
follow from the events: `projection.rebuild` compares them.
"""

import json
import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from itertools import count, groupby
from pathlib import Path
from typing import Any

Heads = dict[str, tuple[int, str]]
"""For each chain, the number and the digest of its last row."""
Row = tuple[Any, ...]
Read = Callable[[str], Iterator[Row]]
Tell = Callable[[int], None]

MOST_FINDINGS = 1_000
TELL_EVERY = 1_000
_AUDIT = """
    SELECT chain, n, kind, seq, state, previous, digest,
    at, recorded_at, type, gate, person, acting_for, command, body FROM audit ORDER BY chain{c}, n"""
_EVENTS = """
    SELECT project, seq, at, recorded_at, type, gate, person, acting_for, command, body
    FROM events ORDER BY project{c}, seq"""
_HEADS = "SELECT chain, n, digest FROM chains ORDER BY chain{c}"
_PROJECTS = """
    SELECT key, seq, name, portfolio, status, stage, tier, manager, sponsor, policy_id, policy_version, policy_digest,
    confidence, breaches, open_gates FROM projects ORDER BY key{c}"""
_STATES = "SELECT project, seq, digest, state FROM states ORDER BY project{c}"
_STANDINGS = "SELECT s.project, s.seq, s.digest, p.status FROM states s JOIN projects p ON p.key = s.project ORDER BY 1"
_OVER = ("closed", "killed")
_LAST = """
    SELECT a.chain, a.n, a.digest FROM audit a
    JOIN (SELECT chain, max(n) AS n FROM audit GROUP BY chain) l ON l.chain = a.chain AND l.n = a.n"""
_TRACES = """
    SELECT j.id, j.status, j.events, count(a.n) FROM journal j
    LEFT JOIN audit a ON a.command = j.id AND a.kind = CASE j.status WHEN 'done' THEN 'event' ELSE 'refused' END
    WHERE j.status <> 'sent' GROUP BY j.id, j.status, j.events ORDER BY j.id"""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with a chain, or with a project or command of that name, at one of its rows if it has one."""

    chain: str
    n: int | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A project by the records: its last event, the digest of its state, and whether its workflow may have ended."""

    seq: int
    digest: str
    over: bool


@dataclass(frozen=True, slots=True)
class Report:
    """How many chains and rows were checked, and what was found; after `MOST_FINDINGS` no more is looked for."""

    chains: int
    rows: int
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether everything fits."""
        return not self.findings


def verify(url: str, noted: Mapping[str, Any] | None = None, tell: Tell = lambda rows: None) -> Report:
    """Check a database, named as SQLAlchemy does; `noted` is a checkpoint, or what `heads` gave before.

    `tell` hears after every thousand rows of the trail how many were read. Raises `ValueError` for an address of
    neither SQLite nor PostgreSQL or heads that are none, and the driver's error if the database cannot be read.
    """
    expected = _expected(noted or {})
    findings: list[Finding] = []
    chains = rows = 0
    with _reading(url) as read:
        streams = [_told(read(_AUDIT), tell), *map(read, (_EVENTS, _HEADS, _PROJECTS, _STATES))]
        for chain, (trail, events, heads_, projects, states) in _side_by_side(streams):
            check = _Chain(chain, expected.pop(chain, (0, "")), findings)
            try:
                check.trail(trail, events)
                check.head(next(heads_, None))
                check.project(next(projects, None), next(states, None))
            except (TypeError, ValueError, AttributeError):
                check.found(None, "A row holds something that this column cannot hold.")
            chains, rows = chains + 1, rows + check.n
            if len(findings) >= MOST_FINDINGS:
                break
        else:
            findings += (Finding(chain, n, "The whole chain is gone.") for chain, (n, _) in expected.items() if n)
            findings += _traceless(read(_TRACES))
    return Report(chains, rows, tuple(findings[:MOST_FINDINGS]))


def _told(rows: Iterator[Row], tell: Tell) -> Iterator[Row]:
    for number, row in enumerate(rows, 1):
        if number % TELL_EVERY == 0:
            tell(number)
        yield row


def _expected(noted: Mapping[str, Any]) -> Heads:
    try:
        if isinstance(noted.get("heads"), Mapping):  # a checkpoint, whose signature others check
            noted = noted["heads"]
        return {chain: (int(n), str(digest)) for chain, (n, digest) in noted.items()}
    except (AttributeError, TypeError, ValueError):
        raise ValueError("what was noted are no heads: a number and a digest for each chain") from None


def heads(url: str) -> Heads:
    """The last row of every chain, by what stands in the trail: note it elsewhere, for `verify` to compare later."""
    with _reading(url) as read:
        return {chain: (n, digest) for chain, n, digest in read(_LAST)}


def standings(url: str) -> dict[str, Standing]:
    """Where every project stands by the records, for who can ask the workflows too."""
    with _reading(url) as read:
        return {project: Standing(seq, digest, status in _OVER) for project, seq, digest, status in read(_STANDINGS)}


class _Chain:
    """The check of one chain; `n`, `digest` and so on tell of the last row that was looked at."""

    def __init__(self, chain: str, noted: tuple[int, str], findings: list[Finding]) -> None:
        self.chain, self.noted, self.findings = chain, noted, findings
        self.n, self.seq = 0, 0
        self.digest = ""
        self.state: str | None = None

    def found(self, n: int | None, sentence: str) -> None:
        self.findings.append(Finding(self.chain, n, sentence))

    def trail(self, rows: Iterator[Row], events: Iterator[Row]) -> None:
        event = next(events, None)
        for row in rows:
            _, n, kind, seq, state, previous, digest, *_ = row
            if n != self.n + 1:
                self.found(n, f"Row {self.n + 1} should come here.")
            if previous != self.digest:
                self.found(n, "The row does not follow the one before it.")
            if digest != _digest(row):
                self.found(n, "The row was changed after it was written.")
            if n == self.noted[0] and digest != self.noted[1]:
                self.found(n, "The row is not the one that was noted: the chain was written anew.")
            self.n, self.digest = n, digest
            if kind == "event":
                while event is not None and event[1] < seq:
                    self.found(None, f"Event {event[1]} stands in no row of the trail.")
                    event = next(events, None)
                if event is None or event[1] != seq:
                    self.found(n, f"Event {seq} is not among the project's events.")
                else:
                    if event[2:] != row[7:]:
                        self.found(n, f"Event {seq} is not the same among the project's events.")
                    event = next(events, None)
                if seq != self.seq + 1:
                    self.found(n, f"Event {self.seq + 1} should come here.")
                self.seq, self.state = seq, state
        while event is not None:
            self.found(None, f"Event {event[1]} stands in no row of the trail.")
            event = next(events, None)
        if self.n < self.noted[0]:
            self.found(None, f"The chain ends at row {self.n}, but row {self.noted[0]} was noted.")

    def head(self, head: Row | None) -> None:
        if (head or (self.chain, 0, ""))[1:] != (self.n, self.digest):
            self.found(None, f"The chain ends at row {self.n}, which its head does not say.")

    def project(self, project: Row | None, state: Row | None) -> None:
        if project is None and state is None and self.seq == 0:
            return
        if project is None or state is None:
            self.found(None, "The project is missing.")
        elif {project[1], state[1]} != {self.seq}:
            self.found(None, f"The project is not where its last event, number {self.seq}, left it.")
        elif not state[2] == self.state == f"sha256:{sha256(state[3].encode()).hexdigest()}":
            self.found(None, "The project's state is not the one that its last event left.")
        elif project[2:] != _shown(json.loads(state[3])):
            self.found(None, "What lists show of the project is not what its state says.")


def _digest(row: Row) -> str:
    chain, n, kind, seq, state, previous, _, at, recorded_at, type_, gate, person, acting_for, command, body = row
    said = {
        "acting_for": acting_for, "at": at, "body": body, "chain": chain, "command": command, "gate": gate,
        "kind": kind, "n": n, "person": person, "previous": previous, "recorded_at": recorded_at, "seq": seq,
        "state": state, "type": type_,
    }  # fmt: skip
    return f"sha256:{sha256(_text(said).encode()).hexdigest()}"


_text = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, default=repr).encode


def _shown(state: dict[str, Any]) -> Row:
    names = ("name", "portfolio", "status", "stage", "tier", "manager", "sponsor")
    values = [{"status": "active", **state}.get(name) for name in names]
    values += [state["policy"][name] for name in ("id", "version", "digest")]
    confidence = state.get("facts", {}).get("delivery_confidence")
    rounds = sorted(state.get("rounds", {}).items())
    open_gates = [gate for gate, round_ in rounds if round_.get("status") not in ("decided", "withdrawn")]
    values += [
        None if confidence is None else str(confidence),
        " ".join(state.get("breaches", ())),
        " ".join(open_gates),
    ]
    return tuple(value.replace("\0", "\ufffd") if isinstance(value, str) else value for value in values)


def _traceless(commands: Iterator[Row]) -> Iterator[Finding]:
    for command, status, events, recorded in commands:
        if status == "done" and recorded != events:
            yield Finding(command, None, f"The command caused {events} events, but {recorded} are in the trail.")
        if status == "refused" and not recorded:
            yield Finding(command, None, "The command was refused, which is not in the trail.")


def _side_by_side(streams: Sequence[Iterator[Row]]) -> Iterator[tuple[str, list[Iterator[Row]]]]:
    """Each key that begins a row of any of these sorted streams, with the rows of every stream that it begins."""
    groups = [groupby(stream, key=lambda row: str(row[0])) for stream in streams]
    current = [next(group, None) for group in groups]
    while waiting := [found for found in current if found]:
        key = min(found[0] for found in waiting)
        yield key, [found[1] if found and found[0] == key else iter(()) for found in current]
        current = [
            next(group, None) if found and found[0] == key else found
            for group, found in zip(groups, current, strict=True)
        ]


@contextmanager
def _reading(url: str) -> Iterator[Read]:
    """Queries in one unchanging view of the database, whose rows come one by one; `{c}` is where bytes must order."""
    scheme, _, rest = url.partition("://")
    if scheme.startswith("sqlite"):
        file = Path(rest.partition("?")[0].removeprefix("/")).absolute().as_uri()
        with closing(sqlite3.connect(f"{file}?mode=ro", uri=True, isolation_level=None)) as database:
            database.execute("BEGIN")
            yield lambda query: database.execute(query.format(c=""))
    elif scheme.startswith("postgresql"):
        import psycopg

        with psycopg.connect(f"postgresql://{rest}") as server, ExitStack() as cursors:
            server.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            server.read_only = True
            names = count()

            def read(query: str) -> Iterator[Row]:
                cursor = cursors.enter_context(server.cursor(name=f"lifecycle_{next(names)}"))
                cursor.itersize = 2_000
                return iter(cursor.execute(query.format(c=' COLLATE "C"').encode()))

            yield read
    else:
        raise ValueError("The address is neither of SQLite nor of PostgreSQL.")


def main(arguments: Sequence[str]) -> int:
    """`verifier.py URL [NOTED.json]`: print the heads to note, or (exit code 1) what is wrong, or (2) why not known."""
    try:
        address, *files = arguments
        noted = json.loads(Path(files[0]).read_text(encoding="utf-8")) if files else None
        report = verify(address, noted)
    except Exception as error:
        sys.stderr.write(f"Nothing was checked: {error}\n")
        return 2
    for finding in report.findings:
        sys.stderr.write(f"{finding.chain}{f' row {finding.n}' if finding.n else ''}: {finding.sentence}\n")
    if report.ok:
        sys.stdout.write(json.dumps(heads(address)) + "\n")
    return 0 if report.ok else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
