"""Whatever is typed or addressed, a page answers; nothing of it is a failure of ours, and markup stays text."""

import pytest

from tests.web.visitor import Visitor

PAGE = {"accept": "text/html"}
ODD = ["", "\x00", "a" * 300, "<script>alert(1)</script>", "%00", "../..", "é", "nobody"]


@pytest.mark.parametrize("text", ODD)
async def test_an_odd_address_is_answered_with_a_page(visitor: Visitor, text: str) -> None:
    await visitor.sign_in("sponsor")
    for path in (
        "/projects/{}",
        "/projects/P-1/gates/{}",
        "/projects/P-1/gates/charter?for={}",
        "/projects/P-1/evidence/{}",
    ):
        page = await visitor.http.get(path.format(text.replace("\x00", "%00")), headers=PAGE)
        assert page.status_code < 500, path
        assert "<script>alert" not in page.text


@pytest.mark.parametrize("text", ODD)
async def test_an_odd_form_is_answered_with_a_page(visitor: Visitor, text: str) -> None:
    await visitor.sign_in("sponsor")
    for path, field in (
        ("votes", "acting_for"),
        ("votes", "condition_due"),
        ("votes", "version"),
        ("decision", "outcome"),
        ("questions", "round"),
        ("evidence/business_case", "url"),
        ("submission", "key"),
    ):
        page = await visitor.post(f"/projects/P-1/gates/charter/{path}", {field: text})
        assert page.status_code < 500, (path, field)
