"""What happened and where projects stand; columns named like a word of the domain mean it.

`events` and `audit` are only ever added to; `projects`, `states`, `rounds`, `calls` and `conditions` follow from the
events and can be built again. JSON columns hold canonical text, so that equal content has equal bytes.
"""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, PrimaryKeyConstraint, Table, Text

from lifecycle.persistence.columns import Instant, Words, schema

projects = Table(
    "projects",
    schema,
    Column("key", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("portfolio", Words, nullable=False),
    Column("status", Words, nullable=False),
    Column("stage", Words, nullable=False),
    Column("stage_since", Instant, nullable=False),
    Column("tier", Words, nullable=False),
    Column("manager", Words),
    Column("sponsor", Words),
    Column("policy_id", Words, nullable=False),
    Column("policy_version", BigInteger, nullable=False),
    Column("policy_digest", Words, nullable=False),
    Column("confidence", Words),
    Column("amounts", Words, nullable=False),
    Column("breaches", Words, nullable=False),
    Column("open_gates", Words, nullable=False),
    Column("due", Instant),
    Column("late_from", Instant),
    Column("search", Words, nullable=False),
    Column("seq", Integer, nullable=False),
    Index("ix_projects_board", "status", "stage", "tier", "late_from", "portfolio", "manager", "sponsor", "key"),
    Index(None, "late_from"),
    Index(None, "manager"),
    Index(None, "sponsor"),
)
"""What lists show of each project; `search` is the folded text that a search looks into.

The index of the board holds all that counting needs, for whatever part of the projects somebody sees.

`amounts` are the facts that are whole numbers, with their baselines, in JSON; `breaches` and `open_gates` are names, a
space between; `due` is the nearest deadline that runs at a gate. From `late_from` on the project is late, with no
further event.
"""

states = Table(
    "states",
    schema,
    Column("project", Words, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("digest", Words, nullable=False),
    Column("state", Text, nullable=False),
)
"""The whole state of each project with its digest, apart from the lists, which never need it."""

rounds = Table(
    "rounds",
    schema,
    Column("project", Words),
    Column("gate", Words),
    Column("number", Integer),
    Column("kind", Words),
    Column("status", Words, nullable=False),
    Column("tier", Words, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("submitted_at", Instant),
    Column("submitted_by", Words),
    Column("due", Instant),
    Column("until", Instant, nullable=False),
    Column("late_from", Instant),
    Column("next_step_at", Instant),
    Column("steps_taken", Integer, nullable=False),
    Column("stopped_at", Instant),
    Column("outcome", Words),
    Column("decided_at", Instant),
    Column("evidence_digest", Words),
    Column("waits", Words),
    Column("asks_waiver", Boolean, nullable=False),
    Column("round", Text, nullable=False),
    PrimaryKeyConstraint("project", "gate", "number"),
    Index(None, "decided_at"),
    Index(None, "late_from", "project", "gate"),
    Index(None, "submitted_by", "status"),
    Index(None, "status", "until", "project", "gate"),
    Index(None, "asks_waiver", "until"),
)
"""Every round there ever was; `due` to `stopped_at` tell of the clock that runs now, `round` is the whole round.

`until` is `due`, and where nothing is due the end of time: lists by deadline read it in its order. From `late_from` on
the round is late, with no further event; it is `due`, unless the clock stopped before. Of a decided round `waits` says
on whom it waited since when, as pairs in JSON; an open one `asks_waiver` while a request for one awaits its answer.
"""

calls = Table(
    "calls",
    schema,
    Column("project", Words),
    Column("gate", Words),
    Column("number", Integer),
    Column("role", Words),
    Column("until", Instant, nullable=False),
    PrimaryKeyConstraint("project", "gate", "number", "role"),
    Index(None, "role", "until", "project", "gate"),
)
"""The roles that may act on a round that is before its approvers now, until when as at `rounds`."""

conditions = Table(
    "conditions",
    schema,
    Column("project", Words),
    Column("id", Words),
    Column("gate", Words, nullable=False),
    Column("owner", Words, nullable=False),
    Column("due", Instant, nullable=False),
    Column("status", Words, nullable=False),
    Column("condition", Text, nullable=False),
    PrimaryKeyConstraint("project", "id"),
    Index(None, "owner", "due"),
    Index(None, "status", "due"),
)

events = Table(
    "events",
    schema,
    Column("project", Words),
    Column("seq", Integer),
    Column("at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("type", Words, nullable=False),
    Column("gate", Words),
    Column("person", Words),
    Column("acting_for", Words),
    Column("command", Words),
    Column("body", Text, nullable=False),
    PrimaryKeyConstraint("project", "seq"),
)
"""What happened to each project, in order; `body` is the whole recorded event, the other columns repeat parts of it."""

chains = Table(
    "chains",
    schema,
    Column("chain", Words, primary_key=True),
    Column("n", Integer, nullable=False),
    Column("digest", Words, nullable=False),
)
"""The head of each audit chain; its row is what writers of a project lock, so that they take turns."""

audit = Table(
    "audit",
    schema,
    Column("chain", Words),
    Column("n", Integer),
    Column("kind", Words, nullable=False),
    Column("seq", Integer),
    Column("at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("type", Words, nullable=False),
    Column("gate", Words),
    Column("person", Words),
    Column("acting_for", Words),
    Column("command", Words),
    Column("state", Words),
    Column("body", Text, nullable=False),
    Column("previous", Words, nullable=False),
    Column("digest", Words, nullable=False),
    PrimaryKeyConstraint("chain", "n"),
    Index(None, "recorded_at", "chain", "n"),
)
"""Every event, refused attempt and deed of the office; a row's `digest` is of all its other columns (audit.py).

`state` is the digest of the project's state after the event, which binds what is shown of a project to its trail.
"""

journal = Table(
    "journal",
    schema,
    Column("id", Words, primary_key=True),
    Column("project", Words),
    Column("person", Words, nullable=False),
    Column("acting_for", Words),
    Column("type", Words, nullable=False),
    Column("body_digest", Words, nullable=False),
    Column("status", Words, nullable=False),
    Column("sent_at", Instant, nullable=False),
    Column("settled_at", Instant),
    Column("events", Integer),
    Column("reason", Words),
    Column("answer", Text),
    Column("body", Text, nullable=False),
    Index(None, "status", "sent_at"),
)
"""What was asked and what became of it: `events` counts those that a done command caused."""

notices = Table(
    "notices",
    schema,
    Column("key", Words, primary_key=True),
    Column("project", Words, nullable=False),
    Column("kind", Words, nullable=False),
    Column("gate", Words),
    Column("round", Integer),
    Column("step", Integer),
    Column("recipient", Words, nullable=False),
    Column("fields", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("waits_until", Instant),
    Column("message", Words),
    Column("seen_at", Instant),
    Index(None, "waits_until"),
    Index(None, "message"),
    Index(None, "recipient", "created_at", "key"),
    Index(None, "recipient", "seen_at"),
)
"""Who is told what: `waits_until` someone looks whether to send it, `message` is the one that it then went into."""
