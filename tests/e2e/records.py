"""The records of a running product, read behind its back: what stands in SQL, and what the engine holds."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from lifecycle.workflows.messages import DIGEST, Answer, workflow_id
from tests.e2e.product import Product

Standing = Mapping[str, tuple[int, str]]
"""Project -> its version and the digest of its state."""


def rows(product: Product, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """What a query finds."""
    file = (product.settings.home / "lifecycle.db").as_uri()
    with closing(sqlite3.connect(f"{file}?mode=ro", uri=True)) as database:
        return database.execute(query, values).fetchall()


@contextmanager
def closed_to_writers(product: Product) -> Iterator[None]:
    """For as long as the block runs, nobody can write to the database; everybody can read."""
    file = product.settings.home / "lifecycle.db"
    with closing(sqlite3.connect(file, isolation_level=None, timeout=30)) as database:
        database.execute("BEGIN IMMEDIATE")
        yield
        database.execute("ROLLBACK")


def in_sql(product: Product) -> Standing:
    """Every project as the read model has it."""
    return {key: (seq, digest) for key, seq, digest in rows(product, "SELECT project, seq, digest FROM states")}


async def in_the_engine(product: Product, projects: Iterator[str] | list[str]) -> Standing:
    """Projects as their workflows know them."""
    client = await Client.connect(product.settings.temporal_address, data_converter=pydantic_data_converter)
    found = {}
    for key in projects:
        answer: Answer = await client.get_workflow_handle(workflow_id(key)).query(DIGEST, result_type=Answer)
        found[key] = (answer.version, answer.state_digest)
    return found
