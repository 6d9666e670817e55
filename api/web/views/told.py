"""What happened, told in a sentence: for timelines, and for whoever was looking at a page while others acted."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from api.web.formats import Formats
from lifecycle.domain.events import Recorded
from lifecycle.domain.gate_events import DECIDED
from lifecycle.domain.project import Outcome
from lifecycle.service.trail import RecordKind, TrailRecord

Names = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that happened: when, by whom (nobody where time or a rule did it), in a sentence, and what was said."""

    seq: int
    at: datetime
    who: str
    sentence: str
    said: str
    sign: str
    tone: str
    gate: str | None


def told(records: Iterable[TrailRecord], names: Names, say: Formats) -> tuple[Told, ...]:
    """The events among the records, in their order."""
    return tuple(_told(record, names, say) for record in records if record.kind is RecordKind.EVENT)


def items_supplied(records: Iterable[TrailRecord], since: int) -> set[str]:
    """The evidence items of which a version was supplied after the event numbered `since`."""
    return {
        record.content["event"]["evidence"]["item"]
        for record in records
        if record.type == "person:evidence:supplied" and (record.seq or 0) > since
    }


def people_in(records: Iterable[TrailRecord]) -> set[str]:
    """Everybody who did something in the records, or was acted for."""
    return {person for record in records for person in (record.person, record.acting_for) if person}


def _told(record: TrailRecord, names: Names, say: Formats) -> Told:
    event = record.content.get("event", {})
    sentence, said = _sentence(record.type, event, say)
    sign, tone = _SIGNS.get(record.type, ("dash", "calm"))
    if record.type in DECIDED:
        sign, tone = OUTCOME_SIGNS[Outcome(event["outcome"])]
    return Told(record.seq or 0, record.at, _who(record, names, say), sentence, said, sign, tone, record.gate)


OUTCOME_SIGNS: Final[Mapping[Outcome, tuple[str, str]]] = {
    Outcome.GO: ("check", "good"),
    Outcome.CONDITIONAL_GO: ("check", "good"),
    Outcome.HOLD: ("pause", "warn"),
    Outcome.RECYCLE: ("pen", "warn"),
    Outcome.KILL: ("stop", "bad"),
    Outcome.DECLINE: ("stop", "warn"),
}
_SIGNS: Final[Mapping[str, tuple[str, str]]] = {
    "person:project:registered": ("flag", "calm"),
    "policy:stage:entered": ("flag", "good"),
    "person:evidence:supplied": ("file", "calm"),
    "person:gate:submitted": ("right", "calm"),
    "person:vote:cast": ("vote", "calm"),
    "person:gate:called_in": ("alert", "warn"),
    "person:gate:nudged": ("clock", "warn"),
    "person:information:requested": ("question", "warn"),
    "person:information:answered": ("answer", "calm"),
    "policy:votes:voided": ("alert", "warn"),
    "policy:round:returned": ("alert", "warn"),
    "policy:breach:found": ("alert", "bad"),
    "policy:breach:cleared": ("check", "good"),
    "clock:ladder:stepped": ("clock", "warn"),
    "clock:condition:missed": ("alert", "bad"),
    "person:condition:accepted": ("check", "good"),
    "person:condition:proved": ("proof", "calm"),
    "person:project:held": ("pause", "warn"),
    "policy:project:held": ("pause", "warn"),
    "clock:hold:due": ("clock", "warn"),
    "person:project:resumed": ("right", "good"),
    "person:project:killed": ("stop", "bad"),
    "policy:project:killed": ("stop", "bad"),
    "person:facts:amended": ("pen", "calm"),
}


def _who(record: TrailRecord, names: Names, say: Formats) -> str:
    if not record.type.startswith("person:") or not record.person:
        return ""
    doer = names.get(record.person, record.person)
    if not record.acting_for:
        return doer
    giver = names.get(record.acting_for, record.acting_for)
    return say.gettext("%(doer)s for %(giver)s") % {"doer": doer, "giver": giver}


def _sentence(type_: str, event: Mapping[str, Any], say: Formats) -> tuple[str, str]:
    """The sentence, and what somebody has said in their own words."""
    words = _wordings(say.gettext)
    if type_ not in words:
        return say.named(type_.partition(":")[2].replace(":", " ")), ""
    text, values, own = words[type_]
    found = {name: _value(name, _at(event, path), say) for name, path in values.items()}
    return text % found, say.said(_at(event, own)) if own else ""


def _at(event: Mapping[str, Any], path: str) -> Any:
    found: Any = event
    for step in path.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def _value(name: str, value: Any, say: Formats) -> str:
    if isinstance(value, list):
        return ", ".join(say.named(str(each)) for each in value)
    if isinstance(value, dict):
        return ", ".join(say.named(each) for each in value)
    return say.named(str(value)) if name in _NAMED else str(value)


_NAMED: Final = frozenset({"stage", "item", "verdict", "outcome", "action", "tolerance", "tier", "gate", "requirement"})


def _wordings(_: Callable[[str], str]) -> Mapping[str, tuple[str, Mapping[str, str], str]]:
    """Sentence, what it names of the event, and where the event has somebody's own words."""
    return {
        "person:project:registered": (_("registered the project"), {}, "attested"),
        "policy:stage:entered": (_("The project entered %(stage)s"), {"stage": "stage"}, ""),
        "person:facts:amended": (_("amended facts: %(facts)s"), {"facts": "facts"}, "reason"),
        "policy:tier:changed": (_("The tier is now %(tier)s"), {"tier": "after"}, ""),
        "policy:baseline:taken": (_("Today's figures became the baseline"), {}, ""),
        "policy:breach:found": (_("A tolerance is exceeded"), {}, "sentence"),
        "policy:breach:cleared": (_("Within tolerance again: %(tolerance)s"), {"tolerance": "tolerance"}, ""),
        "policy:round:opened": (
            _("%(gate)s, round %(round)s, opened for preparation"),
            {"gate": "gate", "round": "round"},
            "reason",
        ),
        "person:evidence:supplied": (
            _("supplied %(item)s, version %(version)s"),
            {"item": "evidence.item", "version": "evidence.version"},
            "",
        ),
        "policy:votes:voided": (_("Votes no longer count"), {}, "because"),
        "policy:round:returned": (_("%(gate)s went back to preparation"), {"gate": "gate"}, ""),
        "person:gate:submitted": (_("submitted %(gate)s"), {"gate": "gate"}, ""),
        "person:gate:withdrawn": (_("withdrew %(gate)s"), {"gate": "gate"}, "reason"),
        "person:vote:cast": (_("voted: %(verdict)s"), {"verdict": "vote.verdict"}, "vote.rationale"),
        "person:information:requested": (_("asked a question"), {}, "question.text"),
        "person:information:answered": (_("answered"), {}, "answer"),
        "person:gate:decided": (
            _("%(gate)s is decided: %(outcome)s"),
            {"gate": "gate", "outcome": "outcome"},
            "rationale",
        ),
        "clock:gate:decided": (
            _("%(gate)s is decided: %(outcome)s"),
            {"gate": "gate", "outcome": "outcome"},
            "rationale",
        ),
        "person:gate:called_in": (_("called the decision in: %(gate)s"), {"gate": "gate"}, "reason"),
        "person:gate:nudged": (
            _("reminded those whom %(gate)s waits for: %(roles)s"),
            {"gate": "gate", "roles": "roles"},
            "",
        ),
        "person:waiver:asked": (
            _("asked for a waiver of %(requirement)s"),
            {"requirement": "request.requirement"},
            "request.reason",
        ),
        "person:waiver:declined": (
            _("declined to waive %(requirement)s"),
            {"requirement": "requirement"},
            "reason",
        ),
        "person:waiver:revoked": (_("revoked a waiver"), {}, "reason"),
        "person:waiver:granted": (
            _("waived %(requirement)s"),
            {"requirement": "waiver.requirement"},
            "waiver.reason",
        ),
        "clock:waiver:expired": (_("A waiver ran out"), {}, ""),
        "person:condition:proved": (_("proved a condition"), {}, "proof"),
        "person:condition:accepted": (_("judged the proof of a condition"), {}, "rationale"),
        "clock:condition:missed": (_("A condition was missed"), {}, ""),
        "clock:ladder:stepped": (_("The deadline of %(gate)s: %(action)s"), {"gate": "gate", "action": "action"}, ""),
        "clock:recurrence:came": (_("%(gate)s came round"), {"gate": "gate"}, ""),
        "person:project:held": (_("put the project on hold"), {}, "reason"),
        "policy:project:held": (_("The project went on hold"), {}, "reason"),
        "clock:hold:due": (_("The day came to look again at the hold"), {}, ""),
        "person:project:resumed": (_("resumed the project"), {}, "reason"),
        "person:project:killed": (_("stopped the project for good"), {}, "reason"),
        "policy:project:killed": (_("The project was stopped for good"), {}, "reason"),
        "person:policy:offered": (_("offered a new edition of the policy"), {}, "reason"),
        "policy:policy:bound": (_("A new edition of the policy binds the project"), {}, "reason"),
    }


def effects(events: Iterable[Recorded], say: Formats) -> tuple[str, ...]:
    """What would happen besides the deed itself, in sentences; nothing if only that is noted."""
    words = _effects(say.gettext)
    found = []
    for recorded in events:
        event = recorded.event.model_dump(mode="json")
        if event["type"] in words:
            text, values = words[event["type"]]
            found.append(text % {name: _value(name, _at(event, path), say) for name, path in values.items()})
    return tuple(found)


def _effects(_: Callable[[str], str]) -> Mapping[str, tuple[str, Mapping[str, str]]]:
    return {
        "person:gate:decided": (_("Decides the gate: %(outcome)s."), {"outcome": "outcome"}),
        "policy:stage:entered": (_("The project enters %(stage)s."), {"stage": "stage"}),
        "policy:baseline:taken": (_("Today's figures become the baseline."), {}),
        "policy:round:opened": (
            _("%(gate)s, round %(round)s, opens for preparation."),
            {"gate": "gate", "round": "round"},
        ),
        "policy:breach:cleared": (_("Within tolerance again: %(tolerance)s."), {"tolerance": "tolerance"}),
        "person:gate:submitted": (_("The evidence is frozen; asked to decide: %(roles)s."), {"roles": "called"}),
        "person:project:held": (_("Every clock stops until the project is resumed."), {}),
        "policy:project:held": (_("Every clock stops until the project is resumed."), {}),
        "person:project:resumed": (_("The clocks go on from where they stopped."), {}),
        "person:project:killed": (_("The project ends; nothing more can be decided on it."), {}),
        "policy:project:killed": (_("The project ends; nothing more can be decided on it."), {}),
        "policy:votes:voided": (_("Votes that relied on it no longer count."), {}),
        "policy:policy:bound": (_("A newer edition of the policy binds the project from then on."), {}),
    }
