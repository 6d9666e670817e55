"""A register of a thousand projects, imported as an analyst would."""

import time
from datetime import date, timedelta
from typing import Any, Final

from api.client import Client

COLUMNS: Final = "key,name,department,cost,start,finish,rating"
MAPPING: Final = """
mapping: measured
key: key
name: name
portfolio: department
facts:
  whole_life_cost: {column: cost, as: money, unit: GBP, scale: 1000000}
  start: {column: start, as: date}
  finish: {column: finish, as: date}
  delivery_confidence: {column: rating, as: choice, of: {Green: green, Amber: amber, Red: red}}
"""
PATIENCE_SECONDS: Final = 240.0


def register(rows: int) -> bytes:
    """A register of so many rows, as CSV."""
    lines = [COLUMNS]
    for row in range(rows):
        start = date(2020, 1, 1) + timedelta(days=row)
        rating = ("Green", "Amber", "Green", "Amber", "Red")[row % 5]
        finish = start + timedelta(days=900)
        lines.append(f"I-{row},Project {row},Department {row % 20},{row % 90 + 1}.5,{start},{finish},{rating}")
    return "\n".join([*lines, ""]).encode()


def import_seconds(address: str, token: str, rows: int) -> float:
    """Seconds from the upload until every row is registered; RuntimeError if one is not."""
    with Client(address, token) as client:
        began = time.perf_counter()
        file = ("register.csv", register(rows), "text/csv")
        view: dict[str, Any] = client.upload("POST", "/imports", file, mapping_document=MAPPING)
        while view["status"] == "running" and time.perf_counter() - began < PATIENCE_SECONDS:
            time.sleep(0.1)
            view = client.get(f"/imports/{view['id']}")
        took = time.perf_counter() - began
    if view["status"] != "done" or view["counts"].get("registered") != rows:
        raise RuntimeError(f"the import came to {view}")
    return took
