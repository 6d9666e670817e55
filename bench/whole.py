"""What goes over everything there is, asked for as a program would: the trail as a file, a draft on every project."""

import time
from typing import Any, Final
from urllib.request import Request, urlopen

from api.client import Client
from lifecycle.service.policy_files import DEFAULT, library_text

PATIENCE_SECONDS: Final = 240.0
_CHUNK: Final = 1024 * 1024


def exported(address: str, token: str) -> tuple[int, float]:
    """How many rows of the audit trail came as a file, and in how many seconds."""
    began, rows = time.perf_counter(), 0
    asked = Request(f"{address}/api/v1/events/export", headers={"Authorization": f"Bearer {token}"})
    with urlopen(asked) as answer:
        while chunk := answer.read(_CHUNK):
            rows += chunk.count(b"\n")
    return rows, time.perf_counter() - began


def what_if_seconds(address: str, token: str) -> tuple[int, float]:
    """How many projects a stricter draft was tried on, and in how many seconds; RuntimeError if it did not end well."""
    draft = library_text(DEFAULT).replace("version: 1", "version: 2").replace("over: 10%", "over: 5%")
    with Client(address, token) as client:
        began = time.perf_counter()
        view: dict[str, Any] = client.send("POST", "/policies/what-ifs", {"source": draft})
        while view["status"] == "running" and time.perf_counter() - began < PATIENCE_SECONDS:
            time.sleep(0.1)
            view = client.get(f"/policies/what-ifs/{view['id']}")
        took = time.perf_counter() - began
    if view["status"] != "done" or view["projects_done"] != view["projects_total"]:
        raise RuntimeError(f"the trial of a draft came to {view}")
    return int(view["projects_done"]), took
