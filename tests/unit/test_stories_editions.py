"""Editions of the policy: offered for the next stage, or adopted at once, and never a way round."""

from datetime import timedelta

from lifecycle.domain.project import Outcome, RoundStatus
from lifecycle.domain.verdicts import Reason
from lifecycle.gates.policy import Policy
from tests.unit.house import Doc, house, one_gate
from tests.unit.office import Desk, acting, kinds

FIRST = house()


def edition(**changes: object) -> Policy:
    return house(version=2, **changes)


def under(second: Policy, stage: str = "initiation") -> Desk:
    return Desk(FIRST, second).registered(stage=stage, attested="Board minutes.")


def test_an_edition_that_is_offered_binds_at_the_next_stage() -> None:
    second = edition(gates={"baseline": {"chair": "finance"}, "charter": {"chair": "security"}})
    desk = under(second)
    desk.submitted("charter")
    assert kinds(desk.adopt(second)) == ["PolicyOffered"]
    assert desk.state.policy == FIRST.ref
    happened = kinds(desk.vote("charter", by="sponsor"))
    assert happened == ["VoteCast", "GateDecided", "PolicyBound", "StageEntered", "RoundOpened"]
    assert (desk.state.policy, desk.state.next_policy) == (second.ref, None)
    desk.submit("baseline")
    desk.vote("baseline", by="sponsor")
    assert desk.refused.decide("baseline", by="director") is Reason.NOT_DECIDER
    desk.decide("baseline", by="finance")


def test_an_edition_adopted_at_once_judges_open_rounds_again() -> None:
    second = edition(gates={"charter": {"evidence": {"risks": {"kind": "document"}}}})
    desk = under(second)
    desk.submitted("charter")
    assert kinds(desk.adopt(second, at_once=True)) == ["PolicyBound", "RoundReturned"]
    assert desk.round("charter").status is RoundStatus.PREPARING


def test_an_edition_that_asks_for_less_voids_the_votes_that_knew_of_more() -> None:
    first = one_gate()
    second = one_gate({"approvals": {"all": [{"role": "sponsor"}]}}, version=2)
    desk = Desk(first, second).registered().submitted()
    desk.vote("gate", by="sponsor")
    assert kinds(desk.adopt(second, at_once=True)) == ["PolicyBound", "VotesVoided"]
    assert desk.round().outcome is None
    desk.vote("gate", by="sponsor")
    assert desk.round().outcome is Outcome.GO


def test_an_edition_that_asks_for_more_keeps_the_votes_and_calls_the_rest() -> None:
    more: Doc = {"approvals": {"all": [{"role": "sponsor"}, {"role": "finance"}, {"role": "board"}]}}
    second = one_gate(more, version=2)
    desk = Desk(one_gate(), second).registered().submitted()
    desk.vote("gate", by="sponsor")
    (bound,) = desk.adopt(second, at_once=True)
    assert bound.model_dump()["called"] == {"gate": ("board", "finance", "sponsor")}
    assert [vote.voter for vote in desk.round().standing_votes] == ["sponsor"]


def test_a_vote_on_a_gate_whose_policy_was_swapped_is_stale() -> None:
    second = one_gate({"guidance": "Read it twice."}, version=2)
    desk = Desk(one_gate(), second).registered().submitted()
    seen = desk.state.seq
    desk.adopt(second, at_once=True)
    assert desk.refused.vote("gate", by="finance", seen=seen) is Reason.STALE


def test_a_running_ladder_stays_the_one_it_was_started_with() -> None:
    ladder: Doc = {"ladder": [{"after": "3 days", "remind": "pending"}, {"after": "5 days", "notify": "deputy"}]}
    shorter: Doc = {"ladder": [{"after": "20 days", "hold": True}]}
    second = one_gate(shorter, version=2)
    desk = Desk(one_gate(ladder), second).registered().submitted()
    desk.adopt(second, at_once=True)
    assert kinds(desk.wait(days=6)) == ["LadderStepped", "LadderStepped"], "and nobody is held after three days"
    desk.withdraw()
    desk.submit()
    assert kinds(desk.wait(days=21)) == ["LadderStepped", "ProjectHeld"]


def test_a_clock_on_hold_goes_on_by_its_own_ladder_under_another_edition() -> None:
    first = one_gate({"ladder": [{"after": "4 days", "notify": "deputy"}, {"after": "6 days", "hold": True}]})
    second = one_gate({"ladder": [{"after": "2 working days", "notify": "deputy"}]}, version=2)
    desk = Desk(first, second).registered().submitted()
    desk.wait(days=1)
    desk.hold()
    desk.adopt(second, at_once=True)
    desk.wait(days=10)
    desk.resume()
    clock = desk.round().clock
    assert clock is not None
    assert [step - desk.now for step in clock.steps] == [timedelta(days=3), timedelta(days=5)]


def test_another_edition_brings_its_gates_reviews_and_tolerances() -> None:
    second = edition(
        tolerances={"cost": {"over": "5%"}},
        gates={
            "early_end": {"from": "execution", "to": "closing", "approvals": {"all": [{"role": "sponsor"}]}},
            "audit": {
                "kind": "monitoring",
                "during": ["execution"],
                "every": "3 months",
                "approvals": {"all": [{"role": "sponsor"}]},
            },
        },
    )
    desk = under(second, "execution")
    desk.amend({"cost": 54_000})
    assert desk.state.breaches == ()
    happened = kinds(desk.adopt(second, at_once=True))
    assert happened == ["PolicyBound", "RoundOpened", "BreachFound", "RoundOpened"]
    assert sorted(desk.state.recurrences) == ["audit", "health"]
    assert [round_.gate for round_ in desk.state.open_rounds] == ["acceptance", "early_end", "exception"]


def test_reviews_that_ran_before_go_on_counting() -> None:
    second = edition(title="The same again")
    desk = under(second, "execution")
    desk.wait(days=20)
    desk.adopt(second, at_once=True)
    assert kinds(desk.wait(days=12)) == ["RecurrenceCame", "RoundOpened"]


def test_a_tier_that_an_edition_does_not_know_counts_as_its_heaviest_until_a_decision() -> None:
    second = edition(
        tiers=[{"id": "small", "when": "project.cost < 1000.0"}, {"id": "large"}],
        gates={
            "charter": {"evidence": {"plan": {"when": "tier == 'large'"}}, "approvals": {"all": [{"role": "sponsor"}]}},
        },
    )
    desk = under(second)
    desk.submitted("charter")
    assert kinds(desk.adopt(second, at_once=True)) == ["PolicyBound", "TierChanged", "RoundReturned"]
    assert (desk.state.tier, desk.round("charter").tier) == ("large", "large")
    desk.submitted("charter", "plan")
    desk.vote("charter", by="sponsor")
    assert desk.state.tier == "small"


def test_tiers_of_an_edition_that_binds_at_the_next_stage_are_its_own() -> None:
    second = edition(
        tiers=[{"id": "small", "when": "project.cost < 1000.0"}, {"id": "large"}],
        gates={
            "charter": {"evidence": {"plan": {"when": "tier == 'large'"}}, "approvals": {"all": [{"role": "sponsor"}]}},
        },
    )
    desk = under(second)
    desk.submitted("charter")
    desk.adopt(second)
    desk.vote("charter", by="sponsor")
    assert (desk.state.tier, desk.round("baseline").tier) == ("small", "small")


def test_an_open_round_of_a_gate_that_an_edition_drops_ends_with_the_stage() -> None:
    gates = {name: gate for name, gate in FIRST.gates.items() if name != "change"}
    second = FIRST.model_copy(update={"version": 2, "gates": gates, "stages": (*FIRST.stages, "archive")})
    second = Policy.model_validate(second.model_dump(mode="json"))
    desk = under(second, "execution")
    desk.open("change")
    assert desk.refused.adopt(second, at_once=True) is Reason.POLICY_DOES_NOT_FIT
    desk.adopt(second)
    desk.submit("acceptance")
    desk.vote("acceptance", by="sponsor")
    assert (desk.state.policy, desk.round("change").status) == (second.ref, RoundStatus.WITHDRAWN)


def test_an_edition_that_does_not_know_where_the_project_stands_does_not_bind_it() -> None:
    elsewhere = one_gate(version=2)
    desk = under(elsewhere)
    for at_once in (False, True):
        assert desk.refused.adopt(elsewhere, at_once=at_once) is Reason.POLICY_DOES_NOT_FIT


def test_an_edition_that_moves_an_open_gate_elsewhere_does_not_bind_at_once() -> None:
    moved = edition(
        gates={
            "charter": {"from": "planning", "to": "execution"},
            "baseline": {"from": "initiation", "to": "planning"},
        }
    )
    desk = under(moved)
    assert desk.refused.adopt(moved, at_once=True) is Reason.POLICY_DOES_NOT_FIT


def test_an_edition_without_a_way_on_does_not_bind_at_once() -> None:
    stuck = edition(gates={"charter": {"from": "planning", "to": "execution"}})
    assert under(stuck).refused.adopt(stuck, at_once=True) is Reason.POLICY_DOES_NOT_FIT


def test_only_a_published_edition_that_differs_is_adopted_and_only_by_the_office() -> None:
    second = edition()
    desk = under(second)
    assert desk.refused.adopt(edition(title="Not at hand")) is Reason.POLICY_UNKNOWN
    assert desk.refused.adopt(FIRST) is Reason.NOTHING_CHANGED
    assert desk.refused.adopt(second, by="manager") is Reason.NOT_PERMITTED
    assert desk.refused.adopt(second, by=acting("deputy", "finance")) is Reason.NOT_PERMITTED
    desk.adopt(second)
    assert desk.refused.adopt(second) is Reason.NOTHING_CHANGED


def test_an_edition_that_awaits_the_next_stage_can_be_brought_forward() -> None:
    second = edition()
    desk = under(second)
    desk.adopt(second)
    assert kinds(desk.adopt(second, at_once=True)) == ["PolicyBound"]
    assert (desk.state.policy, desk.state.next_policy) == (second.ref, None)


def test_a_project_on_hold_can_adopt_an_edition_and_goes_on_under_it() -> None:
    second = edition(gates={"charter": {"chair": "security"}})
    desk = under(second)
    desk.submitted("charter")
    desk.hold()
    desk.adopt(second, at_once=True)
    desk.resume()
    desk.vote("charter", by="sponsor")
    desk.decide("charter", by="security")
    assert desk.state.stage == "planning"
