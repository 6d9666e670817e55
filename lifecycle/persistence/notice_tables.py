"""What the office keeps about telling people and programs. No methods, seen here alone."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, Text

from lifecycle.persistence.columns import Instant, Words, schema

preferences = Table(
    "preferences",
    schema,
    Column("person", Words, ForeignKey("people.id"), primary_key=True),
    Column("language", Words),
    Column("timezone", Words),
    Column("quiet_hours", Words),
    Column("digest", Boolean),
    Column("mail", Boolean),
    Column("chat", Boolean),
)
"""How people want to be told; what is empty is left to the office."""

messages = Table(
    "messages",
    schema,
    Column("id", Words),
    Column("channel", Words),
    Column("recipient", Words),
    Column("body", Text),
    Column("created_at", Instant, nullable=False),
    Column("next_try_at", Instant),
    Column("tries", Integer, nullable=False),
    Column("sent_at", Instant),
    Column("failure", Words),
    Column("given_up", Boolean, nullable=False),
    PrimaryKeyConstraint("id", "channel", "recipient"),
    Index(None, "next_try_at", "channel"),
    Index(None, "recipient", "created_at"),
)
"""What goes out to whom: to a person their notices, to a webhook a `body`.

`next_try_at` is empty once a message was sent or given up.
"""

webhooks = Table(
    "webhooks",
    schema,
    Column("id", Words, primary_key=True),
    Column("label", Words, nullable=False),
    Column("url", Words, nullable=False),
    Column("kinds", Words, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("renewed_at", Instant),
    Column("created_at", Instant, nullable=False),
    Column("created_by", Words, nullable=False),
    Column("ended_at", Instant),
)
"""Programs that are told; `kinds` are kinds of notices between spaces, or nothing for all.

What signs their messages does not lie here: it follows from the office's key, the id and the `generation`.
"""
