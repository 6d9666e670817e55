"""A new edition is brought to running projects: planned, a canary first, then the others, and taken back."""

import asyncio

import pytest

from lifecycle.service.policy_files import library_text
from tests.api.desk import Desk, Json

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("at_work")]

DEADLINE_SECONDS = 60.0


async def reached(desk: Desk, rollout: str, phase: str) -> Json:
    """The roll-out once it has come to a phase."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while True:
            seen = (await desk.send("director", "GET", f"/rollouts/{rollout}")).json
            if seen["phase"] == phase:
                return seen
            await asyncio.sleep(0.05)


async def version_of(desk: Desk, key: str) -> int:
    found: int = (await desk.send("director", "GET", f"/projects/{key}")).json["policy"]["version"]
    return found


async def test_an_edition_is_rolled_out_behind_a_canary_and_taken_back(desk: Desk) -> None:
    first, second, third = [(await desk.register()).key for _ in range(3)]
    second_edition = library_text("corporate-standard").replace("version: 1", "version: 2", 1)
    published = await desk.publish({"source": second_edition, "name": "policy.yaml"})
    assert published.status == 201, published.json
    order = {"policy": "corporate-standard", "version": 2, "reason": "A better edition.", "canary": 1, "slice": 1}
    planned = (await desk.send("director", "POST", "/rollouts", {**order, "leave_out": [third]})).json
    assert planned["phase"] == "planned"
    assert planned["counts"]["left"] >= 1
    assert await version_of(desk, first) == 1
    refused = await desk.send("pm", "POST", "/rollouts", order)
    assert refused.refused == (403, "not_permitted")

    await desk.send("director", "POST", f"/rollouts/{planned['id']}/start")
    watched = await reached(desk, planned["id"], "watching")
    assert watched["counts"]["bound"] == 1
    await desk.send("director", "POST", f"/rollouts/{planned['id']}/moves", {"move": "go_on"})
    done = await reached(desk, planned["id"], "done")
    assert done["counts"].get("waiting", 0) == 0
    assert (await version_of(desk, first), await version_of(desk, second), await version_of(desk, third)) == (2, 2, 1)

    await desk.send("director", "POST", f"/rollouts/{planned['id']}/moves", {"move": "roll_back"})
    back = await reached(desk, planned["id"], "rolled_back")
    assert back["counts"].get("bound", 0) == 0
    assert (await version_of(desk, first), await version_of(desk, second)) == (1, 1)
    late = await desk.send("director", "POST", f"/rollouts/{planned['id']}/moves", {"move": "go_on"})
    assert late.status == 409
    page = (await desk.send("director", "GET", f"/rollouts/{planned['id']}/projects?status=left")).json
    assert third in [line["project"] for line in page["items"]]


async def test_what_is_no_rollout_is_told(desk: Desk) -> None:
    assert (await desk.send("director", "GET", "/rollouts/nothing")).refused == (404, "unknown_rollout")
    order = {"policy": "corporate-standard", "version": 99, "reason": "No such edition."}
    assert (await desk.send("director", "POST", "/rollouts", order)).refused == (404, "unknown_edition")
    planned = (await desk.send("director", "POST", "/rollouts", {**order, "version": 1})).json
    early = await desk.send("director", "POST", f"/rollouts/{planned['id']}/moves", {"move": "pause"})
    assert early.refused == (409, "nothing_changed")
