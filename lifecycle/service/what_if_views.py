"""What a trial of a draft came to, as people read it: names of projects, gates and people, never shares."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import partial

from pydantic import Field

from lifecycle.domain.project import PolicyRef
from lifecycle.domain.values import Instant, Names, Value
from lifecycle.gates.backtest import JudgedAgain
from lifecycle.gates.whatif import Effect, Foreseen, GateShift
from lifecycle.persistence.what_ifs import Over, TrialStatus, WhatIf, WhatIfRow

OTHERWISE = "otherwise"
"""The effect on a project of which a past decision would have gone otherwise."""


class AtGate(Value):
    """A gate of a project."""

    project: str
    gate: str


class TierMove(Value):
    """The projects whose tier would change so."""

    before: str
    after: str
    heavier: bool
    projects: Names


class Load(Value):
    """Further approvals that somebody could be asked for, or that a role owes, and on which projects."""

    who: str
    approvals: int
    projects: Names


class Misfit(Value):
    """A project that the draft does not fit as it stands, and why."""

    project: str
    why: str


class Summary(Value):
    """What a draft would do to the portfolio, by name; `days_added` gathers gates by the days their deadlines move."""

    newly_blocked: tuple[AtGate, ...] = ()
    newly_free: tuple[AtGate, ...] = ()
    decided_at_once: tuple[AtGate, ...] = ()
    sent_back: tuple[AtGate, ...] = ()
    votes_voided: tuple[AtGate, ...] = ()
    tier_moves: tuple[TierMove, ...] = ()
    approvals_by_role: tuple[Load, ...] = ()
    approvals_by_person: tuple[Load, ...] = ()
    days_added: dict[str, tuple[AtGate, ...]] = Field(default_factory=dict)
    breaches_new: dict[str, Names] = Field(default_factory=dict)
    breaches_cleared: dict[str, Names] = Field(default_factory=dict)
    needs_mapping: tuple[Misfit, ...] = ()


class WhatIfView(Value):
    """How far a trial of a draft has come, and what it came to.

    `judged` counts open rounds or decisions (those made `since` an instant and before `until`); `effects` counts the
    projects for which the draft makes a difference.
    """

    id: str
    over: Over
    policy: PolicyRef
    person: str
    status: TrialStatus
    started_at: Instant
    finished_at: Instant | None
    since: Instant | None
    until: Instant | None
    projects_total: int
    projects_done: int
    judged: int
    effects: dict[str, int]
    summary: Summary | None
    failure: str | None


class WhatIfProject(Value):
    """What a draft would do to one project, or would have made of its past decisions."""

    project: str
    name: str
    effect: str
    foreseen: Foreseen | None = None
    decisions: tuple[JudgedAgain, ...] = ()


def view_of(found: WhatIf) -> WhatIfView:
    """A trial as it is read."""
    said = found.summary
    return WhatIfView(
        id=found.id,
        over=found.over,
        policy=PolicyRef.model_validate(said["policy"]),
        person=found.person,
        status=found.status,
        started_at=found.started_at,
        finished_at=found.finished_at,
        since=found.since,
        until=found.until,
        projects_total=max(found.total, found.done),
        projects_done=found.done,
        judged=found.judged,
        effects=found.effects,
        summary=Summary.model_validate(said["told"]) if "told" in said else None,
        failure=said.get("failure"),
    )


def row_of(foreseen: Foreseen) -> WhatIfRow:
    """What is noted of a project under a draft."""
    detail = foreseen.model_dump(mode="json", exclude_defaults=True)
    return WhatIfRow(foreseen.project, foreseen.effect.value, detail)


def past_row_of(project: str, otherwise: Iterable[JudgedAgain]) -> WhatIfRow:
    """What is noted of a project of which past decisions would have gone otherwise."""
    told = [each.model_dump(mode="json") for each in otherwise]
    return WhatIfRow(project, OTHERWISE, {"decisions": told})


def project_view(row: WhatIfRow) -> WhatIfProject:
    """A noted project as it is read."""
    if row.effect == OTHERWISE:
        decisions = tuple(JudgedAgain.model_validate(each) for each in row.detail["decisions"])
        return WhatIfProject(project=row.project, name=decisions[-1].name, effect=row.effect, decisions=decisions)
    foreseen = Foreseen.model_validate(row.detail)
    return WhatIfProject(project=row.project, name=foreseen.name, effect=row.effect, foreseen=foreseen)


def summary_of(found: Iterable[Foreseen]) -> Summary:
    """Everything that a draft would do, gathered by what it is."""
    seen = sorted(found, key=lambda each: each.project)
    shifts = [(each.project, shift) for each in seen for shift in each.gates]

    def where(holds: Callable[[GateShift], object]) -> tuple[AtGate, ...]:
        return tuple(AtGate(project=project, gate=shift.gate) for project, shift in shifts if holds(shift))

    moved = sorted({shift.days for _, shift in shifts if shift.days})
    return Summary(
        newly_blocked=where(lambda shift: shift.blocked),
        newly_free=where(lambda shift: shift.freed),
        decided_at_once=where(lambda shift: shift.decided),
        sent_back=where(lambda shift: shift.returned),
        votes_voided=where(lambda shift: shift.voided),
        tier_moves=_tier_moves(seen),
        approvals_by_role=_loads((more.role, more.count, project) for project, s in shifts for more in s.more),
        approvals_by_person=_loads(
            (person, 1, project) for project, s in shifts for more in s.more for person in more.people
        ),
        days_added={f"{days:+g}": where(partial(_moves_by, days)) for days in moved},
        breaches_new=_by_name((name, each.project) for each in seen for name in each.breached),
        breaches_cleared=_by_name((name, each.project) for each in seen for name in each.cleared),
        needs_mapping=tuple(
            Misfit(project=each.project, why=each.why) for each in seen if each.effect is Effect.NEEDS_MAPPING
        ),
    )


def _moves_by(days: float, shift: GateShift) -> bool:
    return shift.days == days


def _tier_moves(seen: Iterable[Foreseen]) -> tuple[TierMove, ...]:
    moves: defaultdict[tuple[str, str, bool], list[str]] = defaultdict(list)
    for each in seen:
        if each.heavier is not None:
            moves[each.tier, each.tier_after, each.heavier].append(each.project)
    return tuple(
        TierMove(before=before, after=after, heavier=heavier, projects=tuple(projects))
        for (before, after, heavier), projects in sorted(moves.items())
    )


def _loads(asked: Iterable[tuple[str, int, str]]) -> tuple[Load, ...]:
    """The heaviest load first."""
    counts: defaultdict[str, int] = defaultdict(int)
    on: defaultdict[str, set[str]] = defaultdict(set)
    for who, count, project in asked:
        counts[who] += count
        on[who].add(project)
    ordered = sorted(counts, key=lambda who: (-counts[who], who))
    return tuple(Load(who=who, approvals=counts[who], projects=tuple(on[who])) for who in ordered)


def _by_name(found: Iterable[tuple[str, str]]) -> dict[str, Names]:
    told: defaultdict[str, list[str]] = defaultdict(list)
    for name, project in found:
        told[name].append(project)
    return {name: tuple(projects) for name, projects in sorted(told.items())}
