"""The directory: people, roles, delegations, absences and tokens; every change is counted and signed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TypeVar

import pytest
from sqlalchemy import Connection

from lifecycle.domain.people import Delegation, Grant
from lifecycle.persistence import absences, delegations, people, roles, tokens
from lifecycle.persistence.absences import Absence
from lifecycle.persistence.audit import Signature
from lifecycle.persistence.delegations import DelegationExistsError
from lifecycle.persistence.people import Person, PersonExistsError, UnknownPersonError, directory_version
from lifecycle.persistence.projection import project
from lifecycle.persistence.reach import UNLIMITED
from lifecycle.persistence.session import Database
from lifecycle.persistence.tokens import Token
from lifecycle.persistence.trail import AuditFilter, records
from tests.integration.histories import History
from tests.integration.rows import NOW

T = TypeVar("T")
BY = Signature("office", NOW, command="c1")
DAY = timedelta(days=1)
NEWCOMER = Person("newcomer", "New Comer", "newcomer@example.org", "local", "newcomer")


def given(giver: str, receiver: str, id_: str = "d1", starts: timedelta = -DAY) -> Delegation:
    return Delegation(id=id_, giver=giver, receiver=receiver, starts=NOW + starts, ends=NOW + 5 * DAY, reason="Away.")


def signed(office: Database) -> list[str]:
    """What the office signed, in order."""
    page = office.read_now(lambda connection: records(connection, UNLIMITED, AuditFilter()))
    return [record.type for record in page.lines]


def ask(office: Database, work: Callable[[Connection], T]) -> T:
    return office.read_now(work)


def test_a_person_is_added_changed_and_leaves_but_stays_known(office: Database) -> None:
    office.write_now(lambda connection: people.add(connection, NEWCOMER, BY))
    renamed = replace(NEWCOMER, name="Newly Wed")
    assert office.write_now(lambda connection: people.change(connection, renamed, BY))
    assert not office.write_now(lambda connection: people.change(connection, renamed, BY))
    assert office.write_now(lambda connection: people.change(connection, replace(renamed, active=False), BY))
    assert ask(office, lambda connection: people.get(connection, "newcomer")) == replace(renamed, active=False)
    assert signed(office) == ["person:person:added", "person:person:changed", "person:person:left"]
    assert ask(office, directory_version) == 3


@pytest.mark.parametrize("taken", [replace(NEWCOMER, id="manager"), replace(NEWCOMER, subject="manager")])
def test_an_id_or_account_belongs_to_one_person(office: Database, taken: Person) -> None:
    with pytest.raises(PersonExistsError):
        office.write_now(lambda connection: people.add(connection, taken, BY))
    assert signed(office) == []


def test_nobody_takes_over_the_account_of_another(office: Database) -> None:
    office.write_now(lambda connection: people.add(connection, NEWCOMER, BY))
    with pytest.raises(PersonExistsError):
        office.write_now(lambda connection: people.change(connection, replace(NEWCOMER, subject="manager"), BY))


def test_people_are_found_by_any_part_of_id_name_or_mail(office: Database) -> None:
    office.write_now(lambda connection: people.add(connection, NEWCOMER, BY))
    for text in ("newcomer", "COMER new", "newcomer@"):
        found = office.read_now(partial(people.search, text=text))
        assert [person.id for person in found.lines] == ["newcomer"]
    first = ask(office, lambda connection: people.search(connection, limit=5))
    rest = ask(office, lambda connection: people.search(connection, after=first.after, limit=5))
    ids = [person.id for person in (*first.lines, *rest.lines)]
    assert ids == sorted(ids)
    assert (len(ids), rest.after) == (8, None)


def test_a_role_is_granted_once_and_withdrawn_once(office: Database) -> None:
    board = Grant(person="manager", role="board", scope="portfolio:rail")
    for expected in (True, False):
        assert office.write_now(lambda connection: roles.grant(connection, board, BY)) is expected
    assert ask(office, lambda connection: roles.grants_of(connection, "manager")) == (board,)
    for expected in (True, False):
        assert office.write_now(lambda connection: roles.withdraw(connection, board, BY)) is expected
    assert signed(office) == ["person:role:granted", "person:role:withdrawn"]
    assert ask(office, directory_version) == 2


def test_nobody_unknown_is_given_anything(office: Database) -> None:
    nobody = Grant(person="nobody", role="board")
    for work in (
        lambda connection: roles.grant(connection, nobody, BY),
        lambda connection: delegations.delegate(connection, given("nobody", "manager"), BY),
        lambda connection: delegations.delegate(connection, given("manager", "nobody"), BY),
        lambda connection: absences.announce(connection, Absence("a1", "nobody", NOW, NOW + DAY), BY),
        lambda connection: tokens.issue(connection, Token("t1", "nobody", "laptop", NOW), "secret", BY),
        lambda connection: people.change(connection, NEWCOMER, BY),
    ):
        with pytest.raises(UnknownPersonError):
            office.write_now(work)
    assert (signed(office), ask(office, directory_version)) == ([], 0)


def test_roles_on_a_project_come_from_grants_in_scope_and_from_its_posts(office: Database) -> None:
    office.write_now(lambda connection: project(connection, "P1", History("P1").told, NOW))
    office.write_now(lambda connection: project(connection, "P2", History("P2", portfolio="road").told, NOW))
    held = {
        (person, key): ask(office, partial(roles.roles_on, person=person, key=key))
        for person in ("manager", "sponsor", "finance-1", "finance-2", "deputy", "leaver")
        for key in ("P1", "P2")
    }
    assert held == {
        ("manager", "P1"): ("project_manager",),
        ("manager", "P2"): ("project_manager",),
        ("sponsor", "P1"): ("sponsor",),
        ("sponsor", "P2"): ("sponsor",),
        ("finance-1", "P1"): ("finance",),
        ("finance-1", "P2"): ("finance",),
        ("finance-2", "P1"): ("finance",),
        ("finance-2", "P2"): (),
        ("deputy", "P1"): ("deputies",),
        ("deputy", "P2"): (),
        ("leaver", "P1"): (),
        ("leaver", "P2"): (),
    }
    assert ask(office, lambda connection: roles.roles_on(connection, "finance-2", "P3", "rail")) == ("finance",)


def test_who_leaves_a_post_holds_no_role_by_it(office: Database) -> None:
    office.write_now(lambda connection: project(connection, "P1", History("P1").told, NOW))
    manager = replace(ask(office, lambda connection: people.get(connection, "manager")), active=False)
    office.write_now(lambda connection: people.change(connection, manager, BY))
    assert ask(office, lambda connection: roles.roles_on(connection, "manager", "P1")) == ()
    assert "project_manager" not in ask(office, lambda connection: roles.roster_of(connection, "P1", NOW)).holders


def test_the_roster_knows_who_holds_what_and_who_is_away(office: Database) -> None:
    office.write_now(lambda connection: project(connection, "P1", History("P1").told, NOW))
    away = Absence("a1", "finance-1", NOW - DAY, NOW + DAY, "Holiday.")
    assert office.write_now(lambda connection: absences.announce(connection, away, BY))
    assert not office.write_now(lambda connection: absences.announce(connection, away, BY))
    roster = ask(office, lambda connection: roles.roster_of(connection, "P1", NOW))
    assert roster.holders == {
        "deputies": ("deputy",),
        "finance": ("finance-1", "finance-2"),
        "pmo_director": ("office",),
        "project_manager": ("manager",),
        "sponsor": ("sponsor",),
    }
    assert (roster.absent, roster.present("finance")) == (("finance-1",), ("finance-2",))
    assert ask(office, lambda connection: roles.roster_of(connection, "P1", NOW + DAY)).absent == ()


def test_an_absence_ahead_can_be_taken_back(office: Database) -> None:
    away = Absence("a1", "finance-1", NOW + DAY, NOW + 2 * DAY)
    office.write_now(lambda connection: absences.announce(connection, away, BY))
    assert ask(office, lambda connection: absences.ahead(connection, NOW)) == (away,)
    assert office.write_now(lambda connection: absences.cancel(connection, "a1", BY))
    assert not office.write_now(lambda connection: absences.cancel(connection, "a1", BY))
    assert ask(office, lambda connection: absences.find(connection, "a1")) is None


def test_a_delegation_counts_while_it_runs_and_its_giver_is_there(office: Database) -> None:
    for delegation in (
        given("finance-1", "deputy"),
        given("leaver", "deputy", "d2"),
        given("sponsor", "deputy", "d3", DAY),
    ):
        office.write_now(partial(delegations.delegate, delegation=delegation, by=BY))
    running = ask(office, lambda connection: delegations.received_by(connection, "deputy", NOW))
    assert running == (given("finance-1", "deputy"),)
    assert ask(office, lambda connection: delegations.received_by(connection, "deputy", NOW + 5 * DAY)) == ()
    ahead = ask(office, lambda connection: delegations.concerning(connection, "sponsor", NOW))
    assert [delegation.id for delegation in ahead] == ["d3"]


def test_a_revoked_delegation_is_known_as_ended(office: Database) -> None:
    delegation = given("finance-1", "deputy")
    office.write_now(lambda connection: delegations.delegate(connection, delegation, BY))
    with pytest.raises(DelegationExistsError):
        office.write_now(lambda connection: delegations.delegate(connection, delegation, BY))
    assert office.write_now(lambda connection: delegations.revoke(connection, "d1", BY))
    assert not office.write_now(lambda connection: delegations.revoke(connection, "d1", BY))
    known = ask(office, lambda connection: delegations.find(connection, "d1"))
    assert known == delegation.model_copy(update={"ends": NOW})
    assert ask(office, lambda connection: delegations.received_by(connection, "deputy", NOW)) == ()
    assert signed(office) == ["person:delegation:given", "person:delegation:revoked"]


def test_a_limit_beyond_any_amount_is_kept_as_the_largest(office: Database) -> None:
    delegation = given("finance-1", "deputy").model_copy(update={"limit": 10**30})
    office.write_now(lambda connection: delegations.delegate(connection, delegation, BY))
    known = ask(office, lambda connection: delegations.find(connection, "d1"))
    assert known is not None
    assert known.limit == 2**63 - 1


def test_a_token_opens_until_it_expires_is_revoked_or_its_owner_leaves(office: Database) -> None:
    laptop = Token("t1", "manager", "laptop", NOW, expires_at=NOW + DAY)
    assert office.write_now(lambda connection: tokens.issue(connection, laptop, "secret-1", BY))
    assert office.write_now(lambda connection: tokens.issue(connection, replace(laptop, id="t2"), "secret-2", BY))
    assert not office.write_now(lambda connection: tokens.issue(connection, replace(laptop, id="t3"), "secret-1", BY))
    assert _bearer(office, "secret-1") == "manager"
    assert _bearer(office, "secret-3") is None
    assert ask(office, lambda connection: tokens.bearer(connection, "secret-1", NOW + DAY)) is None
    assert office.write_now(lambda connection: tokens.revoke(connection, "t1", BY))
    assert _bearer(office, "secret-1") is None
    manager = replace(ask(office, lambda connection: people.get(connection, "manager")), active=False)
    office.write_now(lambda connection: people.change(connection, manager, BY))
    assert _bearer(office, "secret-2") is None
    known = ask(office, lambda connection: tokens.tokens_of(connection, "manager"))
    assert known == (replace(laptop, revoked_at=NOW), replace(laptop, id="t2"))


def test_the_secret_of_a_token_is_nowhere_in_the_rows(office: Database) -> None:
    office.write_now(lambda connection: tokens.issue(connection, Token("t1", "manager", "laptop", NOW), "s3cret", BY))
    page = ask(office, lambda connection: records(connection, UNLIMITED, AuditFilter()))
    assert "s3cret" not in repr(page)
    assert "s3cret" not in tokens.fingerprint("s3cret")


def _bearer(office: Database, secret: str) -> str | None:
    found = office.read_now(lambda connection: tokens.bearer(connection, secret, NOW))
    return found.id if found else None
