"""What a draft would do is asked over HTTP by those who look after the portfolio, and told by name."""

import asyncio
import time
from typing import Any

import pytest
import yaml

from lifecycle.service.policy_files import DEFAULT, library_text
from tests.api.desk import Answer, Desk, Json

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("at_work")]

PATIENCE_SECONDS = 60


def draft(**more: Any) -> Json:
    """A later edition of the default policy, whose charter wants to know who the sponsor's deputy is."""
    document = yaml.safe_load(library_text(DEFAULT))
    document["version"] = 2
    document["gates"]["charter"]["evidence"]["succession"] = {"kind": "document"}
    return {"source": yaml.safe_dump(document), "name": "draft.yaml", **more}


async def ended(desk: Desk, begun: Answer) -> Json:
    assert begun.status == 201, begun.json
    assert begun.response.headers["location"] == f"/api/v1/policies/what-ifs/{begun.json['id']}"
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (found := (await desk.get("analyst", f"/policies/what-ifs/{begun.json['id']}")).json)["status"] == "running":
        assert time.monotonic() < deadline, found
        await asyncio.sleep(0.02)
    return found


async def test_a_draft_is_tried_on_the_open_projects_and_nothing_changes(desk: Desk) -> None:
    project = await desk.register()
    await project.prepare()
    before = await project.read()
    done = await ended(desk, await desk.post("analyst", "/policies/what-ifs", draft()))
    assert (done["status"], done["projects_done"], done["effects"]) == ("done", 1, {"changed": 1})
    assert done["summary"]["newly_blocked"] == [{"project": project.key, "gate": "charter"}]
    (line,) = (await desk.get("analyst", f"/policies/what-ifs/{done['id']}/projects")).json["items"]
    (shift,) = line["foreseen"]["gates"]
    assert [changed["requirement"] for changed in shift["changed"]] == ["evidence.succession"]
    assert await project.read() == before
    assert len((await desk.get("analyst", "/policies")).json["items"]) == 1


async def test_past_decisions_are_judged_again_under_a_draft(desk: Desk) -> None:
    project = await desk.register()
    await project.submit()
    await project.done("sponsor", "/gates/charter/votes", await project.ballot())
    done = await ended(desk, await desk.post("analyst", "/policies/what-ifs", draft(over="past_decisions")))
    assert (done["judged"], done["effects"]) == (1, {"otherwise": 1})
    (line,) = (await desk.get("analyst", f"/policies/what-ifs/{done['id']}/projects")).json["items"]
    (decision,) = line["decisions"]
    assert (decision["outcome"], decision["outcome_after"]) == ("go", None)
    assert decision["reasons"] == ["Succession: not met."]


async def test_a_draft_is_judged_along_for_some_weeks_until_its_owner_stops_it(desk: Desk) -> None:
    until = "2100-01-01T00:00:00Z"
    begun = await desk.post("analyst", "/policies/what-ifs", draft(over="coming_decisions", until=until))
    assert (begun.status, begun.json["status"], begun.json["until"]) == (201, "running", until)
    listed = (await desk.get("analyst", "/policies/what-ifs")).json["items"]
    assert begun.json["id"] in [trial["id"] for trial in listed]
    place = f"/policies/what-ifs/{begun.json['id']}"
    assert (await desk.send("director", "DELETE", place)).refused == (404, "unknown_what_if")
    assert (await desk.send("analyst", "DELETE", place)).json["status"] == "done"


@pytest.mark.parametrize("more", [{"over": "coming_decisions"}, {"until": "2100-01-01T00:00:00Z"}])
async def test_coming_decisions_have_an_end_and_nothing_else_has(desk: Desk, more: Json) -> None:
    refused = await desk.post("analyst", "/policies/what-ifs", draft(**more))
    assert refused.status == 422, refused.json


async def test_the_same_request_is_the_same_trial_and_belongs_to_who_began_it(desk: Desk) -> None:
    first = await desk.post("analyst", "/policies/what-ifs", draft(), key="once")
    again = await desk.post("analyst", "/policies/what-ifs", draft(), key="once")
    assert first.json["id"] == again.json["id"]
    await ended(desk, first)
    other = await desk.get("director", f"/policies/what-ifs/{first.json['id']}")
    assert other.refused == (404, "unknown_what_if")


async def test_who_looks_after_no_portfolio_tries_no_draft_and_no_text_is_taken_for_one(desk: Desk) -> None:
    assert (await desk.post("pm", "/policies/what-ifs", draft())).refused == (403, "not_permitted")
    broken = await desk.post("analyst", "/policies/what-ifs", {"source": "policy: x"})
    assert broken.refused == (422, "policy_invalid")
    assert broken.json["faults"]
    assert (await desk.get("analyst", "/policies/what-ifs/x")).refused == (404, "unknown_what_if")
