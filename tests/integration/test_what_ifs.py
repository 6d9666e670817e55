"""A draft is tried on the whole portfolio beside the requests, and what it would do is told by name."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
import yaml

from lifecycle.persistence import what_ifs
from lifecycle.persistence.session import Database
from lifecycle.persistence.what_ifs import Over, TrialStatus
from lifecycle.service import what_if_work
from lifecycle.service.deeds import Deeds
from lifecycle.service.envelopes import Envelope
from lifecycle.service.policies import Policies
from lifecycle.service.policy_text import PolicyError
from lifecycle.service.shelf import Shelf
from lifecycle.service.what_if_views import OTHERWISE, WhatIfView
from lifecycle.service.what_if_work import LOOK_AGAIN, WhatIfWork
from lifecycle.service.what_ifs import UnknownWhatIfError, WhatIfs
from tests.integration.governed import bring, publish
from tests.integration.rows import NOW
from tests.paper import Paper
from tests.policies import WORKS, policy


def draft(version: int = 2, **plan: Any) -> str:
    """The text of a later edition, with changes to its planning gate."""
    gates = {**WORKS["gates"], "plan": {**WORKS["gates"]["plan"], **plan}}
    return yaml.safe_dump({**WORKS, "version": version, "gates": gates})


LONGER = draft(
    criteria={"finish_known": {"must": "has(project.finish)", "fix": "Say when it will be finished."}},
    approvals={"all": [{"role": "sponsor"}, {"role": "finance", "count": 2, "reads": ["plan"]}]},
    decide_within={"light": "4 working days", "major": "5 working days"},
)


@pytest.fixture
def shelf(office: Database) -> Shelf:
    """Three light projects whose plan is ready, one that went through the gate, and one that was killed."""
    shelf = publish(office, policy())
    papers = [Paper(policy(), f"P-{number}") for number in range(1, 6)]
    for paper, portfolio in zip(papers, ("rail", "rail", "road", "rail", "rail"), strict=True):
        paper.register(portfolio, cost=1_000_00)
        paper.supply("plan", "plan")
    for approved in papers[3:]:
        approved.submit("plan")
        approved.vote("plan", "sponsor")
        approved.vote("plan", "finance-1")
    papers[4].ask("kill_project", "sponsor", reason="No need.")
    bring(office, *papers)
    return shelf


def decided(key: str, at: datetime) -> Paper:
    """A project whose plan was approved then."""
    paper = Paper(policy(), key)
    paper.now = at
    paper.register(cost=1_000_00)
    paper.supply("plan", "plan")
    paper.submit("plan")
    paper.vote("plan", "sponsor")
    paper.vote("plan", "finance-1")
    return paper


class Desk:
    """Begins trials, and waits for what they come to."""

    def __init__(self, office: Database, shelf: Shelf) -> None:
        self._office = office
        self.now = NOW + timedelta(days=1)

        def now() -> datetime:
            self.now += timedelta(milliseconds=1)
            return self.now

        self.work = WhatIfWork(office, shelf, now, look_seconds=0.02)
        self.what_ifs = WhatIfs(office, Deeds(office, now), Policies(office, now), self.work, now)

    async def tried(
        self, text: str, person: str = "office", over: Over = Over.OPEN_PROJECTS, **more: Any
    ) -> WhatIfView:
        begun = await self.what_ifs.begin(Envelope(person, "try"), text, "draft.yaml", over, **more)
        return await self.ended(begun.id, person)

    async def shadowed(self, text: str, weeks: int) -> WhatIfView:
        """A draft begins to be judged along; nothing is at work yet."""
        until = self.now + timedelta(weeks=weeks)
        order = Envelope("office", "shadow"), text, "draft.yaml", Over.COMING_DECISIONS
        begun = await self.what_ifs.begin(*order, until=until)
        await self.looked(begun, timedelta())
        return await self.what_ifs.get("office", begun.id)

    async def looked(self, begun: WhatIfView, later: timedelta = LOOK_AGAIN) -> WhatIfView:
        """What a shadow says after its next look."""
        self.now += later
        before = self._reached(begun)
        async with self.work.at_work(), asyncio.timeout(30):
            while True:
                if self._reached(begun) != before:
                    return await self.what_ifs.get("office", begun.id)
                await asyncio.sleep(0.01)

    def _reached(self, begun: WhatIfView) -> str | None:
        """How far a shadow has looked; none if it has ended."""
        noted = self._office.read_now(lambda connection: what_ifs.find(connection, begun.id))
        return noted.reached if noted and noted.status is TrialStatus.RUNNING else None

    async def ended(self, id_: str, person: str = "office") -> WhatIfView:
        async with asyncio.timeout(30):
            while True:
                seen = await self.what_ifs.get(person, id_)
                if seen.status is not TrialStatus.RUNNING:
                    return seen
                await asyncio.sleep(0.01)


@pytest.fixture
async def desk(office: Database, shelf: Shelf) -> AsyncIterator[Desk]:
    desk = Desk(office, shelf)
    async with desk.work.at_work():
        yield desk


async def test_what_a_draft_would_do_is_told_by_name(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(what_if_work, "PAGE", 2)
    seen = await desk.tried(LONGER)
    assert (seen.status, seen.projects_total, seen.projects_done) == (TrialStatus.DONE, 4, 4)
    assert (seen.effects, seen.policy.version) == ({"changed": 3}, 2)
    assert seen.summary is not None
    blocked = [(where.project, where.gate) for where in seen.summary.newly_blocked]
    assert blocked == [("P-1", "plan"), ("P-2", "plan"), ("P-3", "plan")]
    roles = [(load.who, load.approvals) for load in seen.summary.approvals_by_role]
    assert roles == [("finance", 3)]
    people = {load.who: load.projects for load in seen.summary.approvals_by_person}
    assert people == {"finance-1": ("P-1", "P-2", "P-3"), "finance-2": ("P-1", "P-2")}, "one of them is for rail alone"
    assert [len(where) for where in seen.summary.days_added.values()] == [3]
    first = await desk.what_ifs.projects("office", seen.id, limit=2)
    rest = await desk.what_ifs.projects("office", seen.id, after=first.after)
    assert [line.project for line in (*first.lines, *rest.lines)] == ["P-1", "P-2", "P-3"]
    assert first.lines[0].foreseen is not None
    assert first.lines[0].foreseen.gates[0].changed[0].remedy == "Say when it will be finished."


async def test_a_draft_is_tried_within_the_askers_reach_and_told_to_the_asker_alone(desk: Desk) -> None:
    seen = await desk.tried(LONGER, person="finance-2")
    assert seen.projects_total == 3, "road is none of theirs"
    with pytest.raises(UnknownWhatIfError):
        await desk.what_ifs.get("office", seen.id)
    with pytest.raises(UnknownWhatIfError):
        await desk.what_ifs.projects("office", seen.id)


async def test_a_draft_without_a_projects_stage_says_which_projects_need_mapping(desk: Desk) -> None:
    text = draft().replace("planning", "design")
    seen = await desk.tried(text)
    assert seen.summary is not None
    assert [misfit.project for misfit in seen.summary.needs_mapping] == ["P-1", "P-2", "P-3"]
    assert seen.effects == {"needs_mapping": 3}


async def test_past_decisions_are_judged_again_also_of_projects_that_are_over(desk: Desk) -> None:
    seen = await desk.tried(LONGER, over=Over.PAST_DECISIONS)
    assert (seen.projects_done, seen.judged, seen.effects) == (2, 2, {OTHERWISE: 2})
    (first, last) = (await desk.what_ifs.projects("office", seen.id)).lines
    assert (first.project, last.project) == ("P-4", "P-5")
    (decision,) = first.decisions
    assert decision.reasons[0] == "Finish known: not met."


async def test_past_decisions_before_a_day_are_left_out(desk: Desk) -> None:
    seen = await desk.tried(LONGER, over=Over.PAST_DECISIONS, since=NOW)
    assert (seen.judged, seen.effects) == (0, {})


async def test_a_draft_runs_in_the_shadow_of_the_edition_in_force_and_every_decision_of_those_weeks_is_reported(
    office: Database, shelf: Shelf
) -> None:
    desk = Desk(office, shelf)
    begun = await desk.shadowed(LONGER, weeks=4)
    assert (begun.judged, begun.effects) == (0, {}), "what was decided before does not count"
    desk.now += timedelta(weeks=1)
    bring(office, decided("P-6", desk.now))
    assert (await desk.looked(begun)).judged == 1
    bring(office, decided("P-7", desk.now))
    seen = await desk.looked(begun)
    assert (seen.judged, seen.effects) == (2, {"otherwise": 2}), "each is counted once, however often one looks"
    lines = (await desk.what_ifs.projects("office", seen.id)).lines
    assert [(line.project, line.decisions[0].reasons[0]) for line in lines] == [
        ("P-6", "Finish known: not met."),
        ("P-7", "Finish known: not met."),
    ]
    desk.now += timedelta(weeks=4)
    bring(office, decided("P-8", desk.now))
    async with desk.work.at_work():
        ended = await desk.ended(begun.id)
    assert (ended.status, ended.judged) == (TrialStatus.DONE, 2), "what was decided after the last day does not count"


async def test_a_shadow_can_be_stopped_early_and_keeps_what_it_found(office: Database, shelf: Shelf) -> None:
    desk = Desk(office, shelf)
    begun = await desk.shadowed(LONGER, weeks=4)
    bring(office, decided("P-6", desk.now))
    await desk.looked(begun)
    stopped = await desk.what_ifs.stop(Envelope("office", "stop"), begun.id)
    assert office.read_now(lambda connection: what_ifs.running(connection, desk.now + timedelta(weeks=8))) == ()
    assert (stopped.status, stopped.judged, stopped.effects) == (TrialStatus.DONE, 1, {"otherwise": 1})
    assert [each.id for each in await desk.what_ifs.latest("office")] == [begun.id]
    with pytest.raises(UnknownWhatIfError):
        await desk.what_ifs.stop(Envelope("finance-2", "stop"), begun.id)


async def test_a_trial_that_its_process_left_is_taken_up_by_another(office: Database, shelf: Shelf) -> None:
    desk = Desk(office, shelf)

    @asynccontextmanager
    async def interrupted() -> AsyncIterator[str]:
        async with desk.work.at_work():
            yield (await desk.what_ifs.begin(Envelope("office", "k"), LONGER, "draft.yaml", Over.OPEN_PROJECTS)).id

    async with interrupted() as id_:
        pass
    other = Desk(office, shelf)
    async with other.work.at_work():
        seen = await other.ended(id_)
    assert (seen.projects_done, seen.effects) == (4, {"changed": 3})


async def test_a_text_that_is_no_policy_is_refused_with_every_fault(desk: Desk) -> None:
    with pytest.raises(PolicyError):
        await desk.tried("policy: x\n")


async def test_only_the_latest_trials_of_a_person_are_kept(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lifecycle.persistence.what_ifs.KEPT", 2)
    ids = []
    for number in range(3):
        begun = await desk.what_ifs.begin(
            Envelope("office", f"k{number}"), draft(number + 2), "draft.yaml", Over.OPEN_PROJECTS
        )
        await desk.ended(begun.id)
        ids.append(begun.id)
    with pytest.raises(UnknownWhatIfError):
        await desk.what_ifs.get("office", ids[0])
    assert [(await desk.what_ifs.get("office", id_)).id for id_ in ids[1:]] == ids[1:]
