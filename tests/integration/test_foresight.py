"""The PMO hears before a gate loses its last legal approver, and once for each loss."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection

from lifecycle.domain.people import Delegation, Grant
from lifecycle.persistence import absences, delegations, people, roles
from lifecycle.persistence.absences import Absence
from lifecycle.persistence.audit import Signature
from lifecycle.persistence.letters import Letter, told
from lifecycle.persistence.session import Database
from lifecycle.service.foresight import Lookout, books_of, watching
from lifecycle.service.shelf import Shelf
from lifecycle.service.single_sign_on import SingleSignOn, Vouched
from tests.integration.governed import bring, publish
from tests.paper import MONDAY, Paper
from tests.policies import policy

DAY = timedelta(days=1)
FRIDAY = MONDAY + 4 * DAY


def by(at: datetime = MONDAY) -> Signature:
    return Signature("office", at, command=f"asked-{at.isoformat()}")


@pytest.fixture
def shelf(office: Database) -> Shelf:
    grant = Grant(person="sponsor", role="sponsor")
    office.write_now(lambda connection: roles.grant(connection, grant, by()))
    return publish(office, policy())


def submitted(key: str = "R-1", portfolio: str = "road") -> Paper:
    """On road finance-1 alone is finance; on rail finance-2 is as well."""
    paper = Paper(policy(), key)
    paper.register(portfolio, cost=1_000_00)
    for item in ("plan", "risks"):
        paper.supply("plan", item)
    paper.submit("plan")
    return paper


def heard(office: Database) -> list[tuple[str, str, str]]:
    """What the PMO's office was told of: project, roles, and from when on if it is to come."""
    found: tuple[Letter, ...] = office.read_now(lambda connection: told(connection, "office")).lines
    lost = [letter for letter in found if letter.kind == "approver_lost"]
    return sorted((letter.project, letter.fields["roles"], letter.fields.get("since", "")) for letter in lost)


async def done(
    office: Database, shelf: Shelf, person: str, at: datetime, work: Callable[[Connection], object], **more: datetime
) -> None:
    """Something is done that takes somebody away, while the office watches."""
    books = await books_of(office, shelf)

    def deed(connection: Connection) -> None:
        with watching(connection, books, person, by(at), **more):
            work(connection)

    office.write_now(deed)


async def leaves(office: Database, shelf: Shelf, person: str, at: datetime = MONDAY) -> None:
    gone = replace(office.read_now(lambda connection: people.get(connection, person)), active=False)
    await done(office, shelf, person, at, lambda connection: people.change(connection, gone, by(at)))


async def is_away(
    office: Database, shelf: Shelf, person: str, starts: datetime, days: int = 5, at: datetime = MONDAY
) -> None:
    absence = Absence(f"{person}-{starts.isoformat()}", person, starts, starts + days * DAY)
    await done(office, shelf, person, at, lambda c: absences.announce(c, absence, by(at)), since=starts)


def lends(office: Database, giver: str, receiver: str, days: int = 30, starts: datetime = MONDAY) -> str:
    id_, ends = f"{giver}-{receiver}", starts + days * DAY
    given = Delegation(id=id_, giver=giver, receiver=receiver, starts=starts, ends=ends, reason="Away.")
    office.write_now(lambda connection: delegations.delegate(connection, given, by()))
    return id_


async def look(office: Database, shelf: Shelf, at: datetime) -> int:
    return await Lookout(office, shelf, lambda: at).look()


async def test_a_gate_that_loses_its_last_approver_is_told_to_the_pmo(office: Database, shelf: Shelf) -> None:
    bring(office, submitted("R-1"), submitted("P-1", "rail"))
    await leaves(office, shelf, "finance-1")
    assert heard(office) == [("R-1", "finance", "")], "on rail another finance gatekeeper remains"
    await leaves(office, shelf, "finance-2", MONDAY + DAY)
    assert heard(office) == [("P-1", "finance", ""), ("R-1", "finance", "")]


async def test_who_has_voted_already_is_not_missed(office: Database, shelf: Shelf) -> None:
    paper = submitted()
    paper.vote("plan", "finance-1")
    bring(office, paper)
    await leaves(office, shelf, "finance-1")
    assert heard(office) == []


async def test_a_sponsor_who_leaves_keeps_no_seat(office: Database, shelf: Shelf) -> None:
    office.write_now(lambda c: roles.withdraw(c, Grant(person="sponsor", role="sponsor"), by()))
    bring(office, submitted())
    await leaves(office, shelf, "sponsor")
    assert heard(office) == [("R-1", "sponsor", "")]


async def test_an_absence_to_come_is_told_ahead_and_never_again(office: Database, shelf: Shelf) -> None:
    bring(office, submitted())
    await is_away(office, shelf, "finance-1", FRIDAY)
    assert heard(office) == [("R-1", "finance", FRIDAY.isoformat())]
    for at in (MONDAY + DAY, FRIDAY - timedelta(hours=1), FRIDAY + DAY):
        assert await look(office, shelf, at) == 0
    assert len(heard(office)) == 1


async def test_a_gate_that_is_submitted_after_an_absence_was_noted_is_told_when_it_comes_near(
    office: Database, shelf: Shelf
) -> None:
    await is_away(office, shelf, "finance-1", MONDAY + 20 * DAY)
    bring(office, submitted())
    assert await look(office, shelf, MONDAY + DAY) == 0, "it is far away yet"
    assert await look(office, shelf, MONDAY + 14 * DAY) == 1
    assert await look(office, shelf, MONDAY + 15 * DAY) == 0
    assert heard(office) == [("R-1", "finance", (MONDAY + 20 * DAY).isoformat())]


async def test_who_is_stood_in_for_is_not_missed_until_the_delegation_ends(office: Database, shelf: Shelf) -> None:
    bring(office, submitted())
    lends(office, "finance-1", "deputy", days=6)
    await is_away(office, shelf, "finance-1", FRIDAY, days=10)
    assert heard(office) == [("R-1", "finance", (MONDAY + 6 * DAY).isoformat())]
    assert await look(office, shelf, MONDAY + DAY) == 0


async def test_a_delegation_that_was_given_later_ends_before_the_absence_does(office: Database, shelf: Shelf) -> None:
    await is_away(office, shelf, "finance-1", FRIDAY, days=20)
    lends(office, "finance-1", "deputy", days=10)
    bring(office, submitted())
    assert await look(office, shelf, MONDAY) == 0
    assert await look(office, shelf, MONDAY + 5 * DAY) == 1
    assert heard(office) == [("R-1", "finance", (MONDAY + 10 * DAY).isoformat())]


@pytest.mark.parametrize("stand_in", ["manager", "finance-1"])
async def test_nobody_stands_in_who_may_not_decide_themselves(office: Database, shelf: Shelf, stand_in: str) -> None:
    bring(office, submitted())
    if stand_in != "finance-1":
        lends(office, "finance-1", stand_in)
    await is_away(office, shelf, "finance-1", FRIDAY)
    assert heard(office) == [("R-1", "finance", FRIDAY.isoformat())]


async def test_when_the_stand_in_goes_that_is_a_loss_too(office: Database, shelf: Shelf) -> None:
    bring(office, submitted())
    lends(office, "finance-1", "deputy")
    await is_away(office, shelf, "finance-1", MONDAY, days=10)
    assert heard(office) == []
    await leaves(office, shelf, "deputy", MONDAY + DAY)
    assert heard(office) == [("R-1", "finance", "")]


async def test_a_delegation_that_is_revoked_in_an_absence_is_a_loss(office: Database, shelf: Shelf) -> None:
    bring(office, submitted())
    id_ = lends(office, "finance-1", "deputy")
    await is_away(office, shelf, "finance-1", MONDAY, days=10)
    tomorrow = MONDAY + DAY
    await done(office, shelf, "finance-1", tomorrow, lambda c: delegations.revoke(c, id_, by(tomorrow)))
    assert heard(office) == [("R-1", "finance", "")]


async def test_a_role_that_the_identity_provider_takes_back_is_a_loss_too(office: Database, shelf: Shelf) -> None:
    bring(office, submitted())
    given = {"f": (("finance", "everywhere"),), "s": (("auditor", "everywhere"),)}
    here = SingleSignOn(office, shelf, lambda: MONDAY)
    vouched = Vouched("https://provider.example.org", "7", "Gatekeeper", "gatekeeper", "", frozenset({"f"}))
    await here.arrive(vouched, given)
    await leaves(office, shelf, "finance-1")
    assert heard(office) == []
    await here.arrive(replace(vouched, groups=frozenset({"s"})), given)
    assert heard(office) == [("R-1", "finance", "")]


async def test_a_loss_that_comes_earlier_than_it_was_told_is_told_again(office: Database, shelf: Shelf) -> None:
    bring(office, submitted())
    await is_away(office, shelf, "finance-1", FRIDAY)
    await leaves(office, shelf, "finance-1", MONDAY + DAY)
    assert len(heard(office)) == 2
