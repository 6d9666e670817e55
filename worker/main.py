"""The composition root of the worker: where settings, SQL, Temporal and the background loops meet."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final, Protocol

import structlog
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Worker, WorkflowRunner

from lifecycle.persistence.session import Database
from lifecycle.service.calendars import calendar_of
from lifecycle.service.office import Limits, Office, utc_now
from lifecycle.service.settling import Now
from lifecycle.service.telling.channels import Channel, LogChannel
from lifecycle.service.telling.chat import ChatChannel
from lifecycle.service.telling.dispatcher import Dispatcher
from lifecycle.service.telling.gathering import Gatherer
from lifecycle.service.telling.hooks import WebhookChannel
from lifecycle.service.telling.outlets import Outlets
from lifecycle.service.telling.smtp import MailChannel
from lifecycle.settings import Settings
from worker.converter import DATA_CONVERTER
from worker.health import health
from worker.registry import WORKFLOWS, activities
from worker.sandbox import production

RETRY_SECONDS: Final = 0.5
GRACE: Final = timedelta(seconds=8)
"""For what is in hand when the worker is told to stop."""
CACHED_PROJECTS: Final = 1_000
"""Projects kept in memory between two commands; any other is read from its history again."""

_log = structlog.get_logger("worker")


class Loop(Protocol):
    """Something that goes on beside the workflows until it is told to stop."""

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; then finish what is in hand."""


def office_of(settings: Settings, database: Database, client: Client) -> Office:
    """The office, for what this process does in its name."""
    limits = Limits(settings.update_seconds, settings.evidence_limit_bytes)
    return Office(database, client, settings.task_queue, settings.evidence_folder, limits, outlets=settings.outlets)


def loops(settings: Settings, database: Database, office: Office) -> tuple[Loop, ...]:
    """The loops of this process: settle what nobody knows, offer new editions, look ahead, tell people and programs."""
    outlets = settings.outlets
    gatherer = Gatherer(database, office.shelf, outlets, utc_now)
    dispatchers = (Dispatcher(database, channel, utc_now) for channel in channels(database, outlets, utc_now))
    return (office.sweeper, office.offers, office.lookout, gatherer, *dispatchers)


def channels(database: Database, outlets: Outlets, now: Now) -> tuple[Channel, ...]:
    """Every way to tell people and programs: where there is neither mail nor chat, the log has a line for each."""
    address, wishes = outlets.address, outlets.preferences
    mail = (MailChannel(database, outlets.mail, address, wishes),) if outlets.mail else ()
    chat = (ChatChannel(database, outlets.chat, address, wishes),) if outlets.chat else ()
    return (LogChannel(), *mail, *chat, WebhookChannel(database, outlets, now))


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Work until `stop` is set. Raises what keeps the worker from working at all."""
    at_work = asyncio.Event()
    with Database(settings.sql_url) as database:
        async with health(settings.worker_health_port, at_work.is_set) as port:
            client = await connected(settings.temporal_address, settings.temporal_namespace, stop)
            if client is None:
                return
            office = office_of(settings, database, client)
            run = activities(database, calendar_of, office.rollout_work.roll)
            async with new_worker(client, settings.task_queue, run):
                at_work.set()
                _log.info("at work", temporal=settings.temporal_address, task_queue=settings.task_queue, health=port)
                background = [_kept_running(loop, stop) for loop in loops(settings, database, office)]
                await asyncio.gather(stop.wait(), *background)
                at_work.clear()
                _log.info("stopping")


def new_worker(
    client: Client,
    task_queue: str,
    run: Sequence[Callable[..., Awaitable[Any]]],
    runner: WorkflowRunner | None = None,
    cached: int = CACHED_PROJECTS,
    workflows: Sequence[type] = WORKFLOWS,
) -> Worker:
    """A worker for our workflows (or others, to be compared with) and these activities, not yet running."""
    own = client.config()
    own["data_converter"] = DATA_CONVERTER
    return Worker(
        Client(**own),
        task_queue=task_queue,
        workflows=workflows,
        activities=run,
        workflow_runner=runner or production(),
        max_cached_workflows=cached,
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=2),
        graceful_shutdown_timeout=GRACE,
    )


async def connected(address: str, namespace: str, stop: asyncio.Event) -> Client | None:
    """A client of Temporal, as soon as there is a Temporal; none if told to stop before."""
    is_told = False
    while not stop.is_set():
        try:
            return await Client.connect(address, namespace=namespace, data_converter=pydantic_data_converter)
        except RuntimeError as error:
            if not is_told:
                _log.warning("waiting for Temporal", address=address, reason=str(error))
                is_told = True
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), RETRY_SECONDS)
    return None


async def _kept_running(loop: Loop, stop: asyncio.Event) -> None:
    """Run a loop, again after a pause if it breaks: none of them may take the workflows with it."""
    while not stop.is_set():
        try:
            await loop.run(stop)
        except Exception:
            _log.exception("a loop broke and is started again", loop=type(loop).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), 10 * RETRY_SECONDS)


async def until_signalled(settings: Settings) -> None:
    """Serve until the process is asked to end (SIGTERM, SIGINT)."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await serve(settings, stop)
