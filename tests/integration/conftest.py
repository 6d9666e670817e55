"""Databases for integration tests: every test has a fresh one, on SQLite and on PostgreSQL."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from lifecycle.persistence.migrate import upgrade
from lifecycle.persistence.session import Database
from tests.integration.rows import settle_people
from tests.postgres import fresh_database, postgres_server


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Address of a PostgreSQL server: the one named in LIFECYCLE_TEST_POSTGRES, else one started for these tests."""
    given = os.environ.get("LIFECYCLE_TEST_POSTGRES")
    if given:
        yield given
    else:
        with postgres_server() as server:
            yield server.url


@pytest.fixture
def postgres_database_url(postgres_url: str) -> Iterator[str]:
    """Address of an empty PostgreSQL database of this test's own."""
    with fresh_database(postgres_url) as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """Address of a SQLite file of this test's own, not yet there."""
    return f"sqlite:///{tmp_path / 'lifecycle.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Address of an empty database of this test's own, on each kind in turn."""
    name = {"sqlite": "sqlite_url", "postgresql": "postgres_database_url"}[request.param]
    url: str = request.getfixturevalue(name)
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty database of this test's own, on each kind in turn."""
    with Database(database_url) as database:
        yield database


@pytest.fixture
def office(database: Database) -> Database:
    """A database with the tables of this release and a few people, on each kind in turn."""
    database.write_now(upgrade)
    database.write_now(settle_people)
    return database
