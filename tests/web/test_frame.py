"""What every page has: a frame, files of its own, light and dark, and errors that are pages."""

from api.web.assets import address_of, is_ours
from lifecycle.service.policy_files import library, read_policy
from tests.web.visitor import Visitor

PAGE = {"accept": "text/html"}


async def test_an_empty_inbox_says_what_will_stand_there(visitor: Visitor) -> None:
    await visitor.sign_in("sponsor")
    page = await visitor.get("/", **PAGE)
    assert page.status_code == 200
    assert "Nothing waits for you" in page.text


async def test_an_address_that_is_wrong_is_answered_with_a_page(visitor: Visitor) -> None:
    await visitor.sign_in("pm")
    page = await visitor.get("/nowhere", **PAGE)
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "There is nothing here for you" in page.text
    assert "Project manager" in page.text, "it still says who is signed in"
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]


async def test_a_program_is_answered_with_a_problem(visitor: Visitor) -> None:
    assert (await visitor.get("/nowhere")).json()["reason"] == "unknown_path"
    assert (await visitor.get("/api/v1/nowhere", **PAGE)).json()["reason"] == "unknown_path"


async def test_files_are_kept_as_long_as_their_address_names_their_content(visitor: Visitor) -> None:
    kept = await visitor.get(address_of("app.css"))
    assert "immutable" in kept.headers["cache-control"]
    assert kept.headers["content-type"].startswith("text/css")
    assert (await visitor.get("/static/app.css?v=other")).headers["cache-control"] == "no-cache"
    assert (await visitor.get("/static/../rendering.py")).status_code == 404
    assert (await visitor.get("/static/%2e%2e/rendering.py")).status_code == 404


async def test_light_and_dark_are_the_browsers_own_choice(visitor: Visitor) -> None:
    await visitor.sign_in("pm")
    assert "data-bs-theme" not in (await visitor.get("/")).text
    assert (await visitor.post("/theme", {"theme": "dark", "next": "/"})).headers["location"] == "/"
    assert 'data-bs-theme="dark"' in (await visitor.get("/")).text
    await visitor.post("/theme", {"theme": "<script>"})
    assert "data-bs-theme" not in (await visitor.get("/")).text


async def test_a_page_loads_nothing_from_elsewhere(visitor: Visitor) -> None:
    await visitor.sign_in("pm")
    text = (await visitor.get("/")).text
    assert "http://" not in text.replace("http://www.w3.org", "")
    assert "https://" not in text
    assert "<style" not in text
    assert " style=" not in text


def test_the_templates_that_ready_policies_name_are_there() -> None:
    policies = [read_policy(text, name) for name, text in library().items()]
    named = {rule.template for policy in policies for gate in policy.gates.values() for rule in gate.evidence.values()}
    ours = {name for name in named if name and not name.startswith("https://")}
    assert len(ours) == 12
    assert all(is_ours(name) for name in ours)
