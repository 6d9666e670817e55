"""A project goes through its first gate by the API alone."""

import pytest

from tests.api.desk import Desk

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("at_work")]


async def test_a_charter_is_prepared_submitted_and_approved(desk: Desk) -> None:
    project = await desk.register()
    rehearsal = (await project.ask("pm", "/gates/charter/rehearsals")).json
    assert not rehearsal["ready"]
    assert set(rehearsal["missing"]) >= {"evidence.business_case", "evidence.no_conflict"}
    await project.submit()
    assert (await project.round())["status"] == "submitted"
    decided = await project.done("sponsor", "/gates/charter/votes", await project.ballot())
    assert [event["type"] for event in decided["events"]] == [
        "person:vote:cast",
        "person:gate:decided",
        "policy:stage:entered",
        "policy:round:opened",
    ]
    assert (decided["project"]["stage"], decided["version"]) == ("planning", decided["project"]["version"])
    assert await project.read() == decided["project"]


async def test_the_way_to_a_go_names_who_owes_what(desk: Desk) -> None:
    project = await desk.register()
    way = (await desk.send("pm", "GET", f"/projects/{project.key}/gates/charter/way")).json
    assert way["reaches"]
    assert way["stops"][-1]["action"] == "cast_vote"
    assert {stop["by"] for stop in way["stops"]} == {"pm", "sponsor"}
    unknown = await desk.send("pm", "GET", f"/projects/{project.key}/gates/nothing/way")
    assert unknown.refused == (404, "unknown_gate")
