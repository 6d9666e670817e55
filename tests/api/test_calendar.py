"""A calendar of one's deadlines, at a secret address that is shown once."""

import pytest

from tests.api.desk import Desk

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("at_work")]


async def test_a_calendar_of_ones_deadlines_is_opened_and_closed_by_the_api(desk: Desk) -> None:
    project = await desk.register()
    await project.submit()
    assert (await desk.get("sponsor", "/me/calendar")).json == {"since": None, "address": None}
    opened = await desk.post("sponsor", "/me/calendar", key="once")
    assert opened.status == 201
    path = "/calendar/" + opened.json["address"].partition("/calendar/")[2]
    assert f"/projects/{project.key}/gates/charter" in (await desk.http.get(path)).text.replace("\r\n ", "")
    again = (await desk.post("sponsor", "/me/calendar", key="once")).json
    assert again == {**opened.json, "address": None}
    assert (await desk.get("sponsor", "/me/calendar")).json["since"] == opened.json["since"]
    assert (await desk.send("sponsor", "DELETE", "/me/calendar")).json == {"changed": True}
    assert (await desk.http.get(path)).status_code == 404
