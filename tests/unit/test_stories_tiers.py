"""Tiers, tolerances and baselines: what a project's figures change while it runs."""

from datetime import timedelta

import pytest

from lifecycle.domain.project import Outcome, RoundStatus
from lifecycle.domain.values import FactValue
from lifecycle.domain.verdicts import Reason
from tests.unit.house import Doc, house, one_gate
from tests.unit.office import Desk, kinds, promise


def running(known: Doc | None = None, **changes: object) -> Desk:
    """A project in execution whose baseline is what was known of it."""
    known = {"cost": 100_000, "finish": "2026-06-30"} if known is None else known
    return Desk(house(**changes)).registered(known, stage="execution", attested="Board minutes.")


def test_the_tier_follows_the_facts_and_little_knowledge_is_heavy() -> None:
    assert Desk(house()).registered({"cost": 99_999}).state.tier == "light"
    assert Desk(house()).registered({"cost": 100_000}).state.tier == "major"
    assert Desk(house()).registered({}).state.tier == "major"


def test_a_heavier_tier_is_in_force_at_once_and_judges_open_rounds_again() -> None:
    desk = Desk(house()).registered().submitted("charter")
    assert kinds(desk.amend({"cost": 100_000})) == ["FactsAmended", "TierChanged", "RoundReturned"]
    assert (desk.round("charter").tier, desk.round("charter").status) == ("major", RoundStatus.PREPARING)
    desk.supply("charter", "plan")
    desk.submit("charter")
    desk.vote("charter", by="sponsor")
    assert desk.standing("charter").pending_roles == ("finance",)


def test_a_heavier_tier_keeps_the_votes_and_asks_for_more() -> None:
    gate: Doc = {"approvals": {"all": [{"role": "finance"}, {"role": "board", "when": "tier == 'major'"}]}}
    desk = Desk(
        one_gate({**gate, "criteria": {"ready": {"must": "project.ready"}}, "submit_when": "evidence_complete"})
    )
    desk.registered().submitted()
    desk.vote("gate", by="finance")
    (_, changed) = desk.amend({"cost": 100_000})
    assert changed.model_dump()["called"] == {"gate": ("board", "finance")}
    assert desk.standing().pending_roles == ("board",)
    assert desk.refused.vote("gate", by="second_finance", seen=1) is Reason.STALE


def test_a_question_does_not_shelter_a_round_from_a_heavier_tier() -> None:
    desk = Desk(house()).registered().submitted("charter")
    desk.question("charter", by="sponsor")
    desk.amend({"cost": 100_000})
    assert desk.round("charter").status is RoundStatus.PREPARING


def test_a_lighter_tier_waits_for_a_decision_under_the_heavier() -> None:
    desk = Desk(house()).registered({"cost": 100_000})
    assert kinds(desk.amend({"cost": 50_000})) == ["FactsAmended"]
    assert desk.state.tier == "major"
    desk.submitted("charter", "case", "plan")
    for person in ("sponsor", "finance"):
        desk.vote("charter", by=person)
    happened = kinds(desk.vote("charter", by="second_finance"))
    assert happened == ["VoteCast", "GateDecided", "TierChanged", "StageEntered", "RoundOpened"]
    assert (desk.state.tier, desk.round("baseline").tier) == ("light", "light")


@pytest.mark.parametrize(
    ("fact", "baseline", "within", "beyond", "over"),
    [
        ("cost", 100_000, 110_000, 110_001, "10%"),
        ("cost", 9_007_199_254_740_990 // 2, 4_953_959_590_107_544, 4_953_959_590_107_545, "10%"),
        ("cost", 33, 35, 36, "7%"),
        ("cost", 100_000, 150_000, 150_001, "500"),
        ("finish", "2026-06-30", "2026-07-30", "2026-07-31", "30d"),
        ("finish", "2024-02-28", "2024-02-29", "2024-03-01", "1d"),
    ],
)
def test_exactly_the_margin_is_within_the_tolerance(
    fact: str, baseline: FactValue, within: FactValue, beyond: FactValue, over: str
) -> None:
    unset: Doc = {"cost": None, "finish": None, fact: {"fact": fact, "over": over}}
    desk = running({fact: baseline}, tolerances=unset, gates={"exception": {"on_breach_of": [fact]}})
    assert "BreachFound" not in kinds(desk.amend({fact: within}))
    assert "BreachFound" in kinds(desk.amend({fact: beyond}))


@pytest.mark.parametrize(
    ("baseline", "within", "beyond"), [(0.1, 0.11, 0.1101), (0.3, 0.33, 0.33000001), (-10, -9, -8.9)]
)
def test_numbers_are_compared_as_they_are_written(baseline: float, within: float, beyond: float) -> None:
    changes: Doc = {
        "facts": {"score": {"type": "number"}},
        "tolerances": {"cost": None, "finish": None, "score": {"fact": "score", "over": "10%"}},
        "gates": {"exception": {"on_breach_of": ["score"]}},
    }
    desk = running({"score": baseline}, **changes)
    assert "BreachFound" not in kinds(desk.amend({"score": within}))
    assert "BreachFound" in kinds(desk.amend({"score": beyond}))


def test_a_forecast_may_also_fall_short() -> None:
    changes: Doc = {
        "tolerances": {"cost": {"fact": "cost", "over": None, "under": "10%"}},
    }
    desk = running(None, **changes)
    assert "BreachFound" not in kinds(desk.amend({"cost": 90_000}))
    assert "BreachFound" in kinds(desk.amend({"cost": 89_999}))


def test_a_breach_is_said_in_the_words_of_people() -> None:
    breach = next(event for event in running().amend({"cost": 1_234_567}) if event.type == "policy:breach:found")
    assert breach.sentence == "Cost is 12,345.67 GBP, more than 10% over the baseline 1,000.00 GBP."


def test_what_is_unknown_is_no_breach_and_a_baseline_of_nothing_measures_nothing() -> None:
    desk = running()
    assert kinds(desk.amend({"cost": None, "finish": None})) == ["FactsAmended"]
    free = running({"cost": 0})
    assert kinds(free.amend({"cost": 90_000_000})) == ["FactsAmended", "TierChanged"]


def test_a_tolerance_may_be_a_condition_by_itself() -> None:
    changes: Doc = {"tolerances": {"cost": None, "finish": None, "red": {"when": "project.ready == false"}}}
    desk = running(None, **changes, gates={"exception": {"on_breach_of": ["red"]}})
    assert "BreachFound" in kinds(desk.amend({"ready": False}))
    assert desk.round("exception").is_open
    assert "BreachCleared" in kinds(desk.amend({"ready": True}))


def test_a_breach_opens_the_exception_gate_once_and_its_clearing_leaves_it_to_be_decided() -> None:
    desk = running()
    assert kinds(desk.amend({"cost": 120_000})) == ["FactsAmended", "BreachFound", "RoundOpened"]
    assert kinds(desk.amend({"cost": 130_000})) == ["FactsAmended"]
    assert kinds(desk.amend({"finish": "2027-01-01"})) == ["FactsAmended", "BreachFound"]
    assert kinds(desk.amend({"cost": 100_000})) == ["FactsAmended", "BreachCleared"]
    assert desk.round("exception").is_open


def test_while_an_exception_is_open_no_stage_gate_passes() -> None:
    desk = running()
    desk.submit("acceptance")
    desk.amend({"cost": 120_000})
    assert kinds(desk.vote("acceptance", by="sponsor")) == ["VoteCast"]
    desk.submit("exception")
    happened = kinds(desk.vote("exception", by="sponsor"))
    assert happened[:4] == ["VoteCast", "GateDecided", "BaselineTaken", "BreachCleared"]
    assert happened[4:] == ["GateDecided", "StageEntered"], "what had waited for the exception goes on by itself"
    assert desk.state.stage == "closing"


def test_an_exception_also_stops_a_chair() -> None:
    desk = running(gates={"acceptance": {"chair": "pmo_director"}})
    desk.submit("acceptance")
    desk.vote("acceptance", by="sponsor")
    desk.amend({"cost": 120_000})
    assert desk.refused.decide("acceptance", by="director") is Reason.EXCEPTION_OPEN
    desk.decide("acceptance", by="director", outcome="recycle")


def test_an_exception_can_be_opened_by_hand_and_only_once() -> None:
    desk = running()
    desk.open("exception")
    assert desk.refused.open("exception") is Reason.GATE_ALREADY_OPEN


def test_the_go_of_a_gate_takes_the_baseline() -> None:
    desk = Desk(house()).registered(stage="planning", attested="Charter of May.")
    assert desk.state.baseline == {}
    desk.submit("baseline")
    desk.vote("baseline", by="sponsor")
    desk.decide("baseline", by="director")
    assert desk.state.baseline == {"cost": 50_000}


def test_a_baseline_is_not_taken_by_going_back() -> None:
    desk = Desk(house()).registered(stage="planning", attested="Charter of May.")
    desk.submit("baseline")
    desk.decide("baseline", by="director", outcome="recycle")
    assert desk.state.baseline == {}


def test_a_change_gate_moves_the_baseline_and_ends_the_breach() -> None:
    desk = running()
    desk.amend({"cost": 120_000})
    desk.open("change")
    desk.submit("change")
    assert "BreachCleared" in kinds(desk.vote("change", by="sponsor"))
    assert (desk.state.baseline["cost"], desk.state.stage) == (120_000, "execution")


def test_a_breach_on_a_closed_project_opens_nothing() -> None:
    desk = Desk(house()).registered(stage="closing", attested="Done.")
    assert kinds(desk.amend({"cost": 900_000})) == ["FactsAmended", "TierChanged"]
    assert not desk.state.open_rounds


def test_a_go_that_lowers_the_tier_leaves_other_rounds_as_heavy_as_they_were() -> None:
    desk = running({"cost": 100_000})
    desk.open("change")
    desk.submit("acceptance")
    desk.amend({"cost": 50_000})
    desk.submit("change")
    desk.vote("change", by="sponsor", conditions=[promise(desk.now + timedelta(days=9))])
    assert (desk.state.tier, desk.round("acceptance").tier) == ("light", "major")
    assert desk.round("change").outcome is Outcome.CONDITIONAL_GO
