"""Proving anew who one is: by what one came in with, for five minutes, and in doubt not at all."""

import json

import pytest
from sqlalchemy import select

from lifecycle.persistence import accounts
from lifecycle.persistence.audit import Signature
from lifecycle.persistence.tables import audit
from lifecycle.service.accounts import _hasher
from lifecycle.service.office import Office
from lifecycle.service.sign_ins import PROOF_LASTS
from tests.web.conftest import Clock
from tests.web.test_resume import hidden
from tests.web.visitor import Visitor

FORM = json.dumps({"path": "/projects/P-1/gates/charter/votes", "fields": [["rationale", "As the <b>case</b> shows"]]})
GOOD = "a quiet river in spring"


async def proved(visitor: Visitor, office: Office) -> bool:
    return (await office.sign_ins.present(visitor.secret)).proved_at is not None


async def come_in(visitor: Visitor, office: Office, clock: Clock, method: str) -> None:
    """The sponsor is signed in since a while, by a method."""
    by = Signature("sponsor", clock())
    office.database.write_now(lambda c: accounts.set_password(c, "sponsor", _hasher().hash(GOOD), by))
    secret = await office.sign_ins.begin("sponsor", method, "a browser")
    visitor.http.cookies.set("lifecycle", secret, domain="127.0.0.1")
    clock.pass_(minutes=6)


async def test_who_came_in_has_proved_it_for_five_minutes(visitor: Visitor, office: Office, clock: Clock) -> None:
    await visitor.sign_in("sponsor")
    clock.pass_(seconds=PROOF_LASTS.total_seconds())
    assert await proved(visitor, office)
    clock.pass_(seconds=1)
    assert not await proved(visitor, office)


async def test_a_password_proves_it_and_what_was_typed_goes_on(visitor: Visitor, office: Office, clock: Clock) -> None:
    await come_in(visitor, office, clock, "password")
    wrong = await visitor.post("/proof", {"password": "a wild river", "unsent": FORM})
    assert (wrong.status_code, hidden(wrong.text)["unsent"]) == (403, FORM)
    assert not await proved(visitor, office)
    right = await visitor.post("/proof", {"password": GOOD, "unsent": FORM})
    assert right.status_code == 200
    assert hidden(right.text)["rationale"] == "As the <b>case</b> shows"
    assert "As the &lt;b&gt;case&lt;/b&gt; shows" in right.text
    assert await proved(visitor, office)


async def test_guesses_are_counted_like_those_of_a_sign_in(visitor: Visitor, office: Office, clock: Clock) -> None:
    await come_in(visitor, office, clock, "password")
    answers = [await visitor.post("/proof", {"password": "no", "unsent": FORM}) for _ in range(12)]
    assert answers[-1].status_code == 429
    assert not await proved(visitor, office)


async def test_the_word_of_a_sample_person_is_enough(visitor: Visitor, office: Office, clock: Clock) -> None:
    await come_in(visitor, office, clock, "sample")
    assert (await visitor.post("/proof")).status_code == 303
    assert await proved(visitor, office)


@pytest.mark.parametrize("method", ["provider", "test"])
async def test_nothing_else_proves_it_here(visitor: Visitor, office: Office, clock: Clock, method: str) -> None:
    await come_in(visitor, office, clock, method)
    assert (await visitor.post("/proof", {"password": GOOD, "unsent": FORM})).status_code == 403
    assert not await proved(visitor, office)


async def test_a_provider_that_lets_somebody_in_has_proved_nothing(visitor: Visitor, office: Office) -> None:
    secret = await office.sign_ins.begin("sponsor", "provider", "a browser")
    visitor.http.cookies.set("lifecycle", secret, domain="127.0.0.1")
    assert not await proved(visitor, office)


async def test_a_proof_from_another_site_is_none(visitor: Visitor, office: Office, clock: Clock) -> None:
    await come_in(visitor, office, clock, "sample")
    assert (await visitor.post("/proof", site="cross-site")).status_code == 403
    assert not await proved(visitor, office)


async def test_a_proof_is_on_record(visitor: Visitor, office: Office, clock: Clock) -> None:
    await come_in(visitor, office, clock, "sample")
    await visitor.post("/proof")
    asked = select(audit.c.person).where(audit.c.type == "person:sign_in:confirmed")
    assert await office.database.read(lambda connection: connection.scalars(asked).all()) == ["sponsor"]
