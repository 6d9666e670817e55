"""Importing, as the server sees it: nobody decides here, so an import waits, and says how far it has come."""

import re

import httpx2
import pytest

from lifecycle.service.registers.reading import Register, read_register
from tests.web.visitor import Visitor

pytestmark = pytest.mark.asyncio
_SELECT = re.compile(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', re.DOTALL)
_OPTION = re.compile(r'<option(?: value="(?P<value>[^"]*)")? selected>(?P<text>[^<]*)')
REGISTER = """\
Project ID;Title;Division;Phase;Whole life cost (£m);End date;Risk
A-1;Footbridge;Rail;Planning;12,5;31.12.2030;low
A-2;<b>Tram</b>;Rail;execution;7;soon;perilous
A 3;Ferry;Rail;;1;;
"""


async def upload(visitor: Visitor, content: bytes | str, name: str = "register.csv") -> httpx2.Response:
    data = content.encode() if isinstance(content, str) else content
    return await visitor.post_file("/imports", name, data)


async def uploaded(visitor: Visitor, content: str = REGISTER) -> str:
    """A register that was uploaded; the path of its page."""
    answer = await upload(visitor, content)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def chosen(page: str) -> dict[str, str]:
    """What the selections of a page say, as the form would send it."""
    return {name: _selected(options) for name, options in _SELECT.findall(page)}


def _selected(options: str) -> str:
    found = _OPTION.search(options)
    return (found["value"] if found["value"] is not None else found["text"]) if found else ""


async def test_a_register_is_shown_with_what_its_columns_seem_to_mean(visitor: Visitor) -> None:
    await visitor.sign_in("analyst")
    page = (await visitor.get(await uploaded(visitor))).text
    assert {
        "column-key": "Project ID",
        "column-name": "Title",
        "column-portfolio": "Division",
        "column-stage": "Phase",
        "fact-whole_life_cost": "Whole life cost (£m)",
        "scale-whole_life_cost": "1000000",
        "fact-finish": "End date",
        "fact-risk": "Risk",
        "fact-benefits": "",
        "decimal_mark": ",",
    }.items() <= chosen(page).items()
    assert "&lt;b&gt;Tram&lt;/b&gt;" in page
    assert "2 of 3 rows can be read" in page
    assert "&#39;A 3&#39; cannot be a project&#39;s key." in page
    assert "&#39;perilous&#39; is none of" in page


async def test_a_person_changes_what_a_column_means_and_sees_what_comes_out(visitor: Visitor) -> None:
    await visitor.sign_in("analyst")
    path = await uploaded(visitor)
    fields = chosen((await visitor.get(path)).text)
    changed = {**fields, "fact-whole_life_cost": "", "fact-budget": "Whole life cost (£m)", "decimal_mark": "."}
    answer = await visitor.post(path, changed)
    assert answer.status_code == 200
    assert {"fact-budget": "Whole life cost (£m)", "fact-whole_life_cost": ""}.items() <= chosen(answer.text).items()
    again = await visitor.post(path, {**changed, "scale-budget": "1000"})
    assert "£7,000" in again.text


async def test_columns_that_there_are_not_are_refused_beside_the_form(visitor: Visitor) -> None:
    await visitor.sign_in("analyst")
    path = await uploaded(visitor)
    fields = chosen((await visitor.get(path)).text)
    for wrong in ({"column-key": ""}, {"column-name": "Nowhere"}, {"fact-risk": "x" * 500}, {"policy": "no-such"}):
        answer = await visitor.post(path, {**fields, **wrong})
        assert answer.status_code == 409, wrong
        assert 'role="alert"' in answer.text
        assert chosen(answer.text)["column-name"] == "Title"


async def test_an_import_is_begun_once_and_says_how_far_it_has_come(visitor: Visitor) -> None:
    await visitor.sign_in("analyst")
    path = await uploaded(visitor)
    fields = {**chosen((await visitor.get(path)).text), "manager": "pm"}
    begun = await visitor.post(f"{path}/imports", {**fields, "run": "import", "key": "once"})
    assert begun.status_code == 303
    again = await visitor.post(f"{path}/imports", {**fields, "run": "import", "key": "once"})
    assert again.headers["location"] == begun.headers["location"]
    page = (await visitor.get(begun.headers["location"])).text
    assert "of 3 rows" in page
    assert '<noscript><meta http-equiv="refresh"' in page
    twin = await visitor.post(f"{path}/imports", {**fields, "run": "import", "key": "twice"})
    assert twin.status_code == 409
    assert "is being imported already" in twin.text
    assert 'value="pm"' in twin.text
    listed = (await visitor.get("/imports")).text
    assert "at work" in listed


async def test_who_is_named_must_be_known(visitor: Visitor) -> None:
    await visitor.sign_in("analyst")
    path = await uploaded(visitor)
    fields = {**chosen((await visitor.get(path)).text), "manager": "nobody-here", "run": "try"}
    answer = await visitor.post(f"{path}/imports", fields)
    assert answer.status_code == 409
    assert "The directory knows nobody as" in answer.text
    assert 'value="nobody-here"' in answer.text


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "register.csv", "The file is empty."),
        (b"key,name\n", "register.csv", "has a header but no rows"),
        (b"%PDF-1.7", "register.csv", "holds a PDF document"),
        (b"key,name\n1,2\n", "register.xlsx", "holds no workbook"),
        (b"key,name\n1,2\n", "register.docx", "is not read"),
        (b"PK\x03\x04 broken", "register.xlsx", "is damaged"),
        (b"key,name\n" + b"1,2\n" * 100_001, "register.csv", "more than 100000 rows"),
        (b"key,name\n" + b"1,2\n" * 6_600_000, "register.csv", "is larger than"),
    ],
)
async def test_a_file_that_is_no_register_is_refused_with_what_to_do(
    visitor: Visitor, content: bytes, name: str, said: str
) -> None:
    await visitor.sign_in("analyst")
    answer = await upload(visitor, content, name)
    assert answer.status_code in (409, 413)
    assert said in answer.text
    assert answer.headers["content-type"].startswith("text/html")


async def test_a_form_without_a_file_asks_for_one(visitor: Visitor) -> None:
    await visitor.sign_in("analyst")
    answer = await visitor.post("/imports")
    assert (answer.status_code, "No file was chosen." in answer.text) == (409, True)


async def test_what_was_never_uploaded_is_not_there(visitor: Visitor) -> None:
    await visitor.sign_in("analyst")
    for path in ("/imports/registers/none", "/imports/none", "/imports/none/result", "/live/imports/none"):
        assert (await visitor.get(path)).status_code == 404, path
    for path in ("/imports/registers/none", "/imports/registers/none/imports", "/imports/none/again"):
        assert (await visitor.post(path)).status_code == 404, path


async def test_who_may_not_import_is_not_led_there(visitor: Visitor) -> None:
    await visitor.sign_in("pm")
    assert 'href="/imports"' not in (await visitor.get("/")).text
    assert (await visitor.get("/imports")).status_code == 403


async def test_a_file_is_read_once_however_often_its_columns_are_changed(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await visitor.sign_in("analyst")
    path = await uploaded(visitor)
    read: list[str] = []

    def reading(data: bytes, filename: str) -> Register:
        read.append(filename)
        return read_register(data, filename)

    monkeypatch.setattr("lifecycle.service.uploads.read_register", reading)
    columns = chosen((await visitor.get(path)).text)
    for column in ("Division", "Phase", "Title"):
        page = await visitor.post(path, {**columns, "column-portfolio": column})
        assert chosen(page.text)["column-portfolio"] == column
    assert read == ["register.csv"]
