"""Local accounts: passwords are chosen by a code that works once, and guessed by nobody."""

import asyncio
from collections.abc import Iterator

import pytest

from lifecycle.domain.errors import LifecycleError
from lifecycle.persistence import accounts
from lifecycle.persistence.migrate import upgrade
from lifecycle.persistence.session import Database
from lifecycle.service.accounts import WrongCodeError, WrongPasswordError
from lifecycle.service.attempts import TooManyAttemptsError
from lifecycle.service.envelopes import Envelope
from lifecycle.service.founding import first_code, found
from lifecycle.service.office import Office
from tests.web.conftest import Clock
from tests.web.visitor import Visitor

GOOD = "a quiet river in spring"
FROM = "192.0.2.1"


@pytest.fixture
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """An office of real people, just founded."""
    with Database(f"sqlite:///{tmp_path_factory.mktemp('office') / 'lifecycle.db'}") as database:
        database.write_now(upgrade)
        database.write_now(lambda connection: found(connection, Clock().now, sample=False))
        yield database


def code_of(office: Office) -> str | None:
    return office.database.write_now(lambda connection: first_code(connection, office.now()))


async def administrator(office: Office) -> None:
    """The first administrator has chosen a password."""
    await office.accounts.accept(code_of(office) or "", GOOD)


async def test_the_first_administrator_is_set_up_once(office: Office) -> None:
    code = code_of(office)
    assert code
    person = await office.accounts.accept(code.lower().replace("-", " "), GOOD)
    assert person.id == "administrator"
    assert (await office.accounts.recognise("administrator", GOOD, FROM)).id == "administrator"
    with pytest.raises(WrongCodeError):
        await office.accounts.accept(code, GOOD)
    assert code_of(office) is None


async def test_a_code_that_was_lost_is_replaced_until_somebody_came_in(office: Office) -> None:
    lost, code = code_of(office), code_of(office)
    assert lost
    assert lost != code
    with pytest.raises(WrongCodeError):
        await office.accounts.accept(lost, GOOD)


async def test_two_who_hold_the_same_code_do_not_both_come_in(office: Office) -> None:
    code = code_of(office) or ""
    both = await asyncio.gather(
        office.accounts.accept(code, GOOD), office.accounts.accept(code, "another long one"), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in both) == ["Person", "WrongCodeError"]


async def test_an_office_with_sample_people_has_no_set_up(tmp_path_factory: pytest.TempPathFactory) -> None:
    with Database(f"sqlite:///{tmp_path_factory.mktemp('sample') / 'lifecycle.db'}") as database:
        database.write_now(upgrade)
        database.write_now(lambda connection: found(connection, Clock().now, sample=True))
        assert database.write_now(lambda connection: first_code(connection, Clock().now)) is None


@pytest.mark.parametrize("weak", ["short", "passwordpassword", "administrator!", "aaaaaaaaaaaaaaaa", "x" * 201])
async def test_a_weak_password_is_not_taken_and_the_code_stays_good(office: Office, weak: str) -> None:
    code = code_of(office) or ""
    with pytest.raises(LifecycleError) as refused:
        await office.accounts.accept(code, weak)
    assert refused.value.code == "weak_password"
    await office.accounts.accept(code, GOOD)


async def test_only_a_hash_of_a_password_is_kept(office: Office) -> None:
    await administrator(office)
    kept = await office.database.read(lambda connection: accounts.password_of(connection, "administrator"))
    assert kept
    assert kept.startswith("$argon2id$")
    assert GOOD not in kept


async def test_whoever_guesses_learns_nothing_about_who_there_is(office: Office) -> None:
    await administrator(office)
    said = set()
    for person, password in (("administrator", "wrong"), ("nobody", "wrong"), ("", ""), ("nobody\0", GOOD)):
        with pytest.raises(WrongPasswordError) as refused:
            await office.accounts.recognise(person, password, FROM)
        said.add(str(refused.value))
    assert len(said) == 1


async def test_who_guesses_often_waits_longer_and_longer(office: Office, clock: Clock) -> None:
    await administrator(office)
    for _ in range(5):
        with pytest.raises(WrongPasswordError):
            await office.accounts.recognise("administrator", "wrong", FROM)
    with pytest.raises(TooManyAttemptsError):
        await office.accounts.recognise("administrator", GOOD, FROM)
    clock.pass_(seconds=31)
    with pytest.raises(WrongPasswordError):
        await office.accounts.recognise("administrator", "wrong", FROM)
    clock.pass_(seconds=31)
    with pytest.raises(TooManyAttemptsError):
        await office.accounts.recognise("administrator", GOOD, FROM)
    clock.pass_(seconds=30)
    assert (await office.accounts.recognise("administrator", GOOD, FROM)).active
    with pytest.raises(WrongPasswordError):
        await office.accounts.recognise("administrator", "wrong", FROM)


async def test_guesses_sent_at_once_are_counted_too(office: Office) -> None:
    guesses = [office.accounts.recognise("administrator", f"guess {n}", FROM) for n in range(12)]
    answers = await asyncio.gather(*guesses, return_exceptions=True)
    assert sum(isinstance(answer, WrongPasswordError) for answer in answers) == 5


async def test_an_attacker_who_tries_many_names_is_stopped_too(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lifecycle.service.accounts._verify", lambda password, hashed: (False, None))
    for n in range(50):
        with pytest.raises(WrongPasswordError):
            await office.accounts.recognise(f"name-{n}", "wrong", FROM)
    with pytest.raises(TooManyAttemptsError):
        await office.accounts.recognise("another", "wrong", FROM)
    with pytest.raises(WrongPasswordError):
        await office.accounts.recognise("another", "wrong", "192.0.2.2")


async def test_another_password_signs_every_other_browser_out(office: Office) -> None:
    await administrator(office)
    here, there = [await office.sign_ins.begin("administrator", "password", "a browser") for _ in range(2)]
    me = await office.sign_ins.present(here)
    await office.accounts.change(me.person, GOOD, "another quiet river", FROM, me.sign_in.id)
    assert [known.id for known in await office.sign_ins.sign_ins_of("administrator")] == [me.sign_in.id]
    with pytest.raises(LifecycleError):
        await office.sign_ins.present(there)
    with pytest.raises(WrongPasswordError):
        await office.accounts.recognise("administrator", GOOD, FROM)
    assert (await office.accounts.recognise("administrator", "another quiet river", FROM)).active


async def test_an_invitation_is_for_people_without_another_issuer_and_ends(office: Office, clock: Clock) -> None:
    await office.people.add(Envelope("administrator", "a"), "newcomer", "Newcomer", None)
    invited = await office.accounts.invite(Envelope("administrator", "b"), "newcomer")
    again = await office.accounts.invite(Envelope("administrator", "b"), "newcomer")
    assert invited.code
    assert (again.code, again.expires_at) == (None, invited.expires_at)
    clock.pass_(days=7)
    with pytest.raises(WrongCodeError):
        await office.accounts.accept(invited.code, GOOD)


async def test_a_leaver_neither_accepts_nor_signs_in(office: Office) -> None:
    await office.people.add(Envelope("administrator", "a"), "newcomer", "Newcomer", None)
    invited = await office.accounts.invite(Envelope("administrator", "b"), "newcomer")
    await office.accounts.accept(invited.code or "", GOOD)
    invited = await office.accounts.invite(Envelope("administrator", "c"), "newcomer")
    await office.people.change(Envelope("administrator", "d"), "newcomer", {"active": False})
    with pytest.raises(WrongCodeError):
        await office.accounts.accept(invited.code or "", GOOD)
    with pytest.raises(WrongPasswordError):
        await office.accounts.recognise("newcomer", GOOD, FROM)


async def test_the_first_administrator_comes_in_by_the_pages(office: Office, visitor: Visitor) -> None:
    code = code_of(office) or ""
    assert "sample" not in (await visitor.get("/sign-in")).text
    differ = await visitor.post("/welcome", {"code": code, "password": GOOD, "again": "something else"})
    assert differ.status_code == 422
    assert code in differ.text, "what was typed is kept, but no password"
    assert GOOD not in differ.text
    assert (await visitor.post("/welcome", {"code": code, "password": GOOD, "again": GOOD})).status_code == 303
    await visitor.post("/sign-out")
    assert (await visitor.post("/welcome", {"code": code, "password": GOOD, "again": GOOD})).status_code == 422
    wrong = await visitor.post("/sign-in", {"person": "administrator", "password": "wrong"})
    assert wrong.status_code == 403
    assert not visitor.secret
    right = await visitor.post("/sign-in", {"person": "administrator", "password": GOOD, "next": "/people"})
    assert (right.status_code, right.headers["location"]) == (303, "/people")


async def test_the_sign_in_page_says_how_long_to_wait(office: Office, visitor: Visitor) -> None:
    for _ in range(5):
        await visitor.post("/sign-in", {"person": "administrator", "password": "wrong"})
    answer = await visitor.post("/sign-in", {"person": "administrator", "password": "wrong"})
    assert answer.status_code == 429
    assert "Wait 30 seconds" in answer.text
