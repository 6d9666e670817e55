"""Policies published, adopted and offered; evidence given back."""

from typing import Any

import pytest
import yaml

from lifecycle.service.policy_files import DEFAULT, library_text
from tests.api.desk import PDF, Desk, Project
from tests.policies import WORKS

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("at_work")]


def edition(version: int, **changes: Any) -> dict[str, Any]:
    """A later edition of the default policy, as text."""
    document = yaml.safe_load(library_text(DEFAULT))
    return {"source": yaml.safe_dump({**document, "version": version, **changes}), "name": f"v{version}.yaml"}


async def test_an_edition_is_published_once_and_read_by_everybody(desk: Desk) -> None:
    first = await desk.publish(edition(2))
    assert first.status == 201, first.json
    assert (await desk.publish(edition(2))).json["digest"] == first.json["digest"]
    other = await desk.publish(edition(2, title="Another"))
    assert other.refused == (409, "edition_exists")
    assert (await desk.post("pm", "/policies/proposals", {**edition(3), "reason": "Why not."})).refused == (
        403,
        "not_permitted",
    )
    listed = (await desk.get("pm", "/policies")).json["items"]
    assert [(ref["id"], ref["version"]) for ref in listed] == [(DEFAULT, 1), (DEFAULT, 2)]
    assert (await desk.get("pm", f"/policies/{DEFAULT}")).json["version"] == 2
    assert (await desk.get("pm", f"/policies/{DEFAULT}/versions/1")).json["source"] == library_text(DEFAULT)
    assert (await desk.get("pm", f"/policies/{DEFAULT}/versions/9")).refused == (404, "unknown_edition")


async def test_two_editions_are_compared_gate_by_gate(desk: Desk) -> None:
    gates = yaml.safe_load(library_text(DEFAULT))["gates"]
    gates["charter"]["evidence"]["succession"] = {"kind": "document"}
    await desk.publish(edition(2, gates=gates))
    seen = (await desk.get("pm", f"/policies/{DEFAULT}/versions/1/difference", params={"to": 2})).json
    assert seen["gates"]["charter"] == "stricter"
    assert {direction for gate, direction in seen["gates"].items() if gate != "charter"} == {"same"}
    assert [(each["aspect"], each["witness"]) for each in seen["differences"]] == [("evidence.succession", "")]
    unknown = await desk.get("pm", f"/policies/{DEFAULT}/versions/1/difference", params={"to": 9})
    assert unknown.refused == (404, "unknown_edition")


async def test_a_version_below_the_published_ones_is_refused(desk: Desk) -> None:
    assert (await desk.publish(edition(5))).status == 201
    below = await desk.publish(edition(4))
    assert below.refused == (422, "policy_invalid")
    assert below.json["faults"][0]["line"] > 0


async def test_an_impossible_quorum_or_calendar_keeps_a_policy_from_being_published(desk: Desk) -> None:
    gates = {
        **WORKS["gates"],
        "handover": {**WORKS["gates"]["handover"], "approvals": {"all": [{"role": "astrologer"}]}},
    }
    for change in (
        {"gates": gates},
        {"calendar": {"timezone": "Europe/Atlantis"}},
        {"calendar": {"hours": "17:00-09:00"}},
    ):
        source = yaml.safe_dump({**WORKS, **change})
        assert (await desk.publish({"source": source})).refused == (422, "policy_invalid")
        report = (await desk.post("director", "/policies/check", {"source": source})).json
        assert not report["publishable"]
        assert all(fault["line"] for fault in report["faults"])


async def test_a_project_adopts_an_edition_now_or_at_its_next_stage(desk: Desk) -> None:
    project, other = await desk.register(), await desk.register()
    await desk.publish(edition(2))
    body = {"policy": DEFAULT, "version": 2, "reason": "Stricter now."}
    offered = await project.done("director", "/policy", body)
    assert (offered["project"]["policy"]["version"], offered["project"]["next_policy"]["version"]) == (1, 2)
    bound = await other.done("director", "/policy", {**body, "at_once": True})
    assert (bound["project"]["policy"]["version"], bound["project"]["next_policy"]) == (2, None)
    assert (await other.ask("director", "/policy", body)).refused == (409, "nothing_changed")
    assert (await other.ask("pm", "/policy", body)).refused == (403, "not_permitted")
    missing = await other.ask("director", "/policy", {**body, "version": 9})
    assert missing.refused == (404, "unknown_edition")


async def test_a_new_edition_is_offered_to_whoever_runs_under_an_older_one_once(desk: Desk) -> None:
    projects = [await desk.register() for _ in range(3)]
    await projects[2].done("director", "/kill", {"reason": "Not needed."})
    assert await desk.office.offers.offer() == 0
    await desk.publish(edition(2))
    assert await desk.office.offers.offer() == 2
    assert await desk.office.offers.offer() == 0
    versions = [(await project.read("director"))["next_policy"] for project in projects]
    assert [ref and ref["version"] for ref in versions] == [2, 2, None]
    desk.office.offers._made.clear()
    assert await desk.office.offers.offer() == 0


async def supplied(project: Project) -> str:
    """The digest of the business case."""
    state = await project.desk.office.settling.state(project.key)
    assert state
    return state.rounds["charter"].evidence["business_case"].digest


async def test_a_file_comes_back_as_it_was_to_be_saved_and_never_shown(desk: Desk) -> None:
    project = await desk.register()
    await project.upload()
    digest = await supplied(project)
    answer = await desk.get(
        "sponsor", f"/projects/{project.key}/evidence/{digest}", headers={"Accept": "application/pdf"}
    )
    headers = answer.response.headers
    assert (answer.status, answer.response.content) == (200, PDF)
    assert headers["content-type"] == "application/pdf"
    assert headers["content-disposition"] == "attachment; filename*=UTF-8''business_case.pdf"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"].startswith("sandbox")


async def test_a_file_of_one_project_is_not_given_out_by_another(desk: Desk) -> None:
    project, other = await desk.register(), await desk.register()
    await project.upload()
    digest = await supplied(project)
    assert (await desk.get("sponsor", f"/projects/{other.key}/evidence/{digest}")).refused == (404, "evidence_missing")


async def test_a_file_is_looked_into_by_whoever_may_have_it(desk: Desk) -> None:
    project, other = await desk.register(), await desk.register()
    await project.upload(content=b"option;cost\nabsorb;2\n", name="options.csv", media_type="text/csv")
    digest = await supplied(project)
    found = (await desk.get("sponsor", f"/projects/{project.key}/evidence/{digest}/excerpt")).json
    assert (found["title"], found["rows"], found["more"]) == (
        "options.csv",
        [["option", "cost"], ["absorb", "2"]],
        False,
    )
    elsewhere = await desk.get("sponsor", f"/projects/{other.key}/evidence/{digest}/excerpt")
    assert elsewhere.refused == (404, "evidence_missing")
    await project.upload()
    found = (await desk.get("sponsor", f"/projects/{project.key}/evidence/{await supplied(project)}/excerpt")).json
    assert (found["media_type"], found["lines"], found["rows"]) == ("application/pdf", [], [])


async def test_evidence_comes_in_four_forms(desk: Desk) -> None:
    project = await desk.register()
    link = {"kind": "link", "url": "https://example.org/case?version=2", "title": "Business case"}
    await project.done("pm", "/gates/charter/evidence/business_case", link, method="PUT")
    await project.prepare()
    state = await desk.office.settling.state(project.key)
    assert state
    evidence = state.rounds["charter"].evidence
    assert {item: (known.kind.value, known.version) for item, known in evidence.items()} == {
        "business_case": ("document", 2),
        "no_conflict": ("attestation", 1),
        "assessment": ("form", 1),
    }
    assert evidence["no_conflict"].title == "I know of no undeclared conflict of interest in this project."
    assert {known.author for known in evidence.values()} == {"pm"}
    rehearsal = (await project.ask("sponsor", "/gates/charter/rehearsals")).json
    assert (rehearsal["missing"], rehearsal["ready"]) == ([], False)
    assert rehearsal["refusal"]["reason"] == "not_permitted"
    assert (await project.ask("pm", "/gates/charter/rehearsals")).json["ready"]
