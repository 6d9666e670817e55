"""What the office keeps about telling people and programs. No methods, seen here alone."""

from sqlalchemy import Boolean, Column, ForeignKey, Table

from lifecycle.persistence.columns import Words, schema

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
