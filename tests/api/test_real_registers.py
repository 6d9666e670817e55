"""Two years of a real portfolio, one after the other, as a PMO would take them in."""

import time

import pytest

from lifecycle.service.registers.bundled import sample_register
from tests.api.desk import Desk, Json
from tests.api.test_imports import counted, rows, take

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("swept")]
EXCEPTION = "exception"


@pytest.fixture
def limit_bytes() -> int:
    return 2_000_000


async def year(desk: Desk, number: int) -> Json:
    name = f"gmpp_{number}.csv"
    return await take(desk, sample_register(name), name=name, mapping="uk-gmpp", manager="pm", sponsor="sponsor")


async def test_a_portfolio_is_taken_in_a_year_later_again_and_then_nothing_changes(desk: Desk) -> None:
    first = await year(desk, 2021)
    assert (counted(first), first["leavers"]) == ({"registered": 184}, [])

    second = await year(desk, 2022)
    assert counted(second) == {"registered": 76, "updated": 157, "unchanged": 2}
    assert len(second["leavers"]) == 25
    found = await rows(desk, second)
    assert {row["key"] for row in found}.isdisjoint(leaver["key"] for leaver in second["leavers"])

    changes = {row["key"]: {change["what"]: change for change in row["changes"]} for row in found}
    opened = {row["key"] for row in found if EXCEPTION in row["opened"]}
    turned_red = {
        key for key, changed in changes.items() if changed.get("delivery_confidence", {}).get("after") == "red"
    }
    grown = {key for key, changed in changes.items() if _grown(changed.get("whole_life_cost"))}
    assert turned_red
    assert turned_red <= opened
    under_way = {row["key"] for row in await rows(desk, first) if row["stage"] in ("execution", "monitoring")}
    assert grown & under_way
    for key in turned_red | (grown & under_way):
        gate = (await desk.get("pm", f"/projects/{key}/gates/{EXCEPTION}")).json
        assert (gate["is_open"], gate["deadline"]["whose"]) == (True, "submitter"), key
    unknown = [row for row in found if "whole_life_cost" in row["unknown"]]
    assert unknown
    assert "whole_life_cost" not in (await desk.get("pm", f"/projects/{unknown[0]['key']}")).json["facts"]

    began = time.time()
    again = await year(desk, 2022)
    assert (counted(again), again["leavers"]) == ({"unchanged": 235}, second["leavers"])
    since = (await desk.get("auditor", "/events", params={"since": _instant(began), "kind": "event"})).json["items"]
    assert since == []


def _grown(change: Json | None) -> bool:
    return bool(change and change["before"] and change["after"] and change["after"] > 1.1 * change["before"])


def _instant(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
