"""The directory by the API: people, roles, delegations, absences, tokens; every change on record."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from lifecycle.persistence.audit import OFFICE
from lifecycle.persistence.people import directory_version
from lifecycle.persistence.tables import audit
from tests.api.desk import Desk

pytestmark = pytest.mark.asyncio(loop_scope="session")


def in_days(days: float) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


def office_trail(desk: Desk) -> list[tuple[str, str | None]]:
    """What the office's chain says was done or refused, by whom, in order."""
    rows = select(audit.c.type, audit.c.person).where(audit.c.chain == OFFICE).order_by(audit.c.n)
    return [(row.type, row.person) for row in desk.office.database.read_now(lambda c: c.execute(rows).all())]


async def newcomer(desk: Desk, id_: str = "newcomer") -> None:
    """Somebody without any role, signed in."""
    assert (await desk.post("administrator", "/people", {"id": id_, "name": "Newcomer"})).status == 201
    issued = await desk.post("administrator", "/tokens", {"person": id_, "label": "Laptop"})
    desk.tokens[id_] = issued.json["secret"]


async def test_everybody_learns_who_they_are(desk: Desk) -> None:
    me = (await desk.get("auditor", "/me")).json
    assert me["person"] == {"id": "auditor", "name": "Auditor", "mail": "auditor@example.org", "active": True}
    assert me["grants"] == [{"person": "auditor", "role": "auditor", "scope": "everywhere"}]
    assert "office:audit:read" in me["permissions"]
    assert "office:people:manage" not in me["permissions"]


async def test_a_change_of_the_directory_raises_its_version_and_is_on_record(desk: Desk) -> None:
    before = desk.office.database.read_now(directory_version)
    await newcomer(desk)
    changed = await desk.send(
        "administrator", "PATCH", "/people/newcomer", {"name": "Renamed", "mail": "n@example.org"}
    )
    assert changed.json == {"id": "newcomer", "name": "Renamed", "mail": "n@example.org", "active": True}
    assert desk.office.database.read_now(directory_version) == before + 2
    assert office_trail(desk)[-3:] == [
        ("person:person:added", "administrator"),
        ("person:token:issued", "administrator"),
        ("person:person:changed", "administrator"),
    ]


async def test_who_may_not_manage_people_is_refused_on_record(desk: Desk) -> None:
    for method, path, body in (
        ("POST", "/people", {"id": "x", "name": "X"}),
        ("PATCH", "/people/pm", {"active": False}),
        ("POST", "/roles", {"person": "pm", "role": "pmo_director"}),
        ("DELETE", "/roles?person=pm&role=project_manager&scope=everywhere", None),
        ("GET", "/people", None),
    ):
        assert (await desk.send("pm", method, path, body)).refused == (403, "not_permitted")
    assert office_trail(desk)[-5:] == [("office:people:manage", "pm")] * 4 + [("office:people:read", "pm")]


async def test_the_office_is_nobodys_to_run_for_another(desk: Desk) -> None:
    body = {"id": "x", "name": "X"}
    lent = await desk.post("director", "/people", body, acting_for="administrator")
    assert lent.refused == (422, "wrong_value")


async def test_what_was_refused_may_be_asked_again_once_it_is_allowed(desk: Desk) -> None:
    body = {"id": "x", "name": "X"}
    assert (await desk.post("analyst", "/people", body, key="k")).refused == (403, "not_permitted")
    await desk.post("director", "/roles", {"person": "analyst", "role": "administrator"})
    assert (await desk.post("analyst", "/people", body, key="k")).status == 201


async def test_a_role_in_one_portfolio_does_not_manage_the_office(desk: Desk) -> None:
    await newcomer(desk)
    await desk.post("director", "/roles", {"person": "newcomer", "role": "pmo_director", "scope": "portfolio:rail"})
    assert (await desk.post("newcomer", "/people", {"id": "x", "name": "X"})).refused == (403, "not_permitted")
    assert (await desk.get("newcomer", "/people")).status == 200


async def test_a_leaver_can_do_nothing_any_more(desk: Desk) -> None:
    assert (await desk.get("analyst", "/me")).status == 200
    left = await desk.send("director", "PATCH", "/people/analyst", {"active": False})
    assert not left.json["active"]
    assert (await desk.get("analyst", "/me")).refused == (401, "not_signed_in")


async def test_the_office_never_locks_itself_out(desk: Desk) -> None:
    assert (await desk.send("director", "PATCH", "/people/administrator", {"active": False})).status == 200
    last = await desk.send("director", "PATCH", "/people/director", {"active": False})
    assert last.refused == (409, "last_manager")
    path = "/roles?person=director&role=pmo_director&scope=everywhere"
    assert (await desk.send("director", "DELETE", path)).refused == (409, "last_manager")
    assert (await desk.get("director", "/me")).status == 200


async def test_pages_of_people_join_without_a_gap(desk: Desk) -> None:
    seen: list[str] = []
    cursor: str | None = None
    while True:
        asked = {"limit": "5", **({"cursor": cursor} if cursor else {})}
        page = (await desk.get("auditor", "/people", params=asked)).json
        seen += [person["id"] for person in page["items"]]
        if not (cursor := page["next_cursor"]):
            break
    assert seen == sorted(seen)
    assert len(seen) == len(set(seen)) == 12
    assert [p["id"] for p in (await desk.get("auditor", "/people", params={"text": "board second"})).json["items"]] == [
        "architect-2"
    ]


@pytest.mark.parametrize(
    ("change", "status", "reason"),
    [
        ({"ends": in_days(200)}, 422, "wrong_interval"),
        ({"ends": in_days(-1)}, 422, "wrong_interval"),
        ({"starts": in_days(-2)}, 422, "wrong_interval"),
        ({"starts": in_days(9), "ends": in_days(8)}, 422, "wrong_interval"),
        ({"receiver": "sponsor"}, 422, "wrong_value"),
        ({"receiver": "nobody"}, 404, "unknown_person"),
        ({"giver": "director"}, 403, "not_permitted"),
        ({"scope": "the whole world"}, 422, "malformed"),
        ({"ends": 1_900_000_000}, 422, "malformed"),
        ({"ends": "2031-01-01T00:00:00"}, 422, "malformed"),
        ({"ends": "1900000000"}, 422, "malformed"),
        ({"id": "mine"}, 422, "malformed"),
    ],
)
async def test_a_delegation_that_cannot_be_is_refused(
    desk: Desk, change: dict[str, Any], status: int, reason: str
) -> None:
    body = {"receiver": "deputy", "ends": in_days(30), "reason": "Leave.", **change}
    assert (await desk.post("sponsor", "/delegations", body)).refused == (status, reason)
    assert (await desk.get("sponsor", "/delegations")).json["items"] == []


async def test_a_delegation_is_given_seen_and_revoked(desk: Desk) -> None:
    body = {"receiver": "deputy", "ends": in_days(30), "reason": "Leave.", "scope": "portfolio:rail", "limit": 5_000}
    given = (await desk.post("sponsor", "/delegations", body)).json
    assert (given["giver"], given["limit"]) == ("sponsor", 5_000)
    for person, sees in (("sponsor", 1), ("deputy", 1), ("auditor", 1), ("finance-1", 0)):
        assert len((await desk.get(person, "/delegations")).json["items"]) == sees
    assert (await desk.send("finance-1", "DELETE", f"/delegations/{given['id']}")).refused == (404, "unknown_entry")
    assert (await desk.send("deputy", "DELETE", f"/delegations/{given['id']}")).refused == (403, "not_permitted")
    first = await desk.send("sponsor", "DELETE", f"/delegations/{given['id']}", key="end")
    again = await desk.send("sponsor", "DELETE", f"/delegations/{given['id']}", key="end")
    assert first.json == again.json == {"changed": True}
    assert (await desk.get("sponsor", "/delegations")).json["items"] == []


async def test_an_absence_is_announced_and_cancelled(desk: Desk) -> None:
    body = {"starts": in_days(-1), "ends": in_days(10), "reason": "Leave."}
    noted = (await desk.post("finance-1", "/absences", body)).json
    assert noted["person"] == "finance-1"
    assert (await desk.post("finance-2", "/absences", {**body, "person": "pm"})).refused == (403, "not_permitted")
    assert (await desk.get("pm", "/absences")).json["items"] == []
    assert (await desk.get("director", "/absences")).json["items"] == [noted]
    assert (await desk.send("pm", "DELETE", f"/absences/{noted['id']}")).refused == (404, "unknown_entry")
    for _ in range(2):
        cancelled = await desk.send("finance-1", "DELETE", f"/absences/{noted['id']}", key="back")
        assert cancelled.json == {"changed": True}


async def test_a_token_is_shown_once_and_worthless_when_revoked(desk: Desk) -> None:
    body = {"label": "Script", "expires_at": in_days(10)}
    issued = (await desk.post("pm", "/tokens", body, key="t")).json
    assert len(issued["secret"]) == 43
    again = (await desk.post("pm", "/tokens", body, key="t")).json
    assert again == {**issued, "secret": None}
    stored = desk.office.database.read_now(
        lambda connection: connection.exec_driver_sql("SELECT * FROM journal, tokens, audit").all()
    )
    assert issued["secret"] not in str(stored)
    desk.tokens["script"] = issued["secret"]
    assert (await desk.get("script", "/me")).json["person"]["id"] == "pm"
    assert (await desk.send("pm", "DELETE", f"/tokens/{issued['id']}")).json == {"changed": True}
    assert (await desk.get("script", "/me")).refused == (401, "not_signed_in")
    tokens = (await desk.get("pm", "/tokens")).json["items"]
    assert [token["revoked_at"] is not None for token in tokens] == [True, False]


async def test_a_token_is_ones_own_or_managed_and_ends(desk: Desk) -> None:
    assert (await desk.post("pm", "/tokens", {"person": "director", "label": "x"})).refused == (403, "not_permitted")
    for end in (in_days(-1), in_days(400)):
        assert (await desk.post("pm", "/tokens", {"label": "x", "expires_at": end})).refused == (422, "wrong_interval")
    assert (await desk.get("pm", "/tokens", params={"person": "director"})).json["items"] == []
    known = (await desk.get("administrator", "/tokens", params={"person": "director"})).json["items"]
    assert (await desk.send("pm", "DELETE", f"/tokens/{known[0]['id']}")).refused == (404, "unknown_entry")


async def test_changes_at_once_are_each_counted(desk: Desk) -> None:
    before = desk.office.database.read_now(directory_version)
    bodies = [{"person": "pm", "role": "finance", "scope": f"project:P-{number}"} for number in range(20)]
    answers = await asyncio.gather(*(desk.post("director", "/roles", body) for body in bodies))
    assert [answer.json for answer in answers] == [{"changed": True}] * 20
    assert desk.office.database.read_now(directory_version) == before + 20
    assert (await desk.post("director", "/roles", bodies[0])).json == {"changed": False}


async def test_a_code_for_a_password_is_shown_once_to_who_manages_people(desk: Desk) -> None:
    await newcomer(desk)
    assert (await desk.post("pm", "/people/newcomer/invitation")).refused == (403, "not_permitted")
    assert (await desk.post("administrator", "/people/pm/invitation")).refused == (403, "no_local_account")
    assert (await desk.post("administrator", "/people/nobody/invitation")).refused == (404, "unknown_person")
    first = (await desk.post("administrator", "/people/newcomer/invitation", key="k")).json
    again = (await desk.post("administrator", "/people/newcomer/invitation", key="k")).json
    assert first["code"]
    assert again == {**first, "code": None}


async def test_sign_ins_are_ones_own_to_see_and_to_end(desk: Desk) -> None:
    secret = await desk.office.sign_ins.begin("pm", "password", "A browser")
    await desk.office.sign_ins.begin("pm", "password", "Another browser")
    known = (await desk.get("pm", "/sign-ins")).json["items"]
    assert sorted(line["browser"] for line in known) == ["A browser", "Another browser"]
    assert secret not in str(known)
    assert (await desk.get("director", "/sign-ins")).json["items"] == []
    assert (await desk.send("director", "DELETE", f"/sign-ins/{known[0]['id']}")).json == {"ended": 0}
    assert (await desk.send("pm", "DELETE", f"/sign-ins/{known[0]['id']}")).json == {"ended": 1}
    assert (await desk.send("pm", "DELETE", "/sign-ins")).json == {"ended": 1}


async def test_what_would_be_stuck_without_somebody_is_told(desk: Desk) -> None:
    losses = (await desk.get("analyst", "/people/director/losses")).json
    assert losses["gates"] == []
    assert losses["policies"]
    assert (await desk.get("analyst", "/people/nobody/losses")).refused == (404, "unknown_person")
    assert (await desk.get("pm", "/people/director/losses")).refused == (403, "not_permitted")
