"""The way to a go, asked by people and then gone by them."""

import pytest

from tests.api.desk import Desk, Json, Project

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("at_work")]

WORDS = {"rationale": "It is worth doing."}


async def way(project: Project, gate: str, person: str = "pm") -> Json:
    """The way as somebody is told it."""
    answer = await project.desk.get(person, f"/projects/{project.key}/gates/{gate}/way")
    assert answer.status == 200, answer.json
    return answer.json


async def step(project: Project, stop: Json) -> None:
    """Somebody does what the way says, each by the route for it."""
    gate, who = f"/gates/{stop['gate']}", stop["by"]
    match stop["action"]:
        case "supply_evidence" if stop["values"]:
            answers = {"strategic_fit": 0, "urgency": 0, **stop["values"]}
            await project.done(
                who, f"{gate}/evidence/{stop['subject']}", {"kind": "form", "answers": answers}, method="PUT"
            )
        case "supply_evidence" if stop["subject"] == "no_conflict":
            await project.done(who, f"{gate}/evidence/{stop['subject']}", {"kind": "attestation"}, method="PUT")
        case "supply_evidence":
            await project.upload(stop["subject"], stop["gate"])
        case "amend_facts":
            await project.done(who, "/facts", {"facts": stop["values"]}, method="PATCH")
        case "submit_gate":
            await project.done(who, f"{gate}/submission")
        case "cast_vote":
            await project.done(who, f"{gate}/votes", await seen(project, stop["gate"], verdict="approve"))
        case "decide_gate":
            await project.done(who, f"{gate}/decision", await seen(project, stop["gate"], outcome=stop["subject"]))
        case other:
            raise AssertionError(f"nothing here does {other}")


async def seen(project: Project, gate: str, **said: str) -> Json:
    """What a vote or a decision names of the round that somebody has before them."""
    round_ = await project.round(gate)
    return {"round": round_["number"], "evidence_digest": round_["evidence_digest"], **WORDS, **said}


async def gone(project: Project, gate: str) -> None:
    """People do what they are told, one after the other."""
    for stop in (await way(project, gate))["stops"]:
        await step(project, stop)


async def test_who_does_what_the_way_says_brings_the_project_through_its_gates(desk: Desk) -> None:
    project = await desk.register()
    await gone(project, "charter")
    assert (await project.read())["stage"] == "planning"
    await gone(project, "baseline")
    assert (await project.read())["stage"] == "execution"


async def test_every_step_names_those_who_could_do_it(desk: Desk) -> None:
    project = await desk.register({"whole_life_cost": 900_000_000})
    found = await way(project, "charter")
    assert found["reaches"]
    assert found["earliest"] == found["stops"][-1]["at"]
    (finance,) = [stop for stop in found["stops"] if stop["subject"] == "finance"]
    assert {finance["by"], *finance["others"]} == {"finance-1", "finance-2"}
    assert found["names"][finance["by"]].endswith("finance gatekeeper")


async def test_only_who_may_see_the_project_is_told_its_way(desk: Desk) -> None:
    project = await desk.register()
    assert (await desk.get("pm", f"/projects/{project.key}/gates/no_such_gate/way")).status == 404
    assert (await desk.get("pm", "/projects/P-0/gates/charter/way")).status == 404
