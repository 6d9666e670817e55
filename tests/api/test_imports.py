"""A register becomes projects through the real engine, row by row, once."""

import asyncio
import csv
import io
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from lifecycle.persistence.evidence_store import EvidenceStore
from lifecycle.service.import_work import ImportWork
from lifecycle.service.importing import Importing
from lifecycle.service.office import Office
from lifecycle.service.registers.reading import read_register
from tests.api.conftest import Build, opened
from tests.api.desk import Answer, Desk, Json, Worker, fresh_key

pytestmark = pytest.mark.asyncio(loop_scope="session")
PATIENCE_SECONDS = 120
MAPPING = """
mapping: small
key: key
name: name
portfolio: portfolio
facts:
  whole_life_cost: {column: cost, as: money, unit: GBP, scale: 1000000}
  finish: {column: finish, as: date}
  aims: {column: aims, as: text}
entry: {stage: execution, before_start: planning, after_finish: monitoring, unknown: initiation, start: finish}
"""
NOBODY = "nobody-here"


@pytest.fixture
def limit_bytes() -> int:
    return 2_000_000


class Register:
    """Three projects with keys of their own, as a file."""

    def __init__(self) -> None:
        self.keys = [fresh_key() for _ in range(3)]
        self.lines = [
            f"{self.keys[0]},Tunnel,rail,5.5,2030-01-01,Dig.",
            f"{self.keys[1]},Bridge,rail,unknown,2031-01-01,Span.",
            f"{self.keys[2]},=Ferry,,12,2032-01-01,+Float.",
        ]

    @property
    def text(self) -> str:
        return "\n".join(["key,name,portfolio,cost,finish,aims", *self.lines, ""])


async def send(
    desk: Desk, content: bytes | str, name: str = "small.csv", person: str = "analyst", **form: str
) -> Answer:
    data = content.encode() if isinstance(content, str) else content
    key = form.pop("key", None)
    fields = form if "mapping" in form else {"mapping_document": MAPPING, **form}
    return await desk.post(person, "/imports", key=key, files={"file": (name, data, "text/csv")}, data=fields)


async def ended(desk: Desk, begun: Answer) -> Json:
    """The import when it is over."""
    assert begun.status == 201, begun.json
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (found := (await desk.get("analyst", f"/imports/{begun.json['id']}")).json)["status"] == "running":
        assert time.monotonic() < deadline, found
        await asyncio.sleep(0.02)
    return found


async def take(desk: Desk, content: bytes | str, **form: Any) -> Json:
    return await ended(desk, await send(desk, content, **form))


async def rows(desk: Desk, done: Json, **query: str) -> list[Json]:
    """Every row of an import, page after page."""
    found: list[Json] = []
    asked: Mapping[str, str] | None = {"limit": "2", **query}
    while asked is not None:
        page = (await desk.get("analyst", f"/imports/{done['id']}/rows", params=asked)).json
        found += page["items"]
        asked = {**asked, "cursor": page["next_cursor"]} if page["next_cursor"] else None
    return found


def counted(done: Json) -> dict[str, int]:
    return {outcome: count for outcome, count in done["counts"].items() if count}


async def facts(desk: Desk, key: str) -> Json:
    found: Json = (await desk.get("analyst", f"/projects/{key}")).json
    return dict(found["facts"])


@pytest.mark.usefixtures("swept")
async def test_new_projects_are_registered_where_the_register_says_they_stand(desk: Desk) -> None:
    register = Register()
    done = await take(desk, register.text, manager="pm", sponsor="sponsor")
    assert (done["status"], counted(done), done["rows_done"], done["rows_total"]) == ("done", {"registered": 3}, 3, 3)
    tunnel = (await desk.get("analyst", f"/projects/{register.keys[0]}")).json
    assert (tunnel["manager"], tunnel["sponsor"], tunnel["portfolio"]) == ("pm", "sponsor", "rail")
    assert tunnel["facts"] == {"whole_life_cost": 550_000_000, "finish": "2030-01-01"}
    assert "whole_life_cost" not in await facts(desk, register.keys[1])
    first, _, third = await rows(desk, done)
    assert first["notes"] == ["The policy declares no fact aims: the row keeps it, the project does not."]
    assert first["cells"]["aims"] == "Dig."
    assert first["opened"] == ["charter"]
    assert (third["key"], third["name"]) == (register.keys[2], "=Ferry")


@pytest.mark.usefixtures("swept")
async def test_known_projects_are_amended_only_where_they_differ(desk: Desk) -> None:
    register = Register()
    await take(desk, register.text)
    register.lines[0] = register.lines[0].replace("Tunnel,rail", "Long tunnel,roads")
    register.lines[1] = register.lines[1].replace("unknown", "7")
    done = await take(desk, register.text)
    assert counted(done) == {"updated": 2, "unchanged": 1}
    changed = {row["key"]: row["changes"] for row in await rows(desk, done, outcome="updated")}
    assert changed == {
        register.keys[0]: [
            {"what": "name", "before": "Tunnel", "after": "Long tunnel"},
            {"what": "portfolio", "before": "rail", "after": "roads"},
        ],
        register.keys[1]: [{"what": "whole_life_cost", "before": None, "after": 700_000_000}],
    }


@pytest.mark.usefixtures("swept")
async def test_the_same_file_again_changes_nothing_whoever_sends_it(desk: Desk) -> None:
    register = Register()
    await take(desk, register.text)
    key = register.keys[0]
    version = (await desk.get("analyst", f"/projects/{key}")).json["version"]
    amended = await desk.send("analyst", "PATCH", f"/projects/{key}/facts", {"facts": {"finish": "2033-01-01"}})
    assert amended.status == 200
    again = await take(desk, register.text, name="renamed.csv")
    assert counted(again) == {"unchanged": 3}
    assert "what has changed since stands" in (await rows(desk, again))[0]["notes"][0]
    assert (await facts(desk, key))["finish"] == "2033-01-01"
    assert (await desk.get("analyst", f"/projects/{key}")).json["version"] == version + 1
    other = await take(desk, register.text, person="director")
    assert counted(other) == {"unchanged": 2, "updated": 1}


@pytest.mark.usefixtures("swept")
async def test_a_dry_run_says_what_would_happen_and_changes_nothing(desk: Desk) -> None:
    register = Register()
    dry = await take(desk, register.text, dry_run="true")
    assert (dry["dry_run"], counted(dry)) == (True, {"registered": 3})
    assert (await rows(desk, dry))[0]["opened"] == ["charter"]
    assert (await desk.get("analyst", f"/projects/{register.keys[0]}")).status == 404
    assert counted(await take(desk, register.text)) == {"registered": 3}
    register.lines[0] = register.lines[0].replace("5.5", "5.6")
    dry = await take(desk, register.text, dry_run="true")
    assert counted(dry) == {"updated": 1, "unchanged": 2}
    assert (await facts(desk, register.keys[0]))["whole_life_cost"] == 550_000_000


@pytest.mark.usefixtures("swept")
async def test_rows_that_cannot_be_taken_in_say_why_and_what_to_do(desk: Desk) -> None:
    register = Register()
    await take(desk, register.text)
    dead = register.keys[0]
    killed = await desk.post("director", f"/projects/{dead}/kill", {"reason": "No need."})
    assert killed.status == 200
    register.lines[0] = register.lines[0].replace("5.5", "6")
    bad = [f"{fresh_key()} X,Spaced,rail,1,,", f"{fresh_key()},Colon,rail: north,1,,", ",Nameless,rail,1,,"]
    done = await take(desk, "\n".join(["key,name,portfolio,cost,finish,aims", *register.lines, *bad, ""]))
    assert counted(done) == {"refused": 1, "invalid": 3, "unchanged": 2}
    (refused,) = await rows(desk, done, outcome="refused")
    assert (refused["key"], refused["reason"]) == (dead, "project_over")
    for row in [refused, *(await rows(desk, done, outcome="invalid"))]:
        assert row["sentence"]
        assert row["remedy"]


@pytest.mark.usefixtures("swept")
async def test_what_is_gone_since_the_last_register_is_reported(desk: Desk) -> None:
    register = Register()
    await take(desk, register.text)
    gone = register.lines.pop(1)
    done = await take(desk, register.text)
    assert [leaver["key"] for leaver in done["leavers"]] == [gone.partition(",")[0]]
    assert (await take(desk, register.text))["leavers"] == done["leavers"]


@pytest.mark.usefixtures("swept")
async def test_the_result_is_a_file_that_no_spreadsheet_takes_for_formulas(desk: Desk) -> None:
    register = Register()
    done = await take(desk, register.text)
    as_csv = await desk.get("analyst", f"/imports/{done['id']}/result")
    assert as_csv.response.headers["content-disposition"].endswith("small-result.csv")
    table = list(csv.DictReader(io.StringIO(as_csv.response.content.decode("utf-8-sig"), newline="")))
    assert [line["outcome"] for line in table] == ["registered"] * 3
    assert table[2]["name"] == "'=Ferry"
    as_xlsx = await desk.get("analyst", f"/imports/{done['id']}/result", params={"format": "xlsx"})
    again = read_register(as_xlsx.response.content, "result.xlsx")
    assert [row.cells["name"] for row in again.rows] == ["Tunnel", "Bridge", "=Ferry"]


async def test_while_nobody_works_an_import_waits_and_then_goes_on(desk: Desk, hire: Callable[[], Worker]) -> None:
    register = Register()
    begun = await send(desk, register.text)
    assert begun.json["status"] == "running"
    async with hire():
        assert counted(await ended(desk, begun)) == {"registered": 3}


async def test_an_import_that_was_cut_off_is_taken_up_by_the_next_process(
    build: Build, founded: tuple[Path, Mapping[str, str]], hire: Callable[[], Worker], tmp_path: Path
) -> None:
    register = Register()
    first = await build(0.2)
    async with opened(first, founded[1]) as desk:
        begun = await send(desk, register.text)
    second = await build()
    importing = Importing(second.database, second.commands, second.registration, second.shelf, second.now)
    store = EvidenceStore(tmp_path / "evidence", 2_000_000)
    second.import_work = ImportWork(second.database, store, importing, second.now, look_seconds=0.05)
    async with hire(), opened(second, founded[1]) as desk:
        sweeping = asyncio.create_task(_sweep(second))
        done = await ended(desk, begun)
        sweeping.cancel()
        assert counted(done) == {"registered": 3}
        for key in register.keys:
            trail = (await desk.get("auditor", f"/projects/{key}/events")).json["items"]
            assert [event["type"] for event in trail].count("person:project:registered") == 1


async def _sweep(office: Office) -> None:
    while True:
        await office.sweeper.sweep()
        await asyncio.sleep(0.1)


@pytest.mark.usefixtures("swept")
async def test_the_same_request_is_the_same_import(desk: Desk) -> None:
    register = Register()
    first = await send(desk, register.text, key="once")
    again = await send(desk, register.text, key="once")
    assert (again.status, again.json["id"]) == (201, first.json["id"])
    assert counted(await ended(desk, first)) == {"registered": 3}
    other = await send(desk, Register().text, key="once")
    assert other.refused == (409, "key_reused")


@pytest.mark.parametrize(
    ("content", "name", "form", "refused"),
    [
        ("", "empty.csv", {}, (422, "empty_file")),
        ("key,name\n", "rows.csv", {}, (422, "no_rows")),
        ("a,b\n1,2\n", "columns.csv", {}, (422, "missing_column")),
        ("key,name\n1,2\n", "register.pdf", {}, (415, "unsupported_kind")),
        ("%PDF-1.7 not a table", "register.csv", {}, (415, "wrong_extension")),
        ("key,name\n1,2\n", "r.csv", {"mapping": "no-such"}, (422, "unknown_mapping")),
        ("key,name\n1,2\n", "r.csv", {"mapping_document": "mapping: x\n"}, (422, "mapping_invalid")),
        ("key,name\n1,2\n", "r.csv", {"mapping": "uk-gmpp", "mapping_document": MAPPING}, (422, "wrong_value")),
        ("key,name\n1,2\n", "r.csv", {"policy": "no-such"}, (422, "policy_unknown")),
        ("key,name\n1,2\n", "r.csv", {"manager": NOBODY}, (422, "wrong_value")),
        ("key,name\n1,2\n", "r.csv", {"dry_run": "perhaps"}, (422, "malformed")),
        ("key,name\n1,2\n", "r.csv", {"portfolio": "rail"}, (422, "malformed")),
        ("x" * 3_000_000, "r.csv", {}, (413, "body_too_large")),
    ],
)
async def test_what_cannot_be_imported_is_refused_whole(
    desk: Desk, content: str, name: str, form: dict[str, str], refused: tuple[int, str]
) -> None:
    assert (await send(desk, content, name=name, **form)).refused == refused


async def test_a_register_is_uploaded_looked_at_changed_and_imported(desk: Desk) -> None:
    register = Register()
    uploaded = await desk.post("analyst", "/registers", files={"file": ("small.csv", register.text.encode())})
    assert uploaded.status == 201
    assert uploaded.response.headers["location"].endswith(f"/registers/{uploaded.json['id']}")
    choice = uploaded.json["choice"]
    assert (choice["key"], choice["facts"]["finish"], "whole_life_cost" in choice["facts"]) == ("key", "finish", False)
    choice["facts"]["whole_life_cost"], choice["scales"] = "cost", {"whole_life_cost": 1_000_000}
    path = f"/registers/{uploaded.json['id']}"
    preview = await desk.post("analyst", f"{path}/preview", {"choice": choice})
    assert (preview.status, preview.json["importable"]) == (200, 3)
    assert preview.json["first"][0]["facts"] == {"whole_life_cost": 550_000_000, "finish": "2030-01-01"}
    assert preview.json["first"][1]["unknown"] == {"whole_life_cost": "unknown"}
    order = {"mapping_document": preview.json["mapping_document"], "dry_run": True}
    begun = await desk.post("analyst", f"{path}/imports", order)
    assert (begun.status, begun.json["upload"]) == (201, uploaded.json["id"])
    again = (await desk.get("analyst", path)).json
    assert again["choice"] == preview.json["choice"], "what was chosen last suggests itself"
    assert begun.json["id"] in [each["id"] for each in (await desk.get("analyst", "/imports")).json["items"]]


@pytest.mark.usefixtures("swept")
async def test_what_a_dry_run_has_shown_is_done_in_earnest(desk: Desk) -> None:
    register = Register()
    dry = await take(desk, register.text, dry_run="true")
    done = await ended(desk, await desk.post("analyst", f"/imports/{dry['id']}/again", {}))
    assert (done["dry_run"], counted(done)) == (False, {"registered": 3})


@pytest.mark.usefixtures("swept")
async def test_rows_that_were_not_taken_in_come_first_when_asked_for(desk: Desk) -> None:
    register = Register()
    bad = [",Nameless,rail,1,,", f"{fresh_key()} X,Spaced,rail,1,,"]
    done = await take(desk, "\n".join(["key,name,portfolio,cost,finish,aims", *register.lines, *bad, ""]))
    found = [row["row"] for row in await rows(desk, done, pressing_first="true")]
    assert found == [5, 6, 2, 3, 4]


async def test_the_same_register_is_imported_once_at_a_time(desk: Desk, hire: Callable[[], Worker]) -> None:
    register = Register()
    begun = await send(desk, register.text)
    assert (await send(desk, register.text, person="director")).refused == (409, "import_running")
    dry = await send(desk, register.text, dry_run="true")
    assert dry.status == 201
    async with hire():
        await ended(desk, begun)
        assert counted(await take(desk, register.text)) == {"unchanged": 3}


@pytest.mark.parametrize(
    ("path", "body", "refused"),
    [
        ("/preview", {"choice": {"key": "key", "name": "nowhere"}}, (422, "missing_column")),
        ("/preview", {"choice": {"key": "key"}}, (422, "malformed")),
        ("/preview", {"policy": "no-such"}, (422, "policy_unknown")),
        ("/imports", {}, (422, "wrong_value")),
        ("/imports", {"mapping": "no-such"}, (422, "unknown_mapping")),
    ],
)
async def test_what_cannot_be_chosen_is_refused(desk: Desk, path: str, body: Json, refused: tuple[int, str]) -> None:
    files = {"file": ("small.csv", Register().text.encode())}
    id_ = (await desk.post("analyst", "/registers", files=files)).json["id"]
    assert (await desk.post("analyst", f"/registers/{id_}{path}", body)).refused == refused
    assert (await desk.post("analyst", f"/registers/none{path}", body)).refused[0] in (404, 422)
    assert (await desk.post("pm", f"/registers/{id_}{path}", body)).refused == (403, "not_permitted")


async def test_only_who_may_import_does_and_looks(desk: Desk) -> None:
    assert (await send(desk, Register().text, person="pm")).refused == (403, "not_permitted")
    for path in ("", "/rows", "/result"):
        assert (await desk.get("pm", f"/imports/x{path}")).refused == (403, "not_permitted")
        assert (await desk.get("analyst", f"/imports/x{path}")).refused == (404, "unknown_import")


async def test_a_register_comes_as_a_form_with_a_file(desk: Desk) -> None:
    assert (await desk.post("analyst", "/imports", {"mapping": "uk-gmpp"})).refused == (422, "malformed")
    bare = await desk.post("analyst", "/imports", files={"mapping": (None, b"uk-gmpp")})
    assert bare.refused == (422, "malformed")
