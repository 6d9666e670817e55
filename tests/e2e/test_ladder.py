"""Nobody votes: the ladder runs by itself, each step once, while worker, engine and API are restarted in between."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.e2e.governed import Project
from tests.e2e.product import Product

pytestmark = pytest.mark.xdist_group("product")

LEAD = timedelta(seconds=20)
"""How long before the working day begins the gate is submitted; in between everything is restarted."""
SECONDS = 150.0
POLICY = """
policy: short-days
version: 1
calendar: {{timezone: {zone}, week: mon-sun, hours: "{opens:%H:%M}-{closes:%H:%M}"}}
stages: [idea, work]
gates:
  start:
    from: idea
    to: work
    approvals: {{all: [{{role: sponsor}}]}}
    decide_within: 0 working days
    ladder:
      - {{after: 0 working days, notify: pmo_director}}
      - {{after: 1 working day, widen_to: deputy}}
"""
"""Working days of one minute, which begin with the next full minute: no time at all is over when the first begins."""


def next_opening() -> datetime:
    """The next full minute that leaves time to prepare, in a zone where it is about noon."""
    now = datetime.now(UTC)
    zone = ZoneInfo(f"Etc/GMT{now.hour - 12:+d}")
    return (now + LEAD).replace(second=0, microsecond=0).astimezone(zone) + timedelta(minutes=1)


def test_the_ladder_runs_while_everything_is_restarted(product: Product) -> None:
    opens = next_opening()
    text = POLICY.format(zone=opens.tzinfo, opens=opens, closes=opens + timedelta(minutes=1))
    proposal = product.person("analyst").does("POST", "/policies/proposals", {"source": text, "reason": "Short days."})
    product.person("director").does("POST", f"/policies/proposals/{proposal['id']}/publication")
    tram = Project.register(product, policy="short-days", facts={})
    submitted = tram.submit("start")
    assert submitted["project"]["rounds"][0]["due"] == opens.astimezone(UTC).isoformat().replace("+00:00", "Z")
    ahead = tram.gate("start")["ladder"]
    assert [(step["action"], step["role"], step["taken"]) for step in ahead] == [
        ("notify", "pmo_director", False),
        ("widen", "deputy", False),
    ]

    product.restart("worker")
    product.kill("temporal")()
    late = _overdue(tram, steps=1)
    assert (late["gate"], late["next_step"]["action"], late["held_by"]) == ("start", "widen", ["sponsor"])
    product.restart("api")
    product.kill("worker")()
    late = _overdue(tram, steps=2)
    assert (late["next_step"], late["held_by"]) == (None, ["deputy", "sponsor"])

    trail = tram.by("auditor").lists(tram.at("events"), type="clock:ladder:stepped")
    steps = [(record["content"]["event"]["action"], _instant(record)) for record in reversed(trail)]
    planned = [(step["action"], datetime.fromisoformat(step["at"])) for step in ahead]
    assert [action for action, _ in steps] == [action for action, _ in planned], "each step once, and in order"
    for (_, taken), (_, due) in zip(steps, planned, strict=True):
        assert taken >= due, "never early"
    decided = tram.vote("start", "deputy")
    assert decided["project"]["stage"] == "work"


def _overdue(tram: Project, steps: int) -> Any:
    """The gate in the list of what is late, once so many steps of its ladder were taken."""
    deadline = time.monotonic() + SECONDS
    while True:
        found = [line for line in tram.by("director").lists("/overdue") if line["project"] == tram.key]
        if found and found[0]["ladder_level"] >= steps:
            assert found[0]["ladder_level"] == steps
            return found[0]
        assert time.monotonic() < deadline, found
        time.sleep(0.2)


def _instant(record: Any) -> datetime:
    return datetime.fromisoformat(record["at"])
