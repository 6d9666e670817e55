"""What a process does not need it does not load: starting is waiting."""

import subprocess
import sys

import pytest

LIBRARIES = frozenset({"alembic", "fastapi", "httpx2", "openpyxl", "pydantic", "rich", "sqlalchemy", "temporalio"})


@pytest.mark.parametrize(
    ("program", "needed"),
    [
        ("api.cli", frozenset[str]()),
        ("lifecycle.persistence.migrate, lifecycle.service.founding", {"pydantic", "sqlalchemy"}),
        ("api.app", LIBRARIES - {"alembic", "httpx2", "openpyxl"}),
        ("worker.main", LIBRARIES - {"alembic", "fastapi", "httpx2", "openpyxl"}),
    ],
)
def test_a_program_loads_what_it_needs(program: str, needed: frozenset[str]) -> None:
    listing = f"import sys, {program}; print(*sys.modules)"
    loaded = subprocess.run((sys.executable, "-c", listing), capture_output=True, text=True, check=True).stdout.split()
    assert LIBRARIES.intersection(loaded) <= needed
