"""How people sign in to the pages. No methods, seen by this package alone."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table

from lifecycle.persistence.columns import Instant, Words, schema

sign_ins = Table(
    "sign_ins",
    schema,
    Column("digest", Words, primary_key=True),
    Column("id", Words, nullable=False, unique=True),
    Column("person", Words, ForeignKey("people.id"), nullable=False),
    Column("method", Words, nullable=False),
    Column("browser", Words, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("confirmed_at", Instant),
    Column("ended_at", Instant),
    Index(None, "person", "started_at"),
)
"""Browsers in which somebody is signed in: only the SHA-256 of what each holds is kept."""

passwords = Table(
    "passwords",
    schema,
    Column("person", Words, ForeignKey("people.id"), primary_key=True),
    Column("hash", Words, nullable=False),
    Column("changed_at", Instant, nullable=False),
)
"""Local accounts: a person's password as argon2id keeps it."""

invitations = Table(
    "invitations",
    schema,
    Column("digest", Words, primary_key=True),
    Column("person", Words, ForeignKey("people.id"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("ended_at", Instant),
    Index(None, "person"),
)
"""One-time codes by which somebody chooses a password: only the SHA-256 of each is kept."""

attempts = Table(
    "attempts",
    schema,
    Column("place", Words, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("failed_at", Instant, nullable=False),
)
"""Sign-ins that failed in a row, by the account that was tried or by where they came from."""

feeds = Table(
    "feeds",
    schema,
    Column("person", Words, ForeignKey("people.id"), primary_key=True),
    Column("digest", Words, nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
)
"""The secret address of somebody's calendar: only its SHA-256 is kept."""
