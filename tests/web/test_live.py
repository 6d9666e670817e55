"""Streams of news to open pages: they end when their reader may not look any more, and keep nobody signed in."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI, Request

from api.web.pages import live
from lifecycle.domain.people import Grant, Permission
from lifecycle.persistence import roles
from lifecycle.persistence.audit import Signature
from lifecycle.persistence.session import Database
from lifecycle.service.envelopes import Envelope
from lifecycle.service.office import Office
from tests.web.conftest import Clock
from tests.web.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_EVERY_SECONDS", 0.0)


async def opened(app: FastAPI, visitor: Visitor, permission: Permission) -> AsyncIterator[str]:
    """What a stream that somebody has opened goes on to say, after its first news."""

    async def count() -> int:
        return 7

    cookie = f"lifecycle={visitor.secret}".encode()
    scope = {"type": "http", "headers": [(b"cookie", cookie), (b"host", b"127.0.0.1:8765")], "app": app}
    asked = Request({**scope, "method": "GET", "scheme": "http", "server": ("127.0.0.1", 8765), "path": "/live"})
    stream = aiter(live._stream(asked, permission, count, count).body_iterator)
    assert "retry" in str(await anext(stream))
    assert str(await anext(stream)) == "event: changed\ndata: 7\n\n"
    async for said in stream:
        yield str(said)


async def ends(app: FastAPI, visitor: Visitor, permission: Permission) -> bool:
    """Whether a stream ends before it would by itself."""
    async with asyncio.timeout(20):
        return not [said async for said in _some(opened(app, visitor, permission))]


async def _some(stream: AsyncIterator[str]) -> AsyncIterator[str]:
    async for said in stream:
        yield said
        return


async def test_whoever_stays_is_told_on(app: FastAPI, visitor: Visitor) -> None:
    await visitor.sign_in("analyst")
    assert not await ends(app, visitor, Permission.SELF_SERVE)
    assert not await ends(app, visitor, Permission.REGISTER_IMPORT)


async def test_a_stream_ends_when_its_reader_is_signed_out(app: FastAPI, visitor: Visitor, office: Office) -> None:
    await visitor.sign_in("analyst")
    await office.sign_ins.end("analyst")
    assert await ends(app, visitor, Permission.SELF_SERVE)


async def test_a_stream_ends_when_its_reader_is_switched_off(app: FastAPI, visitor: Visitor, office: Office) -> None:
    await visitor.sign_in("analyst")
    await office.people.change(Envelope("administrator", "off"), "analyst", {"active": False})
    assert await ends(app, visitor, Permission.SELF_SERVE)


async def test_a_stream_ends_when_the_role_that_opened_it_is_withdrawn(
    app: FastAPI, visitor: Visitor, database: Database, clock: Clock
) -> None:
    await visitor.sign_in("analyst")
    held = Grant(person="analyst", role="pmo_analyst")
    database.write_now(lambda connection: roles.withdraw(connection, held, Signature("administrator", clock.now)))
    assert await ends(app, visitor, Permission.REGISTER_IMPORT)
    assert not await ends(app, visitor, Permission.SELF_SERVE)


async def test_an_open_page_keeps_nobody_signed_in(visitor: Visitor, office: Office, clock: Clock) -> None:
    await visitor.sign_in("analyst")
    begun = clock.now
    for _ in range(4):
        clock.pass_(minutes=59)
        await office.sign_ins.present(visitor.secret, counts=False)
    (browser,) = await office.sign_ins.sign_ins_of("analyst")
    assert browser.seen_at == begun
    clock.pass_(minutes=5)
    assert (await visitor.get("/live/inbox")).status_code in (303, 401)
