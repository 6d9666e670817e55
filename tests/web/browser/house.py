"""The whole product in one process, on a port of its own, with a browser before it."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import uvicorn
from fastapi import FastAPI
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request, async_playwright, expect
from pydantic import SecretStr

from api.app import create_app
from api.web.entrance import Entrance
from lifecycle.persistence.migrate import upgrade
from lifecycle.persistence.session import Database
from lifecycle.service.calendars import calendar_of
from lifecycle.service.decider import connect
from lifecycle.service.founding import found
from lifecycle.service.office import Limits, Office
from lifecycle.service.telling.outlets import Outlets
from tests.api.desk import Desk
from tests.temporal import temporal
from worker.main import new_worker
from worker.registry import activities

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
QUEUE = "pages"
LIMIT_BYTES = 5_000_000
PATIENCE_MS = 30_000
"""How long a story waits for something to be seen, however busy the machine."""


@dataclass
class Watch:
    """What a browser complains about, and whom it asks besides us; both stay empty."""

    home: str
    complaints: list[str] = field(default_factory=list)

    def over(self, page: Page) -> None:
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._asked)

    def _said(self, message: ConsoleMessage) -> None:
        refused = message.text.startswith("Failed to load resource") and "status of 4" in message.text
        if message.type in ("error", "warning") and not refused:
            self.complaints.append(message.text)

    def _asked(self, request: Request) -> None:
        if urlsplit(request.url).scheme in ("http", "https") and not request.url.startswith(self.home):
            self.complaints.append(f"asked another host: {request.url}")


class House:
    """The product and its people: who sits at which browser, and the desk that prepares what a story begins with."""

    def __init__(self, app: FastAPI, office: Office, desk: Desk, home: str, browser: Browser) -> None:
        self.app = app
        self.office = office
        self.desk = desk
        self.home = home
        self.browser = browser
        self.watch = Watch(home)

    async def sit(self, person: str | None, **about: object) -> BrowserContext:
        """A browser in which somebody is signed in; `about` is what Playwright takes.

        Nothing moves in it: colours on their way from one to another are nobody's to judge.
        """
        options: dict[str, object] = {"base_url": self.home, "locale": "en-GB", "reduced_motion": "reduce", **about}
        context = await self.browser.new_context(**options)  # type: ignore[arg-type] # one dictionary of many kinds
        context.set_default_timeout(PATIENCE_MS)
        context.on("page", self.watch.over)
        if person:
            secret = await self.office.sign_ins.begin(person, "sample", "a browser")
            await context.add_cookies([{"name": "lifecycle", "value": secret, "url": self.home}])
        return context

    async def open(self, person: str | None, path: str, **about: object) -> Page:
        """A page that somebody has opened."""
        page = await (await self.sit(person, **about)).new_page()
        await page.goto(path)
        return page


@asynccontextmanager
async def at_home(folder: Path, *, sample: bool = True) -> AsyncIterator[House]:
    """The product, at work, with the sample office founded in a folder; else with its first administrator alone."""
    os.environ["TEMPORAL_DEBUG"] = "1"  # the worker shares this process, and its turns can look like a deadlock
    with Database(f"sqlite:///{folder / 'lifecycle.db'}") as database:
        database.write_now(upgrade)
        tokens = database.write_now(lambda connection: found(connection, datetime.now(UTC), sample=sample))
        async with AsyncExitStack() as open_:
            server = await open_.enter_async_context(temporal())
            target = server.client.service_client.config.target_host
            client = await connect(target, server.client.namespace)
            limits = Limits(evidence_bytes=LIMIT_BYTES)
            outlets = Outlets(networks=(ip_network("127.0.0.0/8"),), webhook_key=SecretStr("of this house"))
            office = Office(database, client, QUEUE, folder / "evidence", limits, outlets=outlets)
            run = activities(database, calendar_of, office.rollout_work.roll)
            await open_.enter_async_context(new_worker(server.client, QUEUE, run))
            yield await _furnished(office, tokens, open_, Entrance(sample=sample))


async def _furnished(office: Office, tokens: Mapping[str, str], open_: AsyncExitStack, entrance: Entrance) -> House:
    app = create_app(nullcontext(office), office.limits.evidence_bytes, entrance)
    config = uvicorn.Config(app, port=0, log_config=None, access_log=False, timeout_graceful_shutdown=1)
    served = uvicorn.Server(config)
    serving = asyncio.create_task(served.serve())

    async def close() -> None:
        app.state.leaving = True
        served.should_exit = True
        await serving

    open_.push_async_callback(close)
    async with asyncio.timeout(20):
        while not served.started:  # noqa: ASYNC110 (uvicorn says so by this alone)
            await asyncio.sleep(0.02)
    home = f"http://127.0.0.1:{served.servers[0].sockets[0].getsockname()[1]}"
    playwright = await async_playwright().start()
    open_.push_async_callback(playwright.stop)
    expect.set_options(timeout=PATIENCE_MS)
    browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
    open_.push_async_callback(browser.close)
    http = await open_.enter_async_context(
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test")
    )
    return House(app, office, Desk(http, tokens, office), home, browser)


def chromium() -> str:
    """Where the system's chromium is. Raises RuntimeError."""
    found_at = shutil.which("chromium") or shutil.which("chromium-browser")
    if found_at is None:
        raise RuntimeError("Chromium is missing: run `make chromium`, or install it with the system's package manager.")
    return found_at
