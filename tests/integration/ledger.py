"""A small ledger of decisions, for tests of the database that know nothing of the product's own tables."""

import asyncio
from collections.abc import Callable

from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, func, insert, select

from lifecycle.persistence.session import Database

METADATA = MetaData()
DECISIONS = Table("decisions", METADATA, Column("gate", String, primary_key=True), Column("votes", Integer))


def open_ledger(connection: Connection) -> None:
    METADATA.create_all(connection)


def record(gate: str, votes: int = 0) -> Callable[[Connection], str]:
    """Work that records a decision; a second one for the same gate breaks the key."""

    def work(connection: Connection) -> str:
        connection.execute(insert(DECISIONS).values(gate=gate, votes=votes))
        return gate

    return work


def vote(gate: str) -> Callable[[Connection], None]:
    """Work that counts one more vote."""

    def work(connection: Connection) -> None:
        connection.execute(DECISIONS.update().where(DECISIONS.c.gate == gate).values(votes=DECISIONS.c.votes + 1))

    return work


def count(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(DECISIONS)) or 0


def gates(connection: Connection) -> set[str]:
    return set(connection.scalars(select(DECISIONS.c.gate)))


def votes(connection: Connection) -> int:
    return connection.scalar(select(func.sum(DECISIONS.c.votes))) or 0


def vote_often(url: str, gate: str, clients: int, each: int) -> None:
    """A process of its own: many clients at once count votes, and read in between."""

    async def client(database: Database) -> None:
        for _ in range(each):
            await database.write(vote(gate))
            await database.read(votes)

    async def everybody() -> None:
        with Database(url) as database:
            await asyncio.gather(*(client(database) for _ in range(clients)))

    asyncio.run(everybody())
