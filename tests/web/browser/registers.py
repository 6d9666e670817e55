"""Registers of projects as people bring them: with good rows, and with some that cannot be taken in."""

import asyncio
import time
from typing import Any

from tests.api.desk import fresh_key
from tests.web.browser.house import PATIENCE_MS, House

HEAD = "Project ID;Title;Division;Phase;Whole life cost (£m);Budget (£m);Start date;End date;Risk;Delivery confidence"
LINES = (
    ("Footbridge at the lock", "Rail", "Planning", "12,5", "3", "01.04.2026", "30.06.2029", "low", "Green"),
    ("Signal boxes, northern line", "Rail", "Execution", "148", "41,5", "01.09.2024", "31.12.2028", "medium", "Amber"),
    ("Ferry terminal", "Ports", "", "7,25", "1", "02.02.2026", "", "low", "Amber/Green"),
    ("Ring road, third part", "Roads", "Initiation", "389", "tbc", "", "30.11.2031", "high", "Amber/Red"),
)


class Registry:
    """A register with projects of its own; the last two of its rows cannot be taken in."""

    def __init__(self) -> None:
        self.keys = [fresh_key() for _ in LINES]
        rows = [";".join([key, *line]) for key, line in zip(self.keys, LINES, strict=True)]
        bad = [
            f"{fresh_key()};Tunnel to nowhere;Rail;Dreaming;1;1;01.01.2027;01.01.2028;low;Green",
            "no key;Quay wall;Ports;Planning;4,5;1;31.02.2027;01.01.2028;low;Green",
        ]
        self.content = "\n".join([HEAD, *rows, *bad, ""]).encode()


async def upload(house: House, content: bytes, name: str = "portfolio.csv") -> str:
    """A register that the analyst has uploaded; its id."""
    answer = await house.desk.post("analyst", "/registers", files={"file": (name, content)})
    assert answer.status == 201, answer.json
    return str(answer.json["id"])


async def imported(house: House, upload_id: str, *, dry_run: bool = False) -> str:
    """An import of an uploaded register under the suggested mapping, when it has ended; its id."""
    document = (await house.desk.get("analyst", f"/registers/{upload_id}")).json["mapping_document"]
    order = {"mapping_document": document, "manager": "pm", "sponsor": "sponsor", "dry_run": dry_run}
    begun = await house.desk.post("analyst", f"/registers/{upload_id}/imports", order)
    assert begun.status == 201, begun.json
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while (await _state(house, begun.json["id"]))["status"] == "running":
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    return str(begun.json["id"])


async def _state(house: House, id_: str) -> dict[str, Any]:
    return (await house.desk.get("analyst", f"/imports/{id_}")).json
