"""The story of a project through HTTP, against the product as people run it: from what is missing to closing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.e2e.governed import EVIDENCE, PDF, Project, tags
from tests.e2e.people import Refused
from tests.e2e.product import Product

pytestmark = pytest.mark.xdist_group("product")


@pytest.fixture
def tram(product: Product) -> Project:
    return Project.register(product)


def soon(days: int = 30) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


def waiting(product: Product, person: str, key: str, acting_for: str | None = None) -> set[tuple[str, str, str | None]]:
    """What waits for somebody on a project: what to do, at which gate, on whose authority."""
    items = product.person(person, acting_for).reads("/inbox")["items"]
    return {(item["kind"], item["gate"], item["acting_for"]) for item in items if item["project"] == key}


def refusals_on_record(tram: Project) -> list[tuple[str, str]]:
    """Who was refused on a project and why, as its trail has it, in order."""
    records = tram.by("auditor").lists(tram.at("events"), kind="refused")
    return [(record["person"], record["content"]["refusal"]["reason"]) for record in reversed(records)]


def test_a_manager_sees_what_is_missing_supplies_it_rehearses_and_submits(tram: Project) -> None:
    needs = {need["subject"]: need for need in tram.gate("charter")["path_to_green"]}
    assert {"evidence.business_case", "score", "sponsor", "finance"} <= set(needs)
    assert all(need["sentence"] and need["remedy"] and need["owed_by"] for need in needs.values())
    early = tram.by("pm").may_not("POST", tram.at("gates", "charter", "submission"))
    assert (early.status, early.reason) == (409, "not_ready")
    assert "evidence.business_case" in early.missing

    for item, supply in EVIDENCE["charter"].items():
        rehearsal = tram.by("pm").does("POST", tram.at("gates", "charter", "rehearsals"))
        assert not rehearsal["ready"]
        assert f"evidence.{item}" in rehearsal["missing"]
        assert tags(tram.supply("charter", item, supply)) == ["person:evidence:supplied"]
    assert tram.by("pm").does("POST", tram.at("gates", "charter", "rehearsals"))["ready"]
    assert tram.read()["rounds"][0]["status"] == "preparing", "a rehearsal changes nothing"

    submitted = tram.submit("charter")
    assert tags(submitted) == ["person:gate:submitted"]
    shown = tram.gate("charter")
    assert shown["round"]["evidence_digest"]
    assert shown["deadline"]["whose"] == "approvers"
    assert shown["version"] == submitted["version"]
    assert {need["subject"] for need in shown["path_to_green"]} == {"sponsor", "finance"}


def test_gatekeepers_find_it_ask_and_vote(product: Product, tram: Project) -> None:
    tram.prepare("charter")
    tram.submit("charter")
    assert waiting(product, "finance-1", tram.key) == {("vote", "charter", None)}
    assert waiting(product, "sponsor", tram.key) == {("vote", "charter", None)}
    assert waiting(product, "pm", tram.key) == {("follow", "charter", None)}
    assert waiting(product, "architect-1", tram.key) == set()

    question = {"round": 1, "question": "What does doing nothing cost?"}
    tram.by("finance-1").does("POST", tram.at("gates", "charter", "questions"), question)
    assert tram.gate("charter")["deadline"]["stopped_at"], "the approvers' clock rests"
    assert waiting(product, "pm", tram.key) == {("answer", "charter", None)}
    votes = tram.at("gates", "charter", "votes")
    hasty = tram.by("sponsor").may_not("POST", votes, tram.ballot("charter"))
    assert hasty.reason == "question_open"

    answer = {"answer": "Two million a year."}
    tram.by("pm").does("POST", tram.at("gates", "charter", "answers"), answer)
    assert tram.gate("charter")["deadline"]["stopped_at"] is None
    assert tags(tram.vote("charter", "sponsor")) == ["person:vote:cast"]
    assert tags(tram.vote("charter", "finance-1")) == [
        "person:vote:cast",
        "person:gate:decided",
        "policy:stage:entered",
        "policy:round:opened",
    ]
    assert waiting(product, "finance-1", tram.key) == set()
    late = tram.by("finance-2").may_not("POST", votes, {**tram.ballot("charter"), "round": 1})
    assert late.reason == "already_decided"


def test_a_vote_that_must_not_count_is_refused_with_reason_and_remedy_and_is_on_record(tram: Project) -> None:
    votes = tram.at("gates", "charter", "votes")
    director = tram.by("director")
    director.does("POST", "/roles", {"person": "pm", "role": "finance", "scope": f"project:{tram.key}"})
    for giver, receiver in (("pm", "finance-2"), ("sponsor", "finance-1")):
        lent = {"receiver": receiver, "ends": soon(), "reason": "Leave.", "scope": f"project:{tram.key}"}
        tram.by(giver).does("POST", "/delegations", lent)
    tram.prepare("charter")
    tram.submit("charter")

    def may_not_vote(person: str, acting_for: str | None = None, **changes: Any) -> Refused:
        return tram.by(person, acting_for).may_not("POST", votes, {**tram.ballot("charter"), **changes})

    own = may_not_vote("pm")
    assert (own.status, own.reason) == (403, "excluded")
    through_a_delegate = may_not_vote("finance-2", "pm")
    assert (through_a_delegate.status, through_a_delegate.reason) == (403, "excluded")
    not_called = may_not_vote("architect-1")
    assert (not_called.status, not_called.reason, not_called.missing) == (403, "no_slot", ("finance", "sponsor"))
    nobodys = may_not_vote("auditor")
    assert (nobodys.status, nobodys.reason) == (403, "not_permitted")

    tram.vote("charter", "finance-1")
    for_another_slot = may_not_vote("finance-1", "sponsor")
    assert (for_another_slot.status, for_another_slot.reason) == (409, "already_voted")

    seen = tram.ballot("charter")
    assert "policy:votes:voided" in tags(tram.supply("charter", "business_case", PDF + b"Second edition.\n"))
    stale = may_not_vote("finance-1", **seen)
    assert (stale.status, stale.reason) == (409, "stale")
    assert tram.read()["stage"] == "initiation"

    expected = [
        ("pm", "excluded"),
        ("finance-2", "excluded"),
        ("architect-1", "no_slot"),
        ("auditor", "not_permitted"),
        ("finance-1", "already_voted"),
        ("finance-1", "stale"),
    ]
    assert refusals_on_record(tram) == expected
    tram.vote("charter", "sponsor")
    tram.vote("charter", "finance-1")
    assert tram.read()["stage"] == "planning", "the same people may vote on what they have seen"


def test_a_project_goes_through_all_its_gates_to_closing(product: Product, tram: Project) -> None:
    tram.prepare("charter")
    tram.submit("charter")
    promise = {"text": "Sign the supplier contract.", "owner": "pm", "due": soon()}
    tram.vote("charter", "sponsor", conditions=[promise])
    decided = tram.vote("charter", "finance-1")
    (owed,) = decided["project"]["conditions"]
    assert (decided["project"]["stage"], owed["status"], owed["owner"]) == ("planning", "open", "pm")
    assert ("prove", "charter", None) in waiting(product, "pm", tram.key)

    tram.prepare("baseline")
    tram.submit("baseline")
    sent_back = tram.vote("baseline", "finance-1", "reject", rationale="The benefits are not planned.")
    assert {"person:gate:decided", "policy:round:opened"} <= set(tags(sent_back))
    second = tram.gate("baseline")
    assert (second["round"]["number"], second["round"]["status"]) == (2, "preparing")
    assert second["earlier"][0]["decision"]["outcome"] == "recycle"
    assert set(second["round"]["evidence"]) == set(EVIDENCE["baseline"]), "going back keeps the evidence"

    tram.by("pm").does("POST", tram.at("hold"), {"reason": "The ground is frozen."})
    held = tram.by("pm").may_not("POST", tram.at("gates", "baseline", "submission"))
    assert held.reason == "project_on_hold"
    tram.by("pm").does("POST", tram.at("resume"), {"reason": "It has thawed."})
    tram.supply("baseline", "benefits_plan", PDF + b"With the benefits.\n")
    tram.submit("baseline")
    tram.vote("baseline", "sponsor")
    assert tram.vote("baseline", "finance-1")["project"]["baseline"]["whole_life_cost"] == 90_000_000
    assert tram.read()["stage"] == "execution"

    worse = {"facts": {"whole_life_cost": 120_000_000}, "reason": "Steel."}
    amended = tram.by("pm").does("PATCH", tram.at("facts"), worse)
    assert "policy:breach:found" in tags(amended)
    tram.prepare("acceptance")
    tram.submit("acceptance")
    assert tags(tram.vote("acceptance", "sponsor")) == ["person:vote:cast"], "no stage gate opens beside an exception"
    tram.prepare("exception")
    tram.submit("exception")
    tram.vote("exception", "sponsor")
    absorbed = tram.decide("exception", "go")
    assert absorbed["project"]["baseline"]["whole_life_cost"] == 120_000_000
    assert absorbed["project"]["stage"] == "monitoring", "the vote that had waited opens the gate"

    tram.prepare("closure")
    unmet = tram.by("pm").may_not("POST", tram.at("gates", "closure", "submission"))
    assert (unmet.reason, unmet.missing) == ("not_ready", ("criteria.conditions_met",))
    condition = tram.at("conditions", owed["id"])
    tram.by("pm").does("POST", f"{condition}/proof", {"proof": "Signed on the first of the month."})
    assert tram.by("pm").may_not("POST", f"{condition}/acceptance", {"accepted": True}).status == 403
    tram.by("finance-1").does("POST", f"{condition}/acceptance", {"accepted": True})
    tram.submit("closure")
    tram.vote("closure", "sponsor")
    closed = tram.decide("closure", "go")
    assert (closed["project"]["status"], closed["project"]["stage"]) == ("closed", "closing")


def test_a_killed_project_takes_nothing_more(tram: Project) -> None:
    killed = tram.by("sponsor").does("POST", tram.at("kill"), {"reason": "The need is gone.", "spent": 1_250_000})
    assert killed["project"]["status"] == "killed"
    for person, path in (("pm", "gates/charter/submission"), ("pm", "hold"), ("director", "kill")):
        body = None if path.endswith("submission") else {"reason": "Once more."}
        refused = tram.by(person).may_not("POST", tram.at(path), body)
        assert (refused.status, refused.reason) == (409, "project_over")


def test_the_same_request_twice_happens_once(tram: Project) -> None:
    held, other = {"reason": "The ground is frozen."}, {"reason": "The ground is wet."}
    first = tram.by("pm").does("POST", tram.at("hold"), held, Idempotency_Key=f"hold-{tram.key}")
    again = tram.by("pm").does("POST", tram.at("hold"), held, Idempotency_Key=f"hold-{tram.key}")
    assert (again["version"], again["events"]) == (first["version"], first["events"])
    reused = tram.by("pm").may_not("POST", tram.at("hold"), other, Idempotency_Key=f"hold-{tram.key}")
    assert (reused.status, reused.reason) == (409, "key_reused")
