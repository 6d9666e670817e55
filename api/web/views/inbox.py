"""The inbox as a page: what waits, grouped by how much it presses, each with the one thing to do next."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from api.web.addresses import gate_path, prepare_path, project_path
from api.web.formats import Formats
from lifecycle.domain.project import Status
from lifecycle.service.inbox_items import Inbox, InboxItem, InboxKind
from lifecycle.service.portfolio import ProjectSummary

_SIGNS: Final[Mapping[InboxKind, str]] = {
    InboxKind.VOTE: "vote",
    InboxKind.DECIDE: "gate",
    InboxKind.ANSWER: "answer",
    InboxKind.SUPPLY: "file",
    InboxKind.WAIVE: "flag",
    InboxKind.PREPARE: "pen",
    InboxKind.PROVE: "proof",
    InboxKind.ACCEPT: "check",
    InboxKind.FOLLOW: "clock",
    InboxKind.WATCH: "eye",
}
MOST_PROJECTS: Final = 12
_NEVER: Final = datetime.max.replace(tzinfo=UTC)
_CLOCK_STOPPED: Final = frozenset({InboxKind.ANSWER})


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that waits: what to do, about what, and the page where it is done."""

    item: InboxItem
    sign: str
    task: str
    about: str
    action: str
    path: str
    project_path: str
    stands_still: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Things that press alike; `tone` colours the title."""

    title: str
    tone: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class OwnProject:
    """A project that somebody manages or sponsors, with the pages of the gates that come next."""

    line: ProjectSummary
    path: str
    state: str
    next: tuple[tuple[str, str], ...]


def groups_of(inbox: Inbox, names: Mapping[str, str], say: Formats) -> tuple[Group, ...]:
    """What waits for the reader, late things first; groups with nothing in them are left out."""
    _ = say.gettext
    lines = [line_of(item, names, say) for item in inbox.items if item.kind.is_theirs_to_do]
    titled = (
        (_("Late"), "bad", [line for line in lines if line.item.overdue]),
        (_("Soon late"), "warn", [line for line in lines if line.item.presses]),
        (_("Waits for you"), "", [line for line in lines if not line.item.overdue and not line.item.presses]),
    )
    return tuple(Group(title, tone, tuple(found)) for title, tone, found in titled if found)


def lines_of(inbox: Inbox, kind: InboxKind, names: Mapping[str, str], say: Formats) -> tuple[Line, ...]:
    """What stands there of one kind."""
    return tuple(line_of(item, names, say) for item in inbox.items if item.kind is kind)


def summary_of(inbox: Inbox, say: Formats) -> str:
    """The inbox in one sentence."""
    waiting = sum(item.kind.is_theirs_to_do for item in inbox.items) + len(inbox.changes)
    late = sum(item.overdue for item in inbox.items if item.kind.is_theirs_to_do)
    late += sum(change.overdue for change in inbox.changes)
    if not waiting:
        return say.gettext("All is done.")
    if inbox.more:
        found = say.ngettext("At least %(num)d thing waits for you", "At least %(num)d things wait for you", waiting)
    else:
        found = say.ngettext("%(num)d thing waits for you", "%(num)d things wait for you", waiting)
    told = found % {"num": waiting}
    if not late:
        return say.gettext("%(told)s, none of them late.") % {"told": told}
    return say.ngettext("%(told)s, %(num)d of them late.", "%(told)s, %(num)d of them late.", late) % {
        "told": told,
        "num": late,
    }


def line_of(item: InboxItem, names: Mapping[str, str], say: Formats) -> Line:
    """One thing that waits, in words."""
    tasks = _tasks(say)
    task, action = tasks[item.kind]
    path = gate_path(item.project, item.gate, item.acting_for)
    if item.kind is InboxKind.PREPARE:
        path = prepare_path(item.project, item.gate)
    elif item.evidence:
        path = f"{prepare_path(item.project, item.gate, item.acting_for)}#item-{item.evidence}"
    elif item.requirement:
        path = f"{path}#asked"
    elif item.condition:
        path = f"{project_path(item.project)}#condition-{item.condition}"
    return Line(
        item=item,
        sign=_SIGNS[item.kind],
        task=task % {"gate": item.label},
        about=" · ".join(_about(item, names, say)),
        action=action,
        path=path,
        project_path=project_path(item.project),
        stands_still=item.kind in _CLOCK_STOPPED,
    )


def own_projects(found: Iterable[ProjectSummary], say: Formats) -> tuple[OwnProject, ...]:
    """The projects of somebody, the most pressing first."""
    pressing = sorted(found, key=lambda line: (not line.overdue, not line.breaches, line.due or _NEVER, line.key))
    return tuple(
        OwnProject(
            line=line,
            path=project_path(line.key),
            state=_state(line, say),
            next=tuple((gate_path(line.key, gate), say.named(gate)) for gate in line.open_gates or line.next_gates),
        )
        for line in pressing
    )


def _state(line: ProjectSummary, say: Formats) -> str:
    if line.status is Status.ON_HOLD:
        return say.named(line.status)
    return say.gettext("out of tolerance") if line.breaches else ""


def people_in(inbox: Inbox) -> set[str]:
    """Everybody whom the inbox names."""
    named = {person for item in inbox.items for person in (item.submitted_by, item.acting_for)}
    named |= {change.proposed_by for change in inbox.changes}
    return {person for person in named if person}


def _tasks(say: Formats) -> Mapping[InboxKind, tuple[str, str]]:
    """What is to be done at each kind of item, and the name of the way there."""
    _ = say.gettext
    return {
        InboxKind.VOTE: (_("Vote: %(gate)s"), _("Look and vote")),
        InboxKind.DECIDE: (_("Decide: %(gate)s"), _("Look and decide")),
        InboxKind.ANSWER: (_("Answer a question: %(gate)s"), _("Answer")),
        InboxKind.SUPPLY: (_("Supply evidence: %(gate)s"), _("Supply")),
        InboxKind.WAIVE: (_("A waiver is asked for: %(gate)s"), _("Look and answer")),
        InboxKind.PREPARE: (_("Prepare: %(gate)s"), _("Prepare")),
        InboxKind.PROVE: (_("Prove a condition of %(gate)s"), _("Prove")),
        InboxKind.ACCEPT: (_("Accept a proof: %(gate)s"), _("Look at it")),
        InboxKind.FOLLOW: (_("Submitted: %(gate)s"), _("See")),
        InboxKind.WATCH: (_("Not decided or submitted yet: %(gate)s"), _("See")),
    }


def _about(item: InboxItem, names: Mapping[str, str], say: Formats) -> Iterable[str]:
    _ = say.gettext
    if item.acting_for:
        yield _("for %(person)s") % {"person": names.get(item.acting_for, item.acting_for)}
    if item.round > 1:
        yield _("round %(number)d") % {"number": item.round}
    if item.requirement:
        yield _("without %(requirement)s") % {"requirement": say.named(item.requirement.partition(".")[2])}
    if item.kind in (InboxKind.VOTE, InboxKind.DECIDE) and item.submitted_by and item.submitted_at:
        yield _("submitted by %(person)s, %(when)s") % {
            "person": names.get(item.submitted_by, item.submitted_by),
            "when": say.when(item.submitted_at),
        }
    if not item.kind.is_theirs_to_do and item.waits_for:
        yield _("waits for %(roles)s") % {"roles": ", ".join(say.named(role) for role in item.waits_for)}
