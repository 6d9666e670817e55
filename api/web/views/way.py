"""The way to a go as a page shows it: one step below the other, who owes each, when, and where it is done."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from api.web.addresses import gate_path, prepare_path, project_path
from api.web.formats import Formats
from api.web.values import shown
from lifecycle.domain.project import OPENING, ProjectState
from lifecycle.domain.values import FactValue
from lifecycle.gates.policy import Fact, Policy
from lifecycle.gates.policy_gates import GateKind
from lifecycle.gates.policy_requirements import FormField
from lifecycle.service.gate_queries import Stop, WayToGo
from lifecycle.service.gate_views import GateLine, GateView

MOST_NAMED: Final = 3
"""So many people are named who could do a step; of more, the rest are counted."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: what, whose it is, from when (if later than the step before), and on which page, if on any."""

    said: str
    who: str
    mine: bool
    when: str
    path: str
    link: str
    at_gate: str


@dataclass(frozen=True, slots=True)
class DrawnWay:
    """The way: its steps in order, the earliest day of the go, or what is in the way.

    `instead` names what one could ask a waiver of at the page `asking`, each with who could grant it.
    """

    gate: str
    steps: tuple[Step, ...]
    instead: tuple[tuple[str, str], ...]
    asking: str
    earliest: datetime | None
    obstacle: str


def way_of(way: WayToGo, policy: Policy, state: ProjectState, reader: str, say: Formats) -> DrawnWay:
    """The way, in the reader's words; `mine` are the steps that they could do."""
    steps, before = [], way.stops[0].at if way.stops else say.now
    for stop in way.stops:
        steps.append(_step(stop, way, policy, state, reader, say, later=stop.at > before))
        before = stop.at
    return DrawnWay(
        gate=way.gate,
        steps=tuple(steps),
        instead=tuple(_instead(way, say)),
        asking=f"{gate_path(way.project, way.gate)}#wanted",
        earliest=way.earliest,
        obstacle="" if way.reaches else say.said(way.obstacle),
    )


def _instead(way: WayToGo, say: Formats) -> Iterable[tuple[str, str]]:
    for each in way.waivable:
        yield say.said(each.label), _people([way.names.get(person, person) for person in each.granters], say)


def leads_on(view: GateView, state: ProjectState) -> bool:
    """Whether a gate is on its project's way now: open, or one out of its stage that has not let it pass."""
    decided = view.round.decision if view.round else None
    has_passed = decided is not None and decided.outcome in OPENING
    return not state.is_over and (view.is_open or (view.leads_from == state.stage and not has_passed))


def gate_ahead(state: ProjectState, lines: Iterable[GateLine]) -> str | None:
    """The gate that comes first on a project's way.

    An open exception, which stops all others; else one that leads out of the stage; else any that is open.
    """
    opened = [line for line in lines if line.is_open]
    breached = [line for line in opened if line.kind is GateKind.EXCEPTION]
    leading = [line for line in opened if line.kind is GateKind.STAGE and line.leads_from == state.stage]
    return next((line.gate for line in (*breached, *leading, *opened)), None)


def _step(
    stop: Stop, way: WayToGo, policy: Policy, state: ProjectState, reader: str, say: Formats, *, later: bool
) -> Step:
    people = sorted((person for person in (stop.by, *stop.others) if person), key=lambda person: person != reader)
    names = {**way.names, reader: say.gettext("you")}
    path, link = _place(stop, way.project, say)
    elsewhere = stop.gate is not None and stop.gate != way.gate
    return Step(
        said=_said(stop, policy, state, say),
        who=_people([names.get(person, person) for person in people], say),
        mine=reader in people,
        when=say.when(stop.at) if later and stop.by else "",
        path=path,
        link=link,
        at_gate=policy.gates[stop.gate].called(stop.gate) if elsewhere and stop.gate in policy.gates else "",
    )


def _people(names: list[str], say: Formats) -> str:
    if len(names) > MOST_NAMED:
        more = {"names": ", ".join(names[: MOST_NAMED - 1]), "num": len(names) - MOST_NAMED + 1}
        return say.gettext("%(names)s or one of %(num)d others") % more
    return say.gettext(" or ").join(names)


def _said(stop: Stop, policy: Policy, state: ProjectState, say: Formats) -> str:
    """What is to be done, as a sentence."""
    _ = say.gettext
    gate = policy.gates[stop.gate].called(stop.gate) if stop.gate in policy.gates else ""
    texts = {
        "supply_evidence": _("Answer %(item)s: %(values)s") if stop.values else _("Supply %(item)s"),
        "submit_gate": _("Submit %(gate)s"),
        "amend_facts": _("Bring the project to where %(values)s, and record it"),
        "cast_vote": _("Approve %(gate)s as %(role)s"),
        "decide_gate": _("Decide %(gate)s: %(outcome)s"),
        "open_gate": _("Open %(gate)s"),
        "answer_information": _("Answer the question: %(subject)s"),
        "prove_condition": _("Prove: %(condition)s"),
        "accept_condition": _("Accept the proof of: %(condition)s"),
        "resume_project": _("Resume the project"),
        "fall_due": _("Wait until %(day)s"),
    }
    known = {
        "gate": say.said(gate),
        "item": _item(stop, policy, say),
        "values": _values(stop, policy, say),
        "role": say.named(stop.subject),
        "outcome": _outcome(stop, policy, say),
        "subject": stop.subject,
        "condition": state.conditions[stop.subject].text if stop.subject in state.conditions else "",
        "day": say.day(stop.at),
    }
    return texts[stop.action] % known if stop.action in texts else say.said(stop.sentence)


def _item(stop: Stop, policy: Policy, say: Formats) -> str:
    rule = policy.gates[stop.gate].evidence.get(stop.subject) if stop.gate in policy.gates else None
    return say.said(rule.label) if rule and rule.label else say.named(stop.subject)


def _outcome(stop: Stop, policy: Policy, say: Formats) -> str:
    gate = policy.gates.get(stop.gate or "")
    label = next((gate.decision(o).label for o in gate.decisions if o == stop.subject), "") if gate else ""
    return label or say.named(stop.subject)


def _values(stop: Stop, policy: Policy, say: Formats) -> str:
    """What is to be recorded or answered: cost is £1,000.00, ready is yes."""
    form = policy.gates[stop.gate].evidence.get(stop.subject) if stop.gate in policy.gates else None
    declared: Mapping[str, Fact | FormField] = form.fields if form else policy.facts
    return ", ".join(
        _value(name, value, declared[name], say) for name, value in stop.values.items() if name in declared
    )


def _value(name: str, value: FactValue, declared: Fact | FormField, say: Formats) -> str:
    unit = declared.unit if isinstance(declared, Fact) else None
    told = {"fact": say.said(declared.label) or say.named(name), "value": shown(declared.type, value, unit or "", say)}
    return say.gettext("%(fact)s is %(value)s") % told


def _place(stop: Stop, project: str, say: Formats) -> tuple[str, str]:
    """The page on which a step is done, and what the link to it says; nowhere where time has to pass."""
    _ = say.gettext
    gate = stop.gate or ""
    places = {
        "supply_evidence": (f"{prepare_path(project, gate)}#item-{stop.subject}", _("Supply it")),
        "submit_gate": (prepare_path(project, gate), _("Submit it")),
        "amend_facts": (f"{project_path(project)}/facts", _("Amend facts")),
        "cast_vote": (f"{gate_path(project, gate)}#voting", _("To the vote")),
        "decide_gate": (f"{gate_path(project, gate)}#deciding", _("To the decision")),
        "open_gate": (gate_path(project, gate), _("Open it")),
        "answer_information": (gate_path(project, gate), _("Answer")),
        "prove_condition": (f"{project_path(project)}#condition-{stop.subject}", _("Prove it")),
        "accept_condition": (f"{project_path(project)}#condition-{stop.subject}", _("To the proof")),
        "resume_project": (f"{project_path(project)}/resume", _("Resume")),
    }
    return places.get(stop.action, ("", ""))
