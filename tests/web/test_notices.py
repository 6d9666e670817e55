"""Notices as pages: counted beside the name, read by day, seen when one says so, told the way one chose."""

import re
from functools import partial
from urllib.parse import quote

import pytest

from lifecycle.persistence.projection import project
from lifecycle.persistence.session import Database
from lifecycle.service.office import Office
from tests.integration.histories import History
from tests.web.conftest import Arrive, Clock
from tests.web.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")


def submit(database: Database, clock: Clock, *keys: str) -> None:
    """These projects submit a gate, which calls the sponsor."""
    for key in keys:
        life = History(key, name=f"Bridge <b>{key}</b>")
        life.open()
        life.submit()
        database.write_now(partial(project, key=key, happened=life.told, now=clock.now))


def keys_in(page: str) -> list[str]:
    return re.findall(r'name="notice" value="([^"]+)"', page)


async def test_what_one_has_not_seen_is_counted_on_every_page(
    visitor: Visitor, database: Database, clock: Clock
) -> None:
    await visitor.sign_in("sponsor")
    assert 'class="count' not in (await visitor.get("/")).text
    submit(database, clock, "N-1", "N-2")
    for path in ("/me", "/notices", "/people/sponsor"):
        assert "2 not seen" in (await visitor.get(path)).text
    page = (await visitor.get("/notices")).text
    assert "Bridge &lt;b&gt;N-1&lt;/b&gt;: Your vote is asked at gate charter" in page
    assert "2 March 2026" in page


async def test_opening_a_notice_notes_it_as_seen_and_leads_to_its_page(
    visitor: Visitor, database: Database, clock: Clock
) -> None:
    await visitor.sign_in("sponsor")
    submit(database, clock, "N-1", "N-2")
    first = keys_in((await visitor.get("/notices?project=N-1")).text)[0]
    answer = await visitor.post("/notices/seen", {"notice": first, "onward": "/projects/N-1/gates/charter"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/projects/N-1/gates/charter")
    unseen = (await visitor.get("/notices?unseen=yes")).text
    assert "1 not seen" in unseen
    assert first not in keys_in(unseen)
    assert "N-2" in unseen


async def test_looking_alone_notes_nothing_and_all_are_noted_at_once(
    visitor: Visitor, database: Database, clock: Clock, office: Office
) -> None:
    await visitor.sign_in("sponsor")
    submit(database, clock, "N-1", "N-2", "N-3")
    await visitor.get("/notices")
    assert await office.notices.unseen("sponsor") == 3
    assert (await visitor.get("/notices/seen")).status_code == 405
    assert (await visitor.post("/notices/seen", {"onward": "https://elsewhere.example.org"})).headers["location"] == "/"
    assert await office.notices.unseen("sponsor") == 0
    assert "You have seen all of them." in (await visitor.get("/notices")).text
    assert "Nothing here that you have not seen" in (await visitor.get("/notices?unseen=yes")).text


async def test_nobody_notes_for_another(
    visitor: Visitor, arrive: Arrive, database: Database, clock: Clock, office: Office
) -> None:
    await visitor.sign_in("sponsor")
    submit(database, clock, "N-1")
    key = keys_in((await visitor.get("/notices")).text)[0]
    other = arrive()
    await other.sign_in("pm")
    await other.post("/notices/seen", {"notice": key})
    assert await office.notices.unseen("sponsor") == 1
    assert "Nobody has told you anything yet" in (await other.get("/notices")).text


async def test_pages_of_notices_join(visitor: Visitor, database: Database, clock: Clock) -> None:
    await visitor.sign_in("sponsor")
    submit(database, clock, *(f"N-{number}" for number in range(60)))
    found, path = set(), "/notices"
    while path:
        page = (await visitor.get(path)).text
        found |= set(keys_in(page))
        onward = re.search(r'href="([^"]*cursor=[^"]*)"', page)
        path = onward[1].replace("&amp;", "&") if onward else ""
    assert len(found) == 60
    assert (await visitor.get(f"/notices?cursor={quote('no cursor')}")).status_code == 422


async def test_each_way_of_being_told_is_chosen_on_the_account_page(visitor: Visitor, office: Office) -> None:
    await visitor.sign_in("sponsor")
    wanted = {"language": "de", "timezone": "Europe/Berlin", "quiet_hours": "20:00-07:00", "chat": "yes"}
    assert (await visitor.post("/me/preferences", {"key": "a", **wanted})).status_code == 303
    kept = await office.preferences.of("sponsor")
    assert (kept.language, kept.timezone, kept.quiet_hours) == ("de", "Europe/Berlin", "20:00-07:00")
    assert (kept.chat, kept.mail, kept.digest) == (True, False, False)
    page = (await visitor.get("/me")).text
    assert 'name="chat" value="yes" checked' in page
    assert "Im Chat benachrichtigen" in page
    await visitor.post("/me/preferences", {"key": "b", "language": "en", "timezone": "UTC", "mail": "yes"})
    assert (await office.preferences.of("sponsor")).quiet_hours == "never"
