"""A gate on one screen: what is asked, what was found, what changed, who has said what, and what comes next."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from api.web.addresses import prepare_path, project_path
from api.web.formats import Formats
from lifecycle.domain.evidence import EvidenceVersion
from lifecycle.domain.project import ProjectState, RoundStatus, Vote
from lifecycle.domain.values import FactValue
from lifecycle.gates.criteria import Finding, Result
from lifecycle.service.deadlines import StepView
from lifecycle.service.gate_views import EvidenceView, GateView
from lifecycle.service.round_views import RoundView

_FIRST = (Result.NOT_MET, Result.UNKNOWN)


@dataclass(frozen=True, slots=True)
class FoundLine:
    """A finding with the page where it is mended; `share` is a score in words, `since_round` how it was before."""

    finding: Finding
    mend: str
    share: str
    since_round: str


@dataclass(frozen=True, slots=True)
class ShownItem:
    """A piece of evidence, and how it differs from what was shown before.

    `news` is what changed since the reader's last look, `since_round` since the round before; `before` are the
    answers of that round that were others.
    """

    evidence: EvidenceView
    shown: EvidenceVersion | None
    news: bool
    since_round: str
    before: Mapping[str, FactValue]
    file: str


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step of the ladder: when, and what happens."""

    when: str
    text: str
    taken: bool
    next: bool


def findings_of(view: GateView, say: Formats) -> tuple[FoundLine, ...]:
    """Every finding, those that keep the gate shut first."""
    ordered = sorted(view.findings, key=lambda finding: (finding.result not in _FIRST, finding.passes))
    return tuple(
        FoundLine(finding, _mend(view, finding), _share(finding, say), _as_it_was(view, finding, say))
        for finding in ordered
    )


def evidence_of(view: GateView, changed: Iterable[str], say: Formats) -> tuple[ShownItem, ...]:
    """Every item that applies, or was supplied all the same; `changed` are those that are new to the reader."""
    new = set(changed)
    return tuple(
        ShownItem(
            evidence=item,
            shown=item.supplied,
            news=item.item in new,
            since_round=_since_round(view, item, say),
            before=_answers_before(view, item),
            file=f"{project_path(view.project)}/evidence/{item.supplied.digest}" if item.supplied else "",
        )
        for item in view.evidence
        if item.supplied or item.result is not Result.NOT_APPLICABLE
    )


def ladder_of(view: GateView, names: Mapping[str, str], say: Formats) -> tuple[StepLine, ...]:
    """What happens, and when, as long as nobody decides."""
    coming = next((step.number for step in view.ladder if not step.taken), None)
    return tuple(
        StepLine(say.when(step.at), _step(step, names, say), step.taken, step.number == coming) for step in view.ladder
    )


def people_in(view: GateView) -> set[str]:
    """Everybody whom the page names."""
    return {person for person in _people(view) if person}


def owners(project: ProjectState, names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Who can be asked to fulfil a condition, with their names: the manager first, then the others at hand."""
    posts = [post for post in (project.manager, project.sponsor) if post]
    known = dict.fromkeys([*posts, *sorted(names)])
    return tuple((person, names.get(person, person)) for person in known)


def is_before_approvers(view: GateView) -> bool:
    """Whether somebody is asked to decide now."""
    return view.round is not None and view.round.status in (RoundStatus.SUBMITTED, RoundStatus.INFORMATION_REQUESTED)


def length_of(round_: RoundView) -> timedelta | None:
    """How long a round took from its submission to its decision."""
    if round_.submitted_at is None or round_.decision is None:
        return None
    return round_.decision.at - round_.submitted_at


def _people(view: GateView) -> Iterator[str | None]:
    for slot in view.slots:
        yield slot.filled_by
        yield from slot.candidates
    for step in view.ladder:
        yield from step.people
    yield from view.approvals.barred
    for need in view.path_to_green:
        yield from need.owed_by
    for condition in view.conditions:
        yield condition.owner
    for waiver in view.waivers:
        yield waiver.granted_by
    for request in view.waivers_asked:
        yield from request.asked_by
    for item in view.evidence:
        for version in item.versions:
            yield from (version.author, version.principal)
    for round_ in (*view.earlier, *([view.round] if view.round else ())):
        yield from _in_round(round_)


def _in_round(round_: RoundView) -> Iterator[str | None]:
    yield from round_.participants
    for vote in round_.votes:
        yield from _of_vote(vote)
    for question in round_.questions:
        yield from (question.asked_by, question.answered_by)
    if round_.decision:
        yield from round_.decision.decided_by


def _of_vote(vote: Vote) -> Iterator[str]:
    yield from (vote.voter, vote.principal, *(promise.owner for promise in vote.conditions))


def _mend(view: GateView, finding: Finding) -> str:
    """Where a finding is mended; nowhere once it is met."""
    if finding.passes and finding.result not in _FIRST:
        return ""
    kind, _, name = finding.requirement.partition(".")
    if kind == "evidence":
        return f"{prepare_path(view.project, view.gate)}#item-{name}"
    if finding.requirement == "score" or (
        finding.missing_facts and all(fact.startswith("answers.") for fact in finding.missing_facts)
    ):
        return prepare_path(view.project, view.gate)
    return f"{project_path(view.project)}#facts"


def _share(finding: Finding, say: Formats) -> str:
    return "" if finding.value is None else say.percent(finding.value)


def _since_round(view: GateView, item: EvidenceView, say: Formats) -> str:
    """How an item differs from the round before; nothing in a first round."""
    _ = say.gettext
    if not view.earlier or item.supplied is None:
        return ""
    before = view.earlier[-1].evidence.get(item.item)
    number = {"number": view.earlier[-1].number}
    if before is None:
        return _("new since round %(number)d") % number
    if before.digest != item.supplied.digest:
        return _("changed since round %(number)d") % number
    return _("as in round %(number)d") % number


def _answers_before(view: GateView, item: EvidenceView) -> Mapping[str, FactValue]:
    before = view.earlier[-1].evidence.get(item.item) if view.earlier else None
    if before is None or item.supplied is None:
        return {}
    return {name: value for name, value in before.answers.items() if item.supplied.answers.get(name) != value}


def _as_it_was(view: GateView, finding: Finding, say: Formats) -> str:
    """How a finding of the round before differs from what is found now; nothing in a first round."""
    decided = view.earlier[-1].decision if view.earlier else None
    then = decided.findings.get(finding.requirement) if decided else None
    if then is None or then == finding.result:
        return ""
    words = {"met": "met", "not_met": "not met", "unknown": "not known", "not_applicable": "does not apply"}
    was = say.gettext(words.get(then, "waived"))
    return say.gettext("round %(number)s: %(was)s") % {"number": view.earlier[-1].number, "was": was}


def _step(step: StepView, names: Mapping[str, str], say: Formats) -> str:
    """What a step does, and who the role is that it names, where that says more."""
    _ = say.gettext
    role = say.named(step.role or "")
    people = ", ".join(names.get(person, person) for person in step.people)
    named = f"{role} ({people})" if people and people != role else role
    texts = {
        "remind": _("those who are awaited are reminded"),
        "notify": _("%(role)s is told"),
        "widen": _("%(role)s may vote as well"),
        "reassign": _("what is open goes to %(role)s"),
        "raise": _("the decision goes to %(role)s"),
        "hold": _("the project goes on hold"),
        "decide": _("silence decides"),
    }
    return texts[step.action] % {"role": named}
