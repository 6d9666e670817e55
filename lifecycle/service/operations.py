"""What a monitoring system asks of the product, in Prometheus's text format."""

from functools import partial
from typing import Final

from prometheus_client import REGISTRY, CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from lifecycle.domain.values import Instant, Value
from lifecycle.persistence.figures import Figures as Figures
from lifecycle.persistence.figures import figures
from lifecycle.persistence.journal import stuck
from lifecycle.persistence.session import Database
from lifecycle.service.settling import Now

MEDIA_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4


class Unsettled(Value):
    """A request whose outcome is not known: what was asked of which project (none: of the office), by whom, when."""

    command: str
    type: str
    project: str | None
    person: str
    sent_at: Instant


class Operations:
    """Answers how the product is doing."""

    def __init__(self, database: Database, now: Now) -> None:
        self._database = database
        self._now = now

    async def figures(self) -> Figures:
        """What waits, what is late and what was given up, by the records."""
        return await self._database.read(partial(figures, now=self._now()))

    async def unsettled(self, limit: int = 20) -> tuple[Unsettled, ...]:
        """The requests whose outcome is not known yet, the oldest first."""
        found = await self._database.read(lambda connection: stuck(connection, self._now(), limit))
        return tuple(
            Unsettled(
                command=each.attempt.id,
                type=each.attempt.type,
                project=each.attempt.project,
                person=each.attempt.person,
                sent_at=each.attempt.at,
            )
            for each in found
        )

    async def metrics(self) -> bytes:
        """What is counted in this process, and what the records say of all."""
        now = self._now()
        found = await self._database.read(partial(figures, now=now))
        waited = (now - found.unsettled_since).total_seconds() if found.unsettled_since else 0.0
        return generate_latest(REGISTRY) + generate_latest(_gauges(found, waited))


def _gauges(found: Figures, waited: float) -> CollectorRegistry:
    registry = CollectorRegistry()
    for name, text, value in (
        ("commands_unsettled", "Commands whose outcome is not known yet.", found.unsettled),
        ("commands_unsettled_seconds", "How long the oldest of them has waited.", waited),
        ("notices_waiting", "Notices that wait to be put into a message.", found.notices_waiting),
        ("messages_waiting", "Messages that are still to be sent.", found.messages_waiting),
        ("messages_given_up", "Messages that did not get through and are not tried again.", found.messages_given_up),
        ("gates_overdue", "Rounds of gates past their deadline.", found.overdue),
        ("imports_running", "Imports that have not ended.", found.imports_running),
    ):
        Gauge(f"lifecycle_{name}", text, registry=registry).set(value)
    projects = Gauge("lifecycle_projects", "Projects by status.", ["status"], registry=registry)
    for status, count in found.projects.items():
        projects.labels(status).set(count)
    return registry
