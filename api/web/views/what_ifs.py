"""What a trial of a draft came to, as a page: each kind of difference with the gates and projects that it meets."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from api.web.addresses import gate_path, project_path
from api.web.formats import Formats
from lifecycle.service.what_if_views import AtGate, Summary, WhatIfView

BEGINNING: Final = 40
"""So much of each finding is shown beside the others."""
PAGE: Final = 200
"""So much of one finding is shown at a time."""


@dataclass(frozen=True, slots=True)
class Met:
    """A project, or a gate of one, that a difference meets: what it is called, and its page."""

    text: str
    path: str


@dataclass(frozen=True, slots=True)
class WouldBe:
    """One kind of difference: what it is, how it looks (a tone), and what it meets."""

    title: str
    tone: str
    met: tuple[Met, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A finding as far as a page shows it: its number among the findings, from one on, and what of it is `shown`."""

    number: int
    finding: WouldBe
    shown: tuple[Met, ...]
    onward: bool


def parts_of(findings: Iterable[WouldBe], of: int, page: int) -> tuple[Part, ...]:
    """The beginning of every finding, or one page of the finding with the number `of`."""
    if of:
        first = (page - 1) * PAGE
        return tuple(
            Part(of, each, each.met[first : first + PAGE], len(each.met) > first + PAGE)
            for number, each in enumerate(findings, 1)
            if number == of
        )
    return tuple(
        Part(number, each, each.met[:BEGINNING], len(each.met) > BEGINNING) for number, each in enumerate(findings, 1)
    )


def people_in(found: WhatIfView) -> set[str]:
    """Everybody of whom more would be asked."""
    return {load.who for load in found.summary.approvals_by_person} if found.summary else set()


def findings_of(found: WhatIfView, names: Mapping[str, str], say: Formats) -> tuple[WouldBe, ...]:
    """Everything that would be otherwise; kinds of which there is nothing are left out."""
    if found.summary is None:
        return ()
    return tuple(each for each in _findings(found.summary, names, say) if each.met)


def _findings(found: Summary, names: Mapping[str, str], say: Formats) -> Iterator[WouldBe]:
    _ = say.gettext
    yield WouldBe(_("Would be shut"), "bad", _gates(found.newly_blocked, say))
    yield WouldBe(_("Would be free to pass"), "good", _gates(found.newly_free, say))
    yield WouldBe(_("Would be decided at once"), "warn", _gates(found.decided_at_once, say))
    yield WouldBe(_("Would go back to preparation"), "warn", _gates(found.sent_back, say))
    yield WouldBe(_("Votes would fall"), "warn", _gates(found.votes_voided, say))
    for move in found.tier_moves:
        moved = _("Tier %(before)s becomes %(after)s") % {
            "before": say.named(move.before),
            "after": say.named(move.after),
        }
        yield WouldBe(moved, "warn" if move.heavier else "calm", _projects(move.projects))
    for load in found.approvals_by_person:
        more = say.ngettext("%(num)d further approval", "%(num)d further approvals", load.approvals)
        asked = f"{names.get(load.who, load.who)}: {more % {'num': load.approvals}}"
        yield WouldBe(asked, "calm", _projects(load.projects))
    for days, gates in found.days_added.items():
        yield WouldBe(_("Deadlines move by %(days)s days") % {"days": days}, "calm", _gates(gates, say))
    for tolerance, projects in found.breaches_new.items():
        yield WouldBe(_("Out of tolerance: %(name)s") % {"name": say.named(tolerance)}, "bad", _projects(projects))
    for tolerance, projects in found.breaches_cleared.items():
        yield WouldBe(_("Within tolerance: %(name)s") % {"name": say.named(tolerance)}, "good", _projects(projects))
    misfits = tuple(Met(f"{each.project}: {each.why}", project_path(each.project)) for each in found.needs_mapping)
    yield WouldBe(_("It does not fit as they stand"), "bad", misfits)


def _gates(found: Iterable[AtGate], say: Formats) -> tuple[Met, ...]:
    return tuple(Met(f"{each.project}, {say.named(each.gate)}", gate_path(each.project, each.gate)) for each in found)


def _projects(found: Iterable[str]) -> tuple[Met, ...]:
    return tuple(Met(project, project_path(project)) for project in found)
