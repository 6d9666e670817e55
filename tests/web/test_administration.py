"""Looking after the product: what is behind or stuck is seen at a glance, and the mail server can be tried."""

import pytest

from lifecycle.persistence.outbox import delivered, put_out, undelivered
from lifecycle.persistence.session import Database
from tests.web.conftest import Clock
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
