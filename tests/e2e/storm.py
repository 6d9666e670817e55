"""A burst of requests while processes die, and a ledger of what each sender was told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from inspect import isawaitable
from itertools import count
from typing import Any, Literal

import httpx2

from lifecycle.service.envelopes import Envelope
from tests.e2e.product import Product

SECONDS = 60.0
"""Within which a dead process is back, and every outcome known."""
PAUSE = 0.05

Told = Literal["nothing", "done", "refused", "unknown", "cut"]
"""What a sender knows: `unknown` was said by the API, `cut` is a connection that ended without an answer."""


@dataclass
class Request:
    """One request, the key that makes it safe to repeat, and what its sender was told in the end."""

    person: str
    key: str
    project: str
    method: str
    path: str
    body: Any = None
    told: Told = "nothing"
    reason: str | None = None
    seqs: tuple[int, ...] = ()
    doubts: int = 0

    @property
    def command(self) -> str:
        """Its id in the records, which whoever sends it can work out beforehand."""
        return Envelope(self.person, self.key).id


@dataclass
class Burst:
    """Senders at work. Every request that was ever begun is in `sent`, in the order of its beginning."""

    product: Product
    http: httpx2.AsyncClient
    sent: list[Request] = field(default_factory=list)

    def told(self, *what: Told) -> list[Request]:
        """The requests whose senders know this."""
        return [request for request in self.sent if request.told in what]

    @property
    def doubts(self) -> int:
        """How many times somebody was left without an outcome."""
        return sum(request.doubts for request in self.sent)

    async def send(self, request: Request, *, again: bool = False) -> None:
        """Send a request until its sender knows something, or with `again` until the outcome is known."""
        self.sent.append(request)
        enough = ("done", "refused") if again else ("done", "refused", "unknown", "cut")
        async with asyncio.timeout(2 * SECONDS):
            await self._try(request)
            while request.told not in enough:
                await asyncio.sleep(PAUSE)
                await self._try(request)

    async def _try(self, request: Request) -> None:
        headers = {
            "Authorization": f"Bearer {self.product.token(request.person)}",
            "Idempotency-Key": request.key,
        }
        try:
            answer = await self.http.request(request.method, request.path, json=request.body, headers=headers)
        except httpx2.ConnectError:
            return
        except httpx2.TransportError:
            request.told, request.doubts = "cut", request.doubts + 1
            return
        said = answer.json()
        if answer.status_code in (200, 201):
            assert said["command"] == request.command
            request.told, request.seqs = "done", tuple(event["seq"] for event in said["events"])
        elif answer.status_code == 202 or (answer.status_code == 503 and "command" in said):
            request.told, request.doubts = "unknown", request.doubts + 1
        elif answer.status_code != 503:
            assert 400 <= answer.status_code < 500, answer.text
            request.told, request.reason = "refused", said["reason"]

    async def settled(self) -> dict[str, str]:
        """What the status addresses say of everything that was left open, once they all know: command -> status.

        A request whose connection was cut may never have been received; then nobody knows of it.
        """
        found: dict[str, str] = {}
        async with asyncio.timeout(SECONDS):
            for request in self.told("unknown", "cut"):
                while found.setdefault(request.command, await self._status(request)) == "sent":
                    del found[request.command]
                    await asyncio.sleep(PAUSE)
        return found

    async def _status(self, request: Request) -> str:
        headers = {"Authorization": f"Bearer {self.product.token(request.person)}"}
        answer = await self.http.get(f"/commands/{request.command}", headers=headers)
        if answer.status_code == 404 and request.told == "cut":
            return "unheard"
        assert answer.status_code == 200, answer.text
        return str(answer.json()["status"])


@asynccontextmanager
async def burst(product: Product) -> AsyncIterator[Burst]:
    """Nobody has sent anything yet."""
    limits = httpx2.Limits(max_connections=100, max_keepalive_connections=20)
    base = f"{product.address}/api/v1"
    async with httpx2.AsyncClient(base_url=base, timeout=SECONDS, limits=limits, trust_env=False) as http:
        yield Burst(product, http)


def errands(project: str) -> Callable[[], Request]:
    """One request after another about a project: most can be granted, some must be refused, some register another."""
    numbers = count()

    def next_errand() -> Request:
        number = next(numbers)
        key, at = f"{project}-{number}", f"/projects/{project}"
        match number % 5:
            case 1:
                link = {"kind": "link", "url": f"https://intranet.example.org/{key}"}
                return Request("pm", key, project, "PUT", f"{at}/gates/charter/evidence/charter", link)
            case 2:
                return Request("pm", key, project, "POST", f"{at}/gates/charter/submission")
            case 3:
                branch = {"key": key, "name": "A branch of the line", "portfolio": "transport", "manager": "pm"}
                return Request("analyst", key, key, "POST", "/projects", branch)
            case _:
                estimate = {"facts": {"forecast": number + 1}, "reason": "A new estimate."}
                return Request("pm", key, project, "PATCH", f"{at}/facts", estimate)

    return next_errand


async def until(happened: Callable[[], bool | Awaitable[bool]], what: str) -> None:
    """Wait until something has happened, in other processes; it is an error if it does not."""
    try:
        async with asyncio.timeout(SECONDS):
            while not (await found if isawaitable(found := happened()) else found):  # noqa: ASYNC110
                await asyncio.sleep(PAUSE)
    except TimeoutError:
        raise AssertionError(f"Waited in vain until {what}.") from None
