"""The pages about people: who there is, who is away, who acts for whom, and what would be missing without somebody."""

import re
from datetime import timedelta

import pytest
from icalendar import Calendar

from lifecycle.persistence.session import Database
from lifecycle.service.office import Office
from tests.integration.governed import bring, publish
from tests.paper import Paper
from tests.policies import policy
from tests.web.conftest import Arrive
from tests.web.visitor import Visitor


async def said(visitor: Visitor, path: str, fields: dict[str, str]) -> str:
    """Send a form that is carried out; the page that says so."""
    answer = await visitor.post(path, {"key": f"{path} {sorted(fields.items())}"[:200].replace(" ", "_"), **fields})
    assert answer.status_code == 303, answer.text
    page = await visitor.get(answer.headers["location"])
    assert page.status_code == 200
    return page.text


async def test_the_directory_shows_roles_by_scope_and_who_is_away(visitor: Visitor) -> None:
    await visitor.sign_in("director")
    await said(visitor, "/people/analyst/roles", {"role": "Finance", "within": "portfolio", "of": "rail"})
    await said(visitor, "/people/analyst/absences", {"starts": "2026-03-01", "ends": "2026-03-05", "reason": "Leave"})
    page = (await visitor.get("/people?text=analyst")).text
    assert "PMO analyst" in page
    assert "portfolio rail" in page
    assert "away" in page
    assert "PMO director" not in re.sub(r"<header.*?</header>", "", page, flags=re.S)


async def test_somebody_new_is_added_invited_and_comes_in(visitor: Visitor, arrive: Arrive) -> None:
    await visitor.sign_in("administrator")
    await said(visitor, "/people", {"id": "newcomer", "name": "Newcomer <b>", "mail": "n@example.org"})
    page = await visitor.post("/people/newcomer/invitation", {"key": "k"})
    assert "Newcomer &lt;b&gt;" in page.text
    code = re.search(r"<code>([A-Z2-9-]{23})</code>", page.text)
    assert code
    assert "was shown before" in (await visitor.post("/people/newcomer/invitation", {"key": "k"})).text
    other = arrive()
    fields = {"code": code[1], "password": "a quiet river in spring", "again": "a quiet river in spring"}
    assert (await other.post("/welcome", fields)).status_code == 303
    assert "Newcomer" in (await other.get("/me")).text


async def test_what_was_mistyped_is_named(visitor: Visitor) -> None:
    await visitor.sign_in("administrator")
    for path, fields in (
        ("/people", {"id": "no spaces", "name": "X"}),
        ("/people", {"id": "x", "name": " "}),
        ("/people", {"id": "x", "name": "X", "mail": "nobody"}),
        ("/people/pm/roles", {"role": "7!"}),
        ("/people/pm/roles", {"role": "sponsor", "within": "portfolio", "of": ""}),
        ("/people/pm/roles", {"role": "sponsor", "within": "galaxy", "of": "x"}),
        ("/people/pm/tokens", {"label": " "}),
        ("/people/pm/absences", {"starts": "soon", "ends": "2026-03-31"}),
        ("/people/pm/absences", {"starts": "9999-12-31", "ends": "9999-12-31"}),
        ("/people/pm/absences", {"starts": "2026-03-31", "ends": "2026-03-01"}),
        ("/people/pm/delegations", {"receiver": "deputy", "ends": "2026-03-31", "reason": ""}),
        ("/people/pm/delegations", {"receiver": "pm", "ends": "2026-03-31", "reason": "Away."}),
        ("/people/pm/delegations", {"receiver": "deputy", "ends": "2027-03-31", "reason": "Away."}),
        ("/people/pm/delegations", {"receiver": "deputy", "ends": "2026-03-31", "reason": "x", "limit": "a lot"}),
        ("/people/pm/delegations", {"receiver": "deputy", "ends": "2026-03-31", "reason": "x", "limit": "1e999"}),
    ):
        answer = await visitor.post(path, {"key": "k" + str(len(str(fields))), **fields})
        assert answer.status_code == 422, (path, fields, answer.text)


async def test_a_form_sent_twice_has_one_effect(visitor: Visitor, office: Office) -> None:
    await visitor.sign_in("sponsor")
    fields = {"key": "once", "starts": "2026-03-10", "ends": "2026-03-12", "reason": "Leave"}
    for _ in range(2):
        assert (await visitor.post("/people/sponsor/absences", fields)).status_code == 303
    assert len(await office.deputising.absences("sponsor")) == 1


async def test_a_day_is_the_day_of_the_reader(visitor: Visitor, office: Office) -> None:
    await visitor.sign_in("sponsor")
    await said(visitor, "/me/preferences", {"language": "en", "timezone": "America/New_York", "mail": "yes"})
    await said(visitor, "/people/sponsor/absences", {"starts": "2026-03-10", "ends": "2026-03-10"})
    (absence,) = await office.deputising.absences("sponsor")
    assert absence.starts.isoformat() == "2026-03-10T04:00:00+00:00"
    assert absence.ends - absence.starts == timedelta(days=1)


async def test_one_lets_somebody_act_and_takes_it_back(visitor: Visitor, office: Office) -> None:
    await visitor.sign_in("sponsor")
    fields = {"receiver": "deputy", "within": "portfolio", "of": "rail", "limit": "250 000", "ends": "2026-03-31"}
    page = await said(visitor, "/people/sponsor/delegations", {**fields, "reason": "On leave."})
    assert "may act for" in page
    (given,) = await office.deputising.delegations("sponsor")
    assert (given.scope, given.limit, given.receiver) == ("portfolio:rail", 250_000_00, "deputy")
    await said(visitor, "/people/sponsor/delegations/end", {"entry": given.id})
    assert await office.deputising.delegations("sponsor") == ()


async def test_others_arrange_nothing_for_somebody(visitor: Visitor, office: Office) -> None:
    await visitor.sign_in("pm")
    away = {"key": "k", "starts": "2026-03-10", "ends": "2026-03-12"}
    assert (await visitor.post("/people/sponsor/absences", away)).status_code in (403, 404, 422)
    lend = {"key": "l", "receiver": "pm", "ends": "2026-03-31", "reason": "I like to decide."}
    assert (await visitor.post("/people/sponsor/delegations", lend)).status_code in (403, 404, 422)
    assert (await visitor.post("/people/sponsor/tokens", {"key": "m", "label": "x"})).status_code == 403
    assert await office.deputising.absences("sponsor") == ()
    assert await office.deputising.delegations("sponsor") == ()
    assert await office.tokens.tokens_of("sponsor", "sponsor") != ()


async def test_absent_and_forbidden_people_look_the_same(visitor: Visitor) -> None:
    await visitor.sign_in("pm")
    there, nowhere = [await visitor.get(f"/people/{id_}") for id_ in ("sponsor", "nobody")]
    assert (there.status_code, nowhere.status_code) == (404, 404)
    assert there.json()["detail"].replace("sponsor", "nobody") == nowhere.json()["detail"]
    assert (await visitor.get("/people/pm")).status_code == 200
    assert (await visitor.get("/people/sponsor/away")).status_code == 404
    assert (await visitor.get("/people")).status_code == 403


async def test_before_somebody_leaves_it_is_said_what_would_be_stuck(visitor: Visitor) -> None:
    await visitor.sign_in("administrator")
    page = await visitor.get("/people/director/leaving")
    assert "Without them this would be stuck" in page.text
    assert "could not be opened on any project" in page.text
    assert "Nothing would be stuck" in (await visitor.get("/people/auditor/leaving")).text


async def test_whoever_is_switched_off_is_out_with_the_next_page(visitor: Visitor, arrive: Arrive) -> None:
    leaver = arrive()
    await leaver.sign_in("analyst")
    assert (await leaver.get("/")).status_code == 200
    await visitor.sign_in("director")
    assert "They have left" in await said(visitor, "/people/analyst/leaving", {})
    assert (await leaver.get("/")).headers["location"].startswith("/sign-in")
    assert "They are back" in await said(visitor, "/people/analyst/return", {})
    assert (await leaver.get("/")).status_code == 200


async def test_a_role_that_is_withdrawn_opens_nothing_any_more(visitor: Visitor, arrive: Arrive) -> None:
    analyst = arrive()
    await analyst.sign_in("analyst")
    assert (await analyst.get("/people")).status_code == 200
    await visitor.sign_in("director")
    await said(visitor, "/people/analyst/roles/end", {"role": "pmo_analyst", "scope": "everywhere"})
    assert (await analyst.get("/people")).status_code == 403


async def test_the_last_who_manages_people_stays(visitor: Visitor) -> None:
    await visitor.sign_in("director")
    await said(visitor, "/people/administrator/leaving", {})
    answer = await visitor.post("/people/director/leaving", {"key": "k"})
    assert (answer.status_code, answer.json()["reason"]) == (409, "last_manager")


async def test_a_token_is_shown_once(visitor: Visitor) -> None:
    await visitor.sign_in("pm")
    page = await visitor.post("/people/pm/tokens", {"key": "k", "label": "Laptop"})
    secret = re.search(r'<code class="prose">([\w-]{43})</code>', page.text)
    assert secret
    headers = {"Authorization": f"Bearer {secret[1]}"}
    assert (await visitor.get("/api/v1/me", **headers)).status_code == 200
    assert secret[1] not in (await visitor.post("/people/pm/tokens", {"key": "k", "label": "Laptop"})).text
    entry = re.search(r'tokens/end".*?name="entry" value="([0-9a-f]{32})"', page.text, re.S)
    assert entry
    await said(visitor, "/people/pm/tokens/end", {"entry": entry[1]})
    assert (await visitor.get("/api/v1/me", **headers)).status_code == 401


async def test_one_sees_and_ends_where_one_is_signed_in(visitor: Visitor, arrive: Arrive) -> None:
    other, third = arrive(), arrive()
    for browser in (visitor, other, third):
        await browser.sign_in("pm")
    page = (await visitor.get("/me")).text
    named = re.search(r'name="only" value="([0-9a-f]{16})"', page)
    assert named
    await said(visitor, "/me/sign-ins/end", {"only": named[1]})
    assert sorted([(await browser.get("/me")).status_code for browser in (other, third)]) == [200, 303]
    await said(visitor, "/me/sign-ins/end", {})
    assert [(await browser.get("/me")).status_code for browser in (other, third)] == [303, 303]
    gone = await visitor.post("/me/sign-ins/end", {"only": "everywhere"})
    assert gone.headers["location"] == "/sign-in"
    assert (await visitor.get("/me")).status_code == 303


async def test_nobody_ends_the_sign_ins_of_another(visitor: Visitor, arrive: Arrive, office: Office) -> None:
    director = arrive()
    await director.sign_in("director")
    (theirs,) = await office.sign_ins.sign_ins_of("director")
    await visitor.sign_in("pm")
    await visitor.post("/me/sign-ins/end", {"only": theirs.id})
    assert (await director.get("/me")).status_code == 200


async def test_a_calendar_is_read_by_a_secret_address_that_can_be_closed(visitor: Visitor, arrive: Arrive) -> None:
    async def opened(key: str) -> str:
        page = (await visitor.post("/me/calendar", {"key": key})).text
        address = re.search(r"/calendar/[\w-]{32}\.ics", page)
        return address[0] if address else ""

    await visitor.sign_in("pm")
    address = await opened("first")
    program = arrive()
    answer = await program.get(address)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert Calendar.from_ical(answer.text)["VERSION"] == "2.0"
    assert address not in (await visitor.get("/me")).text
    assert await opened("first") == "", "a form that is sent twice makes one address"
    again = await opened("second")
    assert (await program.get(address)).status_code == 404
    assert (await program.get(again)).status_code == 200
    await said(visitor, "/me/calendar/end", {})
    assert (await program.get(again)).status_code == 404
    assert (await program.get("/calendar/x.ics")).status_code == 404


@pytest.mark.parametrize("fields", [{"timezone": "Mars/Base"}, {"language": "tlh"}, {"quiet_hours": "always"}])
async def test_a_preference_that_cannot_be_is_refused(visitor: Visitor, fields: dict[str, str]) -> None:
    await visitor.sign_in("pm")
    answer = await visitor.post("/me/preferences", {"key": "k", "language": "en", "timezone": "UTC", **fields})
    assert (answer.status_code, answer.json()["reason"]) == (422, "wrong_value")


async def test_the_pages_speak_the_language_one_chose(visitor: Visitor) -> None:
    await visitor.sign_in("pm")
    page = await said(visitor, "/me/preferences", {"language": "de", "timezone": "Europe/Berlin"})
    assert '<html lang="de"' in page


async def test_who_cannot_be_missed_stands_on_a_page(visitor: Visitor, database: Database) -> None:
    paper = Paper(policy(), "P-1")
    paper.register("rail", cost=1_000_00)
    for item in ("plan", "risks"):
        paper.supply("plan", item)
    paper.submit("plan")
    publish(database, policy())
    bring(database, paper)
    await visitor.sign_in("director")
    page = (await visitor.get("/succession")).text
    assert "Sponsor" in page
    assert 'href="/projects/P-1/gates/plan"' in page
    assert '<a href="/people" aria-current="page">' in page
    assert 'href="/succession"' in (await visitor.get("/people")).text
    await visitor.sign_in("pm")
    assert (await visitor.get("/succession")).status_code == 403


async def test_where_nothing_waits_nobody_is_missed(visitor: Visitor) -> None:
    await visitor.sign_in("director")
    assert "No gate hangs on one person" in (await visitor.get("/succession")).text
