"""What the office keeps besides projects: people and their powers, policies, imports. No methods, seen here alone."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from lifecycle.persistence.columns import Instant, Words, schema

directory = Table(
    "directory",
    schema,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
)
"""One row: its version counts every change of people, grants, delegations and absences."""

people = Table(
    "people",
    schema,
    Column("id", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("mail", Words),
    Column("active", Boolean, nullable=False),
    Column("issuer", Words, nullable=False),
    Column("subject", Words, nullable=False),
    UniqueConstraint("issuer", "subject"),
)

grants = Table(
    "grants",
    schema,
    Column("person", Words, ForeignKey("people.id")),
    Column("role", Words),
    Column("scope", Words),
    PrimaryKeyConstraint("person", "role", "scope"),
    Index(None, "scope", "role"),
)

delegations = Table(
    "delegations",
    schema,
    Column("id", Words, primary_key=True),
    Column("giver", Words, ForeignKey("people.id"), nullable=False),
    Column("receiver", Words, ForeignKey("people.id"), nullable=False),
    Column("scope", Words, nullable=False),
    Column("limit", BigInteger),
    Column("starts", Instant, nullable=False),
    Column("ends", Instant, nullable=False),
    Column("reason", Words, nullable=False),
    Column("revoked_at", Instant),
    Index(None, "receiver"),
    Index(None, "giver"),
)

absences = Table(
    "absences",
    schema,
    Column("id", Words, primary_key=True),
    Column("person", Words, ForeignKey("people.id"), nullable=False),
    Column("starts", Instant, nullable=False),
    Column("ends", Instant, nullable=False),
    Column("reason", Words, nullable=False),
    Index(None, "person"),
)

tokens = Table(
    "tokens",
    schema,
    Column("digest", Words, primary_key=True),
    Column("id", Words, nullable=False, unique=True),
    Column("person", Words, ForeignKey("people.id"), nullable=False),
    Column("label", Words, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
    Index(None, "person"),
)
"""Opaque bearer tokens: only the SHA-256 of each is kept."""

policies = Table(
    "policies",
    schema,
    Column("id", Words),
    Column("version", BigInteger),
    Column("digest", Words, nullable=False, unique=True),
    Column("published_at", Instant, nullable=False),
    Column("published_by", Words, nullable=False),
    Column("effective_from", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("document", Text, nullable=False),
    Column("source", Text, nullable=False),
    PrimaryKeyConstraint("id", "version"),
)
"""Every published edition; `document` is the canonical JSON that the digest is of, `source` what the author wrote.

One that was published in break-glass expires unless a review upholds it.
"""

registers = Table(
    "registers",
    schema,
    Column("id", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("file", Words, nullable=False),
    Column("person", Words, nullable=False),
    Column("uploaded_at", Instant, nullable=False),
)
"""Each register that was uploaded to be imported: what its file is called, and the digest under which it is kept."""

imports = Table(
    "imports",
    schema,
    Column("id", Words, primary_key=True),
    Column("register", Words, nullable=False),
    Column("person", Words, nullable=False),
    Column("dry_run", Boolean, nullable=False),
    Column("status", Words, nullable=False),
    Column("total", Integer),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("summary", Text, nullable=False),
)
"""Each import of a register of projects; `register` names the file."""

import_rows = Table(
    "import_rows",
    schema,
    Column("import", Words, ForeignKey("imports.id")),
    Column("number", Integer),
    Column("project", Words),
    Column("result", Words, nullable=False),
    Column("detail", Text, nullable=False),
    PrimaryKeyConstraint("import", "number"),
)
"""What became of each row of a register."""

verifications = Table(
    "verifications",
    schema,
    Column("id", Words, primary_key=True),
    Column("person", Words, nullable=False),
    Column("status", Words, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("total", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("chains", Integer, nullable=False),
    Column("noted", Text, nullable=False),
    Column("found", Integer, nullable=False),
    Column("findings", Text, nullable=False),
    Index(None, "started_at"),
)
"""Each verification of the audit trail: how many rows are read, and what does not fit, also with `noted` heads."""
