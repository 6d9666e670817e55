"""Keeps in SQL what happens while nobody asks."""

from datetime import UTC, datetime

from temporalio import activity

from lifecycle.persistence.projection import project
from lifecycle.persistence.session import Database
from lifecycle.workflows.ports import RECORD, Recording, ToRecord


class SqlRecording(Recording):
    """Records by the projection that everybody uses."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn(name=RECORD)
    async def record(self, given: ToRecord) -> None:
        """Return when SQL holds the events; after any failure, a gap too, Temporal calls again."""
        now = datetime.now(UTC)
        await self._database.write(lambda connection: project(connection, given.project, given.events, now))
