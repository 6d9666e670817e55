"""A sign-in that ends in the middle of typing: nothing that was typed is lost, and nothing is sent twice."""

import re
from html import unescape

from lifecycle.service.office import Office
from tests.web.conftest import Clock
from tests.web.visitor import Visitor

TYPED = {"key": "k-1", "starts": "2026-03-10", "ends": "2026-03-12", "reason": 'Leave, "at last" <b>é'}


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the forms of a page."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return {name: unescape(value) for name, value in found}


async def test_what_was_typed_is_sent_after_signing_in_again(visitor: Visitor, clock: Clock, office: Office) -> None:
    await visitor.sign_in("sponsor")
    clock.pass_(hours=5)
    page = await visitor.post("/people/sponsor/absences", TYPED)
    assert page.status_code == 401
    assert "nothing that you typed is lost" in page.text
    again = await visitor.post("/sign-in/sample", {"person": "sponsor", **hidden(page.text)})
    assert again.status_code == 200
    assert "Leave, &#34;at last&#34; &lt;b&gt;é" in again.text
    assert await office.deputising.absences("sponsor") == (), "it is not sent before its sender says so"
    fields = hidden(again.text)
    assert (await visitor.post("/people/sponsor/absences", fields, csrf=fields["csrf"])).status_code == 303
    (absence,) = await office.deputising.absences("sponsor")
    assert absence.reason == TYPED["reason"]


async def test_a_wrong_password_loses_nothing_either(visitor: Visitor, clock: Clock) -> None:
    await visitor.sign_in("sponsor")
    clock.pass_(hours=5)
    page = await visitor.post("/people/sponsor/absences", TYPED)
    wrong = await visitor.post("/sign-in", {"person": "sponsor", "password": "wrong", **hidden(page.text)})
    assert wrong.status_code == 403
    assert hidden(wrong.text)["unsent"] == hidden(page.text)["unsent"]


async def test_a_password_is_never_shown_again(visitor: Visitor) -> None:
    answer = await visitor.post("/me/password", {"old": "a quiet river", "password": "secret words", "again": "x"})
    assert answer.status_code == 303


async def test_what_is_no_form_of_ours_is_not_sent_again(visitor: Visitor) -> None:
    for unsent in (
        "",
        "{",
        "[]",
        "[" * 50_000,
        '{"path": "//evil.example", "fields": [["a", "b"]]}',
        '{"path": "https://evil.example/", "fields": [["a", "b"]]}',
        '{"path": "/x", "fields": 7}',
        '{"path": "/x", "fields": []}',
        '{"path": 7, "fields": [["a", "b"]]}',
    ):
        answer = await visitor.post("/sign-in/sample", {"person": "pm", "unsent": unsent})
        assert answer.status_code == 303, unsent


async def test_a_script_that_sends_a_form_gets_the_whole_page(visitor: Visitor) -> None:
    headers = {"Sec-Fetch-Site": "same-origin", "HX-Request": "true"}
    page = await visitor.http.post("/people/sponsor/absences", data=TYPED, headers=headers)
    assert (page.status_code, page.headers["hx-retarget"]) == (200, "body")
    gone = await visitor.http.get("/", headers=headers)
    assert (gone.status_code, gone.headers["hx-redirect"]) == (401, "/sign-in?next=%2F")
