"""A register becomes projects through the real engine: two years of a real portfolio, one after the other."""

import asyncio
import csv
import io
import time
from typing import Any

import pytest

from lifecycle.service.registers.bundled import sample_register
from lifecycle.service.registers.reading import read_register
from tests.api.desk import Answer, Desk, Json

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("at_work")]
PATIENCE_SECONDS = 120
SMALL = """key,name,portfolio,cost,finish,aims
T-1,Tunnel,rail,5.5,2030-01-01,Dig.
T-2,Bridge,rail,unknown,2031-01-01,Span.
"""
MAPPING = """
mapping: small
key: key
name: name
portfolio: portfolio
facts:
  whole_life_cost: {column: cost, as: money, unit: GBP, scale: 1000000}
  finish: {column: finish, as: date}
  aims: {column: aims, as: text}
"""


async def send(
    desk: Desk, content: bytes | str, name: str = "small.csv", person: str = "analyst", **form: str
) -> Answer:
    data = content.encode() if isinstance(content, str) else content
    fields = form if "mapping" in form else {"mapping_document": MAPPING, **form}
    return await desk.post(person, "/imports", files={"file": (name, data, "text/csv")}, data=fields)


async def ended(desk: Desk, begun: Answer) -> Json:
    """The import when it is over."""
    assert begun.status == 201, begun.json
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (found := (await desk.get("analyst", f"/imports/{begun.json['id']}")).json)["status"] == "running":
        assert time.monotonic() < deadline, found
        await asyncio.sleep(0.05)
    return found


async def import_(desk: Desk, content: bytes | str, **form: Any) -> Json:
    return await ended(desk, await send(desk, content, **form))


async def rows(desk: Desk, done: Json, **query: Any) -> list[Json]:
    """Every row of an import, page after page."""
    found: list[Json] = []
    cursor: str | None = None
    while True:
        page = await desk.get(
            "analyst", f"/imports/{done['id']}/rows", params={**query, **({"cursor": cursor} if cursor else {})}
        )
        found += page.json["items"]
        cursor = page.json["next_cursor"]
        if cursor is None:
            return found


async def test_a_small_register_is_taken_in_and_amended(desk: Desk) -> None:
    first = await import_(desk, SMALL, manager="pm", sponsor="sponsor")
    assert (first["status"], first["counts"]["registered"], first["rows_done"]) == ("done", 2, 2)
    tunnel = (await desk.get("pm", "/projects/T-1")).json
    assert (tunnel["manager"], tunnel["portfolio"], tunnel["facts"]) == (
        "pm",
        "rail",
        {"whole_life_cost": 550_000_000, "finish": "2030-01-01"},
    )
    assert "whole_life_cost" not in (await desk.get("pm", "/projects/T-2")).json["facts"]
    second = await import_(desk, SMALL.replace("Tunnel", "Long tunnel").replace("rail,unknown", "rail,7"))
    assert second["counts"] == {"registered": 0, "updated": 2, "unchanged": 0, "refused": 0, "invalid": 0}
    changed = {row["key"]: row["changes"] for row in await rows(desk, second)}
    assert changed["T-1"] == [{"what": "name", "before": "Tunnel", "after": "Long tunnel"}]
    assert changed["T-2"] == [{"what": "whole_life_cost", "before": None, "after": 700_000_000}]
