"""A module that asks the clock of the machine, as no module of a workflow may."""

from datetime import UTC, datetime


def stamp() -> str:
    return datetime.now(UTC).isoformat()
