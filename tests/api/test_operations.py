"""What a monitoring system sees: counts of this process, and of what the records hold."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.api.desk import Desk

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("at_work")]


async def figures(desk: Desk) -> dict[str, float]:
    answer = await desk.get("auditor", "/../../metrics")
    assert answer.status == 200
    assert answer.response.headers["content-type"].startswith("text/plain")
    return {
        "".join([sample.name, *(f"/{value}" for _, value in sorted(sample.labels.items()))]): sample.value
        for family in text_string_to_metric_families(answer.response.text)
        for sample in family.samples
    }


async def test_the_figures_follow_what_happens(desk: Desk) -> None:
    before = await figures(desk)
    assert before.get("lifecycle_projects/active", 0) == 0
    project = await desk.register()
    await project.ask("sponsor", "/gates/charter/submission")
    after = await figures(desk)
    assert after["lifecycle_projects/active"] == 1
    assert after["lifecycle_notices_waiting"] > before["lifecycle_notices_waiting"]
    assert (after["lifecycle_commands_unsettled"], after["lifecycle_imports_running"]) == (0, 0)
    for outcome in ("done", "refused"):
        name = f"lifecycle_command_seconds_count/{outcome}"
        assert after[name] == before.get(name, 0) + 1


async def test_who_does_not_see_the_portfolio_sees_no_figures(desk: Desk) -> None:
    assert (await desk.get("pm", "/../../metrics")).refused == (403, "not_permitted")
    assert (await desk.send(None, "GET", "/../../metrics")).refused == (401, "not_signed_in")
