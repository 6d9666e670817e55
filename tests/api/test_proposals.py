"""A change of the policy takes two people; what is urgent ends by itself unless a third upholds it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml

from lifecycle.service.policy_files import DEFAULT, library_text
from tests.api.desk import Answer, Desk, Json

pytestmark = pytest.mark.asyncio(loop_scope="session")


def change(version: int = 2, **more: Any) -> Json:
    document = yaml.safe_load(library_text(DEFAULT))
    text = yaml.safe_dump({**document, "version": version})
    return {"source": text, "reason": "The audit asked for it.", **more}


def days_on(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


async def proposed(desk: Desk, by: str = "analyst", **more: Any) -> str:
    answer = await desk.post(by, "/policies/proposals", change(**more))
    assert answer.status == 201, answer.json
    return f"/policies/proposals/{answer.json['id']}"


async def published(desk: Desk, place: str, by: str = "director") -> Answer:
    return await desk.post(by, f"{place}/publication")


async def test_who_writes_a_change_does_not_publish_it(desk: Desk) -> None:
    place = await proposed(desk, by="director")
    assert (await published(desk, place)).refused == (403, "excluded")
    assert (await desk.get("pm", f"/policies/{DEFAULT}")).json["version"] == 1
    edition = await published(desk, place, by="administrator")
    assert (edition.status, edition.json["version"], edition.json["expires_at"]) == (201, 2, None)
    found = (await desk.get("pm", place)).json
    assert (found["status"], found["proposed_by"], found["settled_by"]) == ("published", "director", "administrator")
    assert found["reason"] == "The audit asked for it."
    trail = (await desk.get("auditor", "/events", params={"kind": "refused"})).json["items"]
    assert [record["type"] for record in trail if record["person"] == "director"] == ["publish_policy"]


async def test_a_change_is_proposed_and_published_by_those_who_may(desk: Desk) -> None:
    assert (await desk.post("pm", "/policies/proposals", change())).refused == (403, "not_permitted")
    place = await proposed(desk)
    assert (await published(desk, place, by="analyst")).refused == (403, "not_permitted")
    assert (await published(desk, "/policies/proposals/x")).refused == (404, "unknown_proposal")
    assert (await desk.post("director", "/policies", change())).refused == (405, "method_not_allowed")


async def test_a_change_comes_into_force_on_its_day(desk: Desk) -> None:
    place = await proposed(desk, effective_from=days_on(3))
    assert (await published(desk, place)).status == 201
    assert (await desk.get("pm", f"/policies/{DEFAULT}")).json["version"] == 1


async def test_a_proposal_is_published_once_or_taken_back(desk: Desk) -> None:
    place = await proposed(desk)
    assert (await desk.post("pm", f"{place}/withdrawal", {})).refused == (403, "not_permitted")
    back = await desk.post("analyst", f"{place}/withdrawal", {"remark": "Not yet."})
    assert (back.json["status"], back.json["remark"]) == ("withdrawn", "Not yet.")
    assert (await published(desk, place)).refused == (409, "proposal_settled")
    place = await proposed(desk)
    assert (await published(desk, place)).status == 201
    assert (await published(desk, place)).refused == (409, "proposal_settled")
    waiting = (await desk.get("pm", "/policies/proposals", params={"status": "proposed"})).json["items"]
    assert waiting == []


async def test_what_is_urgent_ends_by_itself_unless_a_third_person_upholds_it(desk: Desk) -> None:
    place = await proposed(desk, until=days_on(5))
    edition = await published(desk, place)
    assert edition.json["expires_at"]
    assert (await desk.get("pm", f"/policies/{DEFAULT}")).json["version"] == 2
    said = {"upheld": True, "remark": "It was right."}
    assert (await desk.post("director", f"{place}/review", said)).refused == (403, "excluded")
    assert [each["status"] for each in (await desk.get("pm", "/policies/proposals")).json["items"]] == ["in_review"]
    upheld = await desk.post("administrator", f"{place}/review", said)
    assert (upheld.json["status"], upheld.json["reviewed_by"]) == ("upheld", "administrator")
    assert (await desk.get("pm", f"/policies/{DEFAULT}/versions/2")).json["expires_at"] is None
    assert (await desk.post("administrator", f"{place}/review", said)).refused == (409, "proposal_settled")


async def test_what_is_urgent_and_not_upheld_is_in_force_no_longer(desk: Desk) -> None:
    place = await proposed(desk, until=days_on(5))
    await published(desk, place)
    ended = await desk.post("administrator", f"{place}/review", {"upheld": False, "remark": "It was not."})
    assert ended.json["status"] == "ended"
    assert (await desk.get("pm", f"/policies/{DEFAULT}")).json["version"] == 1


async def test_break_glass_lasts_days_and_never_months(desk: Desk) -> None:
    for until in (days_on(30), days_on(-1)):
        answer = await desk.post("analyst", "/policies/proposals", change(until=until))
        assert answer.refused == (422, "wrong_value")
    both = await desk.post("analyst", "/policies/proposals", change(until=days_on(2), effective_from=days_on(1)))
    assert both.refused == (422, "wrong_value")


async def test_a_units_policy_extends_the_one_in_force_and_is_never_looser(desk: Desk) -> None:
    rail = f"policy: rail-standard\nversion: 1\nextends: {DEFAULT}\n"
    stricter = "gates: {charter: {approvals: {all: [{role: architecture_board}]}}}\n"
    order = {"source": rail + stricter, "reason": "Rail is dangerous."}
    place = (await desk.post("analyst", "/policies/proposals", order)).response.headers["location"]
    edition = await published(desk, place.removeprefix("/api/v1"))
    assert edition.json["source"] == order["source"]
    looser = {"source": rail + "gates: {charter: {decide_within: 60 working days}}\n", "reason": "No hurry."}
    refused = await desk.post("analyst", "/policies/proposals", looser)
    assert refused.refused == (422, "policy_invalid")
    assert "looser than corporate-standard version 1" in refused.json["detail"]
    absent = {**order, "source": order["source"].replace(DEFAULT, "nowhere")}
    assert (await desk.post("analyst", "/policies/proposals", absent)).refused == (422, "policy_invalid")


async def test_a_change_whose_base_has_moved_is_proposed_anew(desk: Desk) -> None:
    rail = {"source": f"policy: rail-standard\nversion: 1\nextends: {DEFAULT}\n", "reason": "Rail."}
    place = (await desk.post("analyst", "/policies/proposals", rail)).response.headers["location"]
    document = yaml.safe_load(library_text(DEFAULT))
    document["gates"]["charter"]["evidence"]["succession"] = {"kind": "document"}
    await desk.publish({"source": yaml.safe_dump({**document, "version": 2})})
    assert (await published(desk, place.removeprefix("/api/v1"))).refused == (409, "proposal_outdated")


@pytest.mark.usefixtures("at_work")
async def test_a_project_that_an_ended_edition_bound_is_offered_the_one_in_force(desk: Desk) -> None:
    project = await desk.register()
    place = await proposed(desk, until=days_on(5))
    await published(desk, place)
    body = {"policy": DEFAULT, "version": 2, "reason": "At once.", "at_once": True}
    await project.done("director", "/policy", body)
    await desk.post("administrator", f"{place}/review", {"upheld": False, "remark": "It was not right."})
    assert await desk.office.offers.offer() == 1
    assert (await project.read())["next_policy"]["version"] == 1


async def test_what_waits_for_a_second_person_stands_in_their_inbox(desk: Desk) -> None:
    place = await proposed(desk, by="director", until=days_on(5))
    assert (await desk.get("director", "/inbox")).json["changes"] == []
    assert (await desk.get("pm", "/inbox")).json["changes"] == []
    (waits,) = (await desk.get("administrator", "/inbox")).json["changes"]
    assert (waits["review"], waits["version"], waits["reason"]) == (False, 2, "The audit asked for it.")
    await published(desk, place, by="administrator")
    assert (await desk.get("administrator", "/inbox")).json["changes"] == []
    await desk.post("administrator", "/roles", {"person": "deputy", "role": "pmo_director"})
    (review,) = (await desk.get("deputy", "/inbox")).json["changes"]
    assert review["review"]
    assert review["due"] == (await desk.get("pm", place)).json["until"]


async def test_a_proposal_is_compared_with_the_edition_in_force(desk: Desk) -> None:
    document = yaml.safe_load(library_text(DEFAULT))
    document["gates"]["charter"]["reauthenticate"] = True
    text = yaml.safe_dump({**document, "version": 2})
    place = await proposed(desk, source=text)
    found = (await desk.get("pm", f"{place}/difference")).json
    assert found["gates"]["charter"] == "stricter"
    assert [each["aspect"] for each in found["differences"]] == ["reauthenticate"]
    other = await proposed(desk, source=yaml.safe_dump({**document, "policy": "quite-new"}))
    assert (await desk.get("pm", f"{other}/difference")).refused == (404, "unknown_edition")
