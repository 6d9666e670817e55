"""Rounds in lists: what each gate went through, what is late, and what waits for whom."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

import pytest

from lifecycle.domain.events import FactsAmended, ProjectHeld, ProjectKilled, ProjectResumed
from lifecycle.domain.gate_events import ConditionMissed, ConditionProved, LadderAction
from lifecycle.domain.people import Grant
from lifecycle.domain.project import Clock, Outcome, RoundStatus
from lifecycle.persistence.projection import project, rebuild
from lifecycle.persistence.promises import owed_by, proved
from lifecycle.persistence.reach import UNLIMITED, Reach
from lifecycle.persistence.roles import grants_of
from lifecycle.persistence.rounds import RoundLine, count_overdue, history, overdue
from lifecycle.persistence.session import Database
from lifecycle.persistence.turns import Seat, on_submitters_side, undecided, waiting_for
from tests.integration.histories import POLICY, History, a_long_life
from tests.integration.rows import NOW

HOUR = timedelta(hours=1)


def bring(office: Database, life: History) -> History:
    office.write_now(partial(project, key=life.key, happened=life.told, now=NOW))
    return life


def submitted(key: str, portfolio: str = "rail", called: Iterable[str] = ("sponsor", "finance")) -> History:
    life = History(key, portfolio=portfolio)
    life.open()
    life.submit(called=tuple(called))
    return life


def waiting(office: Database, person: str, within: str = "everywhere", now: datetime = NOW) -> list[str]:
    granted = office.read_now(partial(grants_of, person=person))
    lines = office.read_now(partial(waiting_for, person=person, granted=granted, now=now, within=within)).lines
    return [line.project for line in lines]


def keys(lines: Iterable[RoundLine]) -> list[str]:
    return [f"{line.project}/{line.round.gate}/{line.round.number}" for line in lines]


def test_earlier_rounds_stay_readable_as_they_ended(office: Database) -> None:
    bring(office, a_long_life("P1"))
    lines = office.read_now(partial(history, reach=UNLIMITED, key="P1", now=NOW))
    assert keys(lines) == ["P1/charter/1", "P1/charter/2", "P1/planning/1"]
    first, second, third = lines
    assert (first.kind, first.round.outcome, first.round.tier) == ("stage", Outcome.RECYCLE, "light")
    assert (second.round.outcome, second.round.tier, second.submitted_by) == (
        Outcome.CONDITIONAL_GO, "major", "manager",
    )  # fmt: skip
    assert first.round.questions[0].answer == "The sponsor."
    assert [vote.void for vote in first.round.votes] == [True]
    assert third.round.status is RoundStatus.PREPARING
    assert keys(office.read_now(partial(history, reach=UNLIMITED, key="P1", now=NOW, gate="planning"))) == keys([third])
    assert office.read_now(partial(history, reach=Reach.of(["project:P2"]), key="P1", now=NOW)) == ()


def test_a_late_gate_shows_how_far_its_ladder_has_come_and_who_holds_it(office: Database) -> None:
    life = submitted("P1")
    life.step(0, LadderAction.REMIND)
    life.step(1, LadderAction.WIDEN, "deputies")
    bring(office, life)
    (line,) = office.read_now(partial(overdue, reach=UNLIMITED, now=NOW)).lines
    assert line.round.clock is not None
    assert (line.round.clock.taken, line.called, line.manager) == (2, ("deputies", "finance", "sponsor"), "manager")
    assert line.overdue
    due = line.round.clock.due
    assert due is not None
    assert office.read_now(partial(overdue, reach=UNLIMITED, now=due)).lines == ()
    assert office.read_now(partial(overdue, reach=Reach.of(["portfolio:road"]), now=NOW)).lines == ()


def test_a_gate_held_after_its_deadline_stays_late_and_one_held_in_time_does_not(office: Database) -> None:
    in_time, too_late = submitted("P1"), submitted("P2")
    in_time.tell(ProjectHeld(type="person:project:held", reason="No staff."), by="sponsor")
    while len(too_late.told) < 130:
        too_late.tell(FactsAmended(facts={"hours": len(too_late.told)}), by="manager")
    too_late.tell(ProjectHeld(type="policy:project:held", reason="Undecided through its whole ladder."))
    bring(office, in_time)
    bring(office, too_late)
    assert keys(office.read_now(partial(overdue, reach=UNLIMITED, now=NOW)).lines) == ["P2/charter/1"]


def test_late_gates_come_in_pages_the_oldest_deadline_first(office: Database) -> None:
    for key in ("P3", "P1", "P2"):
        life = History(key)
        while key != "P3" and len(life.told) < (5 if key == "P1" else 9):
            life.tell(FactsAmended(facts={"hours": len(life.told)}), by="manager")
        life.open()
        life.submit()
        bring(office, life)
    first = office.read_now(partial(overdue, reach=UNLIMITED, now=NOW, limit=2))
    rest = office.read_now(partial(overdue, reach=UNLIMITED, now=NOW, after=first.after))
    assert keys((*first.lines, *rest.lines)) == ["P3/charter/1", "P1/charter/1", "P2/charter/1"]
    assert (rest.after, office.read_now(partial(count_overdue, reach=UNLIMITED, now=NOW))) == (None, 3)


def test_a_submission_waits_for_whoever_holds_a_called_role_there(office: Database) -> None:
    bring(office, submitted("P1"))
    bring(office, submitted("P2", portfolio="road"))
    bring(office, submitted("P3", called=("deputies",)))
    assert waiting(office, "finance-1") == ["P1", "P2"]
    assert waiting(office, "finance-2") == ["P1"]
    assert waiting(office, "deputy") == ["P3"]
    assert waiting(office, "sponsor") == ["P1", "P2"]
    assert waiting(office, "leaver") == []
    assert waiting(office, "manager") == []


def test_a_delegate_finds_what_waits_for_the_giver_within_the_delegation(office: Database) -> None:
    bring(office, submitted("P1"))
    bring(office, submitted("P2", portfolio="road"))
    assert waiting(office, "finance-1", within="portfolio:road") == ["P2"]
    assert waiting(office, "sponsor", within="project:P1") == ["P1"]


def test_what_i_voted_on_waits_no_longer_until_the_vote_falls(office: Database) -> None:
    life = submitted("P1")
    life.vote("finance-1")
    bring(office, life)
    assert (waiting(office, "finance-1"), waiting(office, "finance-2")) == ([], ["P1"])


def test_what_i_voted_on_hides_nothing_that_comes_after(office: Database) -> None:
    for key in ("P1", "P2", "P3"):
        life = submitted(key)
        if key != "P3":
            life.vote("finance-1")
        bring(office, life)
    asked = partial(waiting_for, person="finance-1", granted=(Grant(person="finance-1", role="finance"),), now=NOW)
    first = office.read_now(partial(asked, limit=2))
    assert (first.lines, keys(office.read_now(partial(asked, after=first.after)).lines)) == ((), ["P3/charter/1"])


def test_a_gate_waits_for_the_role_that_decides_it_where_it_is_held(office: Database) -> None:
    for key, portfolio in (("P1", "rail"), ("P2", "road"), ("P3", "rail")):
        bring(office, submitted(key, portfolio, called=("sponsor",)))

    def seen(role: str, *scopes: str, person: str = "office", within: str = "everywhere") -> list[str]:
        seats = [Seat(POLICY.digest, "charter", role, scopes)]
        return keys(office.read_now(partial(undecided, person=person, seats=seats, now=NOW, within=within)).lines)

    assert seen("pmo_director", "portfolio:rail") == ["P1/charter/1", "P3/charter/1"]
    assert seen("pmo_director", "everywhere", within="project:P2") == ["P2/charter/1"]
    assert seen("project_manager", person="manager") == ["P1/charter/1", "P2/charter/1", "P3/charter/1"]
    assert seen("pmo_director") == []


@pytest.mark.parametrize("end", ["hold", "kill", "decide"])
def test_nothing_waits_on_a_project_at_rest(office: Database, end: str) -> None:
    life = submitted("P1")
    if end == "hold":
        life.tell(ProjectHeld(type="person:project:held", reason="No staff."), by="sponsor")
    elif end == "kill":
        life.tell(ProjectKilled(type="person:project:killed", reason="No need."), by="sponsor")
    else:
        life.decide(Outcome.GO)
    bring(office, life)
    assert waiting(office, "finance-1") == []


def test_the_submitters_side_shows_open_rounds_of_my_projects_by_deadline(office: Database) -> None:
    preparing = History("P1")
    preparing.open()
    bring(office, preparing)
    bring(office, submitted("P2"))
    bring(office, a_long_life("P3"))
    theirs = submitted("P4")
    theirs.tell(FactsAmended(manager="successor"), by="office")
    bring(office, theirs)
    mine = office.read_now(partial(on_submitters_side, person="manager", now=NOW))
    assert keys(mine) == ["P2/charter/1", "P4/charter/1", "P1/charter/1", "P3/planning/1"]
    assert keys(office.read_now(partial(on_submitters_side, person="successor", now=NOW))) == ["P4/charter/1"]
    assert office.read_now(partial(on_submitters_side, person="sponsor", now=NOW)) == ()


def test_conditions_are_owed_until_proved_also_when_missed(office: Database) -> None:
    life = submitted("P1")
    life.decide(Outcome.CONDITIONAL_GO, owners=("contracts", "contracts", "contracts", "manager"))
    life.tell(ConditionProved(condition="charter-1-1", proof="See the file."), by="contracts")
    life.tell(ConditionMissed(condition="charter-1-3"))
    bring(office, life)
    owed = office.read_now(partial(owed_by, person="contracts"))
    assert [(line.project, line.condition.id, line.condition.status.value) for line in owed] == [
        ("P1", "charter-1-2", "open"),
        ("P1", "charter-1-3", "missed"),
    ]
    assert [line.condition.id for line in office.read_now(partial(proved, reach=UNLIMITED))] == ["charter-1-1"]
    assert office.read_now(partial(proved, reach=Reach())) == ()


def test_roles_granted_for_one_project_reach_no_other(office: Database) -> None:
    bring(office, submitted("P1"))
    bring(office, submitted("P2"))
    granted = (Grant(person="deputy", role="finance", scope="project:P2"),)
    lines = office.read_now(partial(waiting_for, person="deputy", granted=granted, now=NOW)).lines
    assert keys(lines) == ["P2/charter/1"]


def test_a_deadline_that_moves_takes_its_new_place_in_the_inbox(office: Database) -> None:
    first = bring(office, submitted("P1"))
    bring(office, submitted("P2"))
    assert waiting(office, "finance-1") == ["P1", "P2"]
    later = Clock(started_at=first.now, due=first.now + timedelta(days=90))
    first.tell(ProjectHeld(type="person:project:held", reason="No staff."), by="sponsor")
    first.tell(ProjectResumed(reason="They came.", clocks={"charter": later}), by="sponsor")
    bring(office, first)
    assert waiting(office, "finance-1") == ["P2", "P1"]
    assert office.write_now(partial(rebuild, key="P1")) == ()
