"""Signing in to the pages: who is there is known by a secret in a cookie, for as long as it is good."""

from fastapi import FastAPI
from sqlalchemy import select

from api.web.entrance import Entrance
from lifecycle.persistence.account_tables import sign_ins
from lifecycle.persistence.session import Database
from tests.web.conftest import Arrive, Clock
from tests.web.visitor import Visitor


async def test_whoever_is_not_signed_in_is_led_to_the_sign_in_page(visitor: Visitor) -> None:
    answer = await visitor.post("/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2F")


async def test_in_a_sample_office_one_may_be_any_of_its_people(visitor: Visitor) -> None:
    assert "PMO director" in (await visitor.get("/sign-in")).text
    await visitor.sign_in("director")
    assert (await visitor.post("/sign-out")).headers["location"] == "/sign-in"
    assert not visitor.secret


async def test_only_the_digest_of_a_secret_is_kept(visitor: Visitor, database: Database) -> None:
    await visitor.sign_in("pm")
    row = database.read_now(lambda connection: connection.execute(select(sign_ins)).one())
    assert visitor.secret
    assert visitor.secret not in map(str, row)


async def test_a_secret_from_before_the_sign_in_is_never_taken_over(visitor: Visitor) -> None:
    visitor.http.cookies.set("lifecycle", "planted", domain="127.0.0.1")
    await visitor.sign_in("pm")
    first = visitor.secret
    assert first != "planted"
    await visitor.sign_in("director")
    assert visitor.secret != first
    visitor.http.cookies.set("lifecycle", first, domain="127.0.0.1")
    assert (await visitor.post("/sign-out")).headers["location"].startswith("/sign-in?")


async def test_a_browser_that_is_left_alone_is_signed_out(visitor: Visitor, clock: Clock) -> None:
    await visitor.sign_in("pm")
    clock.pass_(hours=3, minutes=59)
    assert (await visitor.post("/sign-out", csrf="wrong")).status_code == 403
    clock.pass_(hours=4)
    assert (await visitor.post("/sign-out")).headers["location"].startswith("/sign-in?")


async def test_nobody_stays_signed_in_for_ever(visitor: Visitor, clock: Clock) -> None:
    await visitor.sign_in("pm")
    for _ in range(4):
        clock.pass_(hours=3)
        answer = await visitor.post("/sign-out", csrf="wrong")
    assert answer.status_code == 303


async def test_a_form_from_another_site_does_nothing(visitor: Visitor) -> None:
    await visitor.sign_in("pm")
    for site in ("cross-site", "same-site", "none"):
        answer = await visitor.post("/sign-out", site=site)
        assert (answer.status_code, answer.json()["reason"]) == (403, "cross_site")
        assert (await visitor.post("/sign-in/sample", {"person": "director"}, site=site)).status_code == 403


async def test_an_old_browser_says_where_a_form_comes_from_by_its_origin(visitor: Visitor) -> None:
    for origin, status in (("http://127.0.0.1:8765", 303), ("http://evil.example", 403), ("null", 403), ("", 403)):
        answer = await visitor.http.post("/sign-in/sample", data={"person": "pm"}, headers={"Origin": origin})
        assert answer.status_code == status


async def test_a_form_without_the_token_of_this_browser_does_nothing(visitor: Visitor, arrive: Arrive) -> None:
    await visitor.sign_in("pm")
    other = arrive()
    await other.sign_in("director")
    for csrf in ("", "x", "é", other.secret):
        answer = await visitor.post("/sign-out", csrf=csrf)
        assert (answer.status_code, answer.json()["reason"]) == (403, "form_expired")


async def test_the_way_back_leads_to_no_other_site(visitor: Visitor) -> None:
    for path in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/a\nb", "é"):
        answer = await visitor.post("/sign-in/sample", {"person": "pm", "next": path})
        assert answer.headers["location"] == "/"
    answer = await visitor.post("/sign-in/sample", {"person": "pm", "next": "/projects/P-1?tab=gates"})
    assert answer.headers["location"] == "/projects/P-1?tab=gates"


async def test_a_cookie_is_out_of_reach_of_scripts_and_of_other_sites(visitor: Visitor) -> None:
    answer = await visitor.post("/sign-in/sample", {"person": "pm"})
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("lifecycle=")
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie


async def test_over_an_encrypted_connection_the_cookie_is_this_hosts_alone(app: FastAPI, visitor: Visitor) -> None:
    app.state.entrance = Entrance("https://pmo.example", sample=True)
    cookie = (await visitor.post("/sign-in/sample", {"person": "pm"})).headers["set-cookie"]
    assert cookie.startswith("__Host-lifecycle=")
    assert "secure" in cookie.lower()
    assert "domain" not in cookie.lower()


async def test_without_a_sample_nobody_may_be_anybody(app: FastAPI, visitor: Visitor) -> None:
    app.state.entrance = Entrance()
    assert "sample" not in (await visitor.get("/sign-in")).text
    assert (await visitor.post("/sign-in/sample", {"person": "pm"})).status_code == 403


async def test_nobody_signs_in_where_others_can_listen(arrive: Arrive) -> None:
    visitor = arrive()
    visitor.http.base_url = "http://pmo.example"
    assert (await visitor.post("/sign-in/sample", {"person": "pm"})).status_code == 403


async def test_a_page_may_not_be_framed_and_runs_only_our_scripts(visitor: Visitor) -> None:
    headers = (await visitor.get("/sign-in")).headers
    policy = headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
