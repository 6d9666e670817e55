"""Looking after the product: what is behind or stuck is seen at a glance, and the mail server can be tried."""

import re

import pytest

from lifecycle.persistence.audit import Attempt
from lifecycle.persistence.journal import write_sent
from lifecycle.persistence.outbox import delivered, put_out, undelivered
from lifecycle.persistence.session import Database
from lifecycle.service.office import Office
from tests.web.conftest import Arrive, Clock
from tests.web.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_an_engine_that_is_away_is_seen_at_once(visitor: Visitor) -> None:
    await visitor.sign_in("administrator")
    text = (await visitor.get("/administration")).text
    assert "cannot be reached" in text
    assert "Everything got through" in text


async def test_a_message_that_was_given_up_stands_there_with_the_reason(
    visitor: Visitor, database: Database, clock: Clock
) -> None:
    made = [("m-1", "mail", "pm", None), ("m-2", "mail", "sponsor", None)]
    database.write_now(lambda connection: put_out(connection, made, clock.now))
    database.write_now(lambda connection: undelivered(connection, ("m-1", "mail", "pm"), "<b>No such box.</b>", None))
    database.write_now(lambda connection: delivered(connection, [("m-2", "mail", "sponsor")], clock.now))
    await visitor.sign_in("administrator")
    text = (await visitor.get("/administration")).text
    assert "&lt;b&gt;No such box.&lt;/b&gt;" in text
    assert "given up" in text


async def test_without_a_mail_server_the_trial_says_what_to_set(visitor: Visitor) -> None:
    await visitor.sign_in("administrator")
    answer = await visitor.post("/administration/mail-trial")
    assert answer.status_code == 200
    assert "LIFECYCLE_SMTP_HOST" in answer.text
    assert "The mail was not sent." in answer.text


async def test_who_does_not_look_after_the_product_sees_nothing_of_it(visitor: Visitor) -> None:
    await visitor.sign_in("pm")
    assert (await visitor.get("/administration")).status_code == 403
    assert (await visitor.post("/administration/mail-trial")).status_code == 403
    assert 'href="/administration"' not in (await visitor.get("/")).text


async def test_a_request_that_is_stuck_stands_there_by_name(visitor: Visitor, database: Database, clock: Clock) -> None:
    attempt = Attempt("c-1", "submit_gate", "pm", None, "P-7", clock.now, "sha256:body")
    database.write_now(lambda connection: write_sent(connection, attempt, {}))
    clock.pass_(minutes=10)
    await visitor.sign_in("administrator")
    text = (await visitor.get("/administration")).text
    assert "the oldest for 10 minutes" in text
    assert "Submit gate" in text
    assert 'href="/projects/P-7"' in text
    assert "Project manager" in text


async def test_workers_that_nobody_can_count_are_not_said_to_be_well(visitor: Visitor) -> None:
    await visitor.sign_in("administrator")
    text = (await visitor.get("/administration")).text
    assert re.search(r"Workers at work</span><span class=\"num bad\">not known", text)


async def test_an_administrator_signs_a_lost_browser_out(visitor: Visitor, arrive: Arrive) -> None:
    lost, other = arrive(), arrive()
    await lost.sign_in("pm")
    await other.sign_in("sponsor")
    await visitor.sign_in("administrator")
    page = (await visitor.get("/administration/access")).text
    assert page.count('name="only"') == 3
    page = (await visitor.get("/administration/access?person=pm")).text
    (browser,) = re.findall(r'name="only" value="(\w+)"', page)
    foreign = {"key": "a", "person": "sponsor", "only": browser}
    assert (await visitor.post("/administration/access/sign-outs", foreign)).status_code == 303
    assert (await lost.get("/")).status_code == 200, "the browser is not the sponsor's"
    gone = await visitor.post("/administration/access/sign-outs", {"key": "b", "person": "pm", "only": browser})
    assert "They are signed out there." in (await visitor.get(gone.headers["location"])).text
    assert (await lost.get("/")).headers["location"].startswith("/sign-in")
    assert (await other.get("/")).status_code == 200
    assert (await visitor.post("/administration/access/sign-outs", {"key": "c", "person": "x"})).status_code == 404


async def test_an_administrator_makes_a_found_token_worthless(visitor: Visitor, office: Office) -> None:
    await visitor.sign_in("administrator")
    page = (await visitor.get("/administration/access?person=pm")).text
    (entry,) = re.findall(r'name="entry" value="([\w-]+)"', page)
    gone = await visitor.post("/administration/access/tokens/end", {"key": "a", "entry": entry})
    assert "worthless" in (await visitor.get(gone.headers["location"])).text
    assert (await office.access.ways_in("pm")).tokens == ()
    assert "No token is good" in (await visitor.get("/administration/access?person=pm")).text


async def test_whoever_does_not_manage_people_sees_no_ways_in(visitor: Visitor) -> None:
    await visitor.sign_in("auditor")
    assert (await visitor.get("/administration/access")).status_code == 403
    out = {"key": "k", "person": "director"}
    assert (await visitor.post("/administration/access/sign-outs", out)).status_code == 403
