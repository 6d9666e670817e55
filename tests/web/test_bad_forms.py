"""Whatever is typed or addressed, a page answers; nothing of it is a failure of ours, and markup stays text."""

import re
from urllib.parse import quote

import pytest

from api.web.rendering import TEMPLATES
from tests.web.test_permissions import ADDRESSES
from tests.web.visitor import Visitor

PAGE = {"accept": "text/html"}
ODD = ["", "\x00", "a" * 300, "<script>alert(1)</script>", "%00", "../..", "é", "nobody"]
PAGES = [address for address in ADDRESSES if address.page and not address.path.startswith("/live")]
FIELDS = sorted(
    {name for file in TEMPLATES.glob("*.html") for name in re.findall(r' name="([\w-]+)"', file.read_text())}
)
LEAVING = ("/sign-out", "/me/sign-ins/end")


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


@pytest.mark.parametrize("text", ["\x00", "a" * 300, "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "9" * 40, "-1"])
async def test_every_page_and_form_takes_odd_words(visitor: Visitor, text: str) -> None:
    await visitor.sign_in("director")
    for address in PAGES:
        path = re.sub(r"\{\w+(:path)?\}", quote(text, safe=""), address.path)
        if address.method == "GET":
            page = await visitor.http.get(path, params=dict.fromkeys(FIELDS, text), headers=PAGE)
        elif address.path in LEAVING:
            continue
        else:
            page = await visitor.post(path, dict.fromkeys([*FIELDS, "key"], text) | {"key": "k"})
        assert page.status_code < 500, (str(address), page.text[:300])
        assert "<script>alert" not in page.text, str(address)
