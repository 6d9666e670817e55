"""The kinds of columns that migrations are made of, as the first release wrote them."""

from typing import Any

import sqlalchemy as sa


def words(*names: str, nullable: bool = False) -> list[Any]:
    return [sa.Column(name, _words(), nullable=nullable) for name in names]


def reference(name: str, target: str) -> sa.Column[str]:
    return sa.Column(name, _words(), sa.ForeignKey(target), nullable=False)


def texts(*names: str, nullable: bool = False) -> list[Any]:
    return [sa.Column(name, sa.Text(), nullable=nullable) for name in names]


def integers(*names: str, nullable: bool = False) -> list[Any]:
    return [sa.Column(name, sa.Integer(), nullable=nullable, autoincrement=False) for name in names]


def large_integers(*names: str, nullable: bool = False) -> list[Any]:
    return [sa.Column(name, sa.BigInteger(), nullable=nullable, autoincrement=False) for name in names]


def flags(*names: str, nullable: bool = False) -> list[Any]:
    return [sa.Column(name, sa.Boolean(), nullable=nullable) for name in names]


def _words() -> Any:
    return sa.String().with_variant(sa.String(collation="C"), "postgresql")


instants = words
"""Instants are kept as text: RFC 3339 in UTC with microseconds."""
