"""What one looks at first, over HTTP: inbox, gates, overdue, portfolio, projects, trail; each within one's reach."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.api.desk import Desk, Json, Project
from tests.api.test_people import newcomer

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("at_work")]


async def inbox(desk: Desk, person: str) -> list[tuple[str, str, str]]:
    found: Json = (await desk.get(person, "/inbox")).json
    return [(item["kind"], item["project"], item["gate"]) for item in found["items"]]


async def submitted(desk: Desk) -> Project:
    project = await desk.register()
    await project.submit()
    return project


async def test_an_inbox_follows_the_gate_from_hand_to_hand(desk: Desk) -> None:
    project = await submitted(desk)
    assert await inbox(desk, "sponsor") == [("vote", project.key, "charter")]
    assert await inbox(desk, "pm") == [("follow", project.key, "charter")]
    question = {"round": 1, "question": "Who pays?"}
    await project.done("sponsor", "/gates/charter/questions", question)
    assert await inbox(desk, "sponsor") == []
    assert await inbox(desk, "pm") == [("answer", project.key, "charter")]
    await project.done("pm", "/gates/charter/answers", {"answer": "The sponsor."})
    await project.done("sponsor", "/gates/charter/votes", await project.ballot("reject"))
    assert await inbox(desk, "sponsor") == []
    assert await inbox(desk, "pm") == [("prepare", project.key, "charter")]


async def test_a_delegate_finds_what_is_waiting_for_the_giver(desk: Desk) -> None:
    project = await submitted(desk)
    ends = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    given = await desk.post("sponsor", "/delegations", {"receiver": "deputy", "ends": ends, "reason": "Away."})
    assert given.status == 201
    (item,) = (await desk.get("deputy", "/inbox")).json["items"]
    assert (item["kind"], item["project"], item["acting_for"]) == ("vote", project.key, "sponsor")
    view = (await project.ask("deputy", "/gates/charter", method="GET", acting_for="sponsor")).json
    allowed = {action["subject"] for action in view["actions"] if action["allowed"]}
    assert "charter.approve" in allowed


async def test_a_gate_page_says_what_is_missing_and_carries_the_version(desk: Desk) -> None:
    project = await desk.register()
    answer = await project.ask("pm", "/gates/charter", method="GET")
    view = answer.json
    assert answer.response.headers["etag"] == f'"{view["version"]}"'
    assert {need["subject"] for need in view["path_to_green"]} >= {"evidence.business_case", "charter", "sponsor"}
    assert all(need["sentence"] and need["remedy"] for need in view["path_to_green"])
    case = next(item for item in view["evidence"] if item["item"] == "business_case")
    assert (case["result"], case["supplied"], bool(case["guidance"])) == ("not_met", None, True)
    seat = {"role": "sponsor", "filled_by": None, "candidates": ["sponsor"], "in_person": False, "heard": False}
    assert view["slots"][0] == seat
    await project.submit()
    late = (await project.ask("pm", "/gates/charter", method="GET")).json
    assert (late["deadline"]["whose"], late["deadline"]["overdue"]) == ("approvers", False)
    assert [step["action"] for step in late["ladder"]][:2] == ["remind", "notify"]


async def test_the_list_of_gates_and_actions_is_whole(desk: Desk) -> None:
    project = await desk.register()
    gates = (await project.ask("pm", "/gates", method="GET")).json["items"]
    assert [(gate["gate"], gate["is_open"]) for gate in gates][:2] == [("charter", True), ("baseline", False)]
    actions = (await project.ask("pm", "/actions", method="GET")).json
    refused = next(item for item in actions["items"] if item["action"] == "submit_gate")
    assert (refused["allowed"], refused["refusal"]["reason"]) == (False, "not_ready")


async def test_absent_and_forbidden_projects_answer_alike(desk: Desk) -> None:
    await newcomer(desk)
    project = await desk.register()
    for path in ("", "/gates", "/gates/charter", "/actions", "/events"):
        hidden = await desk.get("newcomer", f"/projects/{project.key}{path}")
        absent = await desk.get("newcomer", f"/projects/NONE{path}")
        assert hidden.refused == (404, "unknown_project")
        assert hidden.json == absent.json
    assert (await project.ask("pm", "/gates/party", method="GET")).refused == (404, "unknown_gate")


async def test_projects_are_found_in_pages_within_reach(desk: Desk) -> None:
    await newcomer(desk)
    keys = [(await desk.register(portfolio=portfolio)).key for portfolio in ("rail", "road", "rail")]
    found: list[str] = []
    query: dict[str, str] | None = {"limit": "1", "portfolio": "rail", "text": "footBRIDGE"}
    while query:
        page = (await desk.get("analyst", "/projects", params=query)).json
        found += [line["key"] for line in page["items"]]
        query = {**query, "cursor": page["next_cursor"]} if page["next_cursor"] else None
    assert found == sorted([keys[0], keys[2]])
    assert (await desk.get("newcomer", "/projects")).json["items"] == []
    line = (await desk.get("pm", "/projects", params={"stage": "initiation"})).json["items"][0]
    assert (line["next_gates"], line["open_gates"], line["days_in_stage"]) == (["charter"], ["charter"], 0)
    assert (await desk.get("pm", "/projects", params={"cursor": "rubbish"})).refused == (422, "bad_cursor")


async def test_the_board_counts_what_one_may_see(desk: Desk) -> None:
    await newcomer(desk)
    project = await desk.register()
    await project.done("sponsor", "/hold", {"reason": "No staff."})
    board = (await desk.get("director", "/portfolio")).json
    assert (board["total"], board["by_status"], board["by_tier"]) == (1, {"on_hold": 1}, {"light": 1})
    assert (await desk.get("newcomer", "/portfolio")).json["total"] == 0


async def test_nothing_is_overdue_at_first(desk: Desk) -> None:
    await submitted(desk)
    assert (await desk.get("director", "/overdue")).json == {"items": [], "total": 0, "next_cursor": None}


async def test_refused_attempts_stand_in_the_trail_for_auditors(desk: Desk) -> None:
    project = await submitted(desk)
    refused = await project.ask("pm", "/gates/charter/votes", await project.ballot())
    assert refused.status == 403
    audited = (await desk.get("auditor", f"/projects/{project.key}/events")).json["items"]
    assert (audited[0]["kind"], audited[0]["type"], audited[0]["person"]) == ("refused", "cast_vote", "pm")
    seen = (await desk.get("pm", f"/projects/{project.key}/events")).json["items"]
    assert {record["kind"] for record in seen} == {"event"}
    assert (await desk.get("pm", "/events")).refused == (403, "not_permitted")
    query = {"project": project.key, "kind": "refused", "person": "pm"}
    assert [record["n"] for record in (await desk.get("auditor", "/events", params=query)).json["items"]] == [
        audited[0]["n"]
    ]


async def test_the_trail_is_taken_away_as_a_file(desk: Desk) -> None:
    project = await submitted(desk)
    query = {"project": project.key}
    lines = (await desk.get("auditor", "/events/export", params=query)).response.text.splitlines()
    records = [json.loads(line) for line in lines]
    assert [record["n"] for record in records] == list(range(1, len(records) + 1))
    assert records[1]["previous"] == records[0]["digest"]
    sheet = await desk.get("auditor", "/events/export", params={**query, "format": "csv"})
    assert sheet.response.headers["content-disposition"].startswith("attachment")
    rows = list(csv.DictReader(io.StringIO(sheet.response.content.decode("utf-8-sig"), newline="")))
    assert [row["type"] for row in rows] == [record["type"] for record in records]


async def test_one_looks_for_what_is_kept_since_a_moment(desk: Desk) -> None:
    await desk.register()
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    assert (await desk.get("auditor", "/events", params={"since": later})).json["items"] == []
    assert (await desk.get("auditor", "/events", params={"since": "yesterday"})).refused == (422, "malformed")


async def test_the_portfolio_is_taken_away_as_a_file(desk: Desk) -> None:
    project = await desk.register()
    workbook = await desk.get("director", "/portfolio/export")
    assert (workbook.status, workbook.response.content[:2]) == (200, b"PK")
    assert workbook.response.headers["content-disposition"] == "attachment; filename=portfolio.xlsx"
    sheet = await desk.get("director", "/portfolio/export", params={"format": "csv", "stage": "initiation"})
    rows = list(csv.DictReader(io.StringIO(sheet.response.content.decode("utf-8-sig"))))
    assert project.key in [row["key"] for row in rows]
    assert rows[0]["whole_life_cost (GBP)"] == "100000.00"
    empty = await desk.get("director", "/portfolio/export", params={"format": "csv", "stage": "closing"})
    assert empty.response.text.count("\r\n") == 1


async def test_indicators_are_those_of_what_one_sees(desk: Desk) -> None:
    project = await submitted(desk)
    await project.done("sponsor", "/gates/charter/votes", await project.ballot())
    found = (await desk.get("director", "/kpis")).json
    assert found["decisions"][-1]["decisions"] == {"go": 1}
    assert [(gate["gate"], gate["rounds"]) for gate in found["gates"]] == [("charter", 1)]
    elsewhere = (await desk.get("director", "/kpis", params={"portfolio": "nowhere"})).json
    assert (elsewhere["gates"], elsewhere["grid"]) == ([], [])
    await newcomer(desk)
    assert (await desk.get("newcomer", "/kpis")).json["gates"] == []
