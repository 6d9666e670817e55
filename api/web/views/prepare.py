"""The submitter's side of a gate: what it asks for, what is there, and whether it could be submitted now."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from api.web.formats import Formats
from api.web.values import field_text
from api.web.views.ballot import Rehearsed
from api.web.views.gate import FoundLine, findings_of
from api.web.views.told import effects
from lifecycle.domain.evidence import EvidenceKind
from lifecycle.domain.verdicts import Refusal
from lifecycle.gates.criteria import Result
from lifecycle.gates.explain import Possibility
from lifecycle.gates.vocabulary import Kind
from lifecycle.service.gate_views import EvidenceView, GateView

_DONE: Final = (Result.MET, Result.NOT_APPLICABLE, Result.WAIVED)


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a form, with the answer that was given last."""

    name: str
    label: str
    kind: Kind
    of: tuple[str, ...]
    optional: bool
    value: str


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to supply: whether the reader may, the questions if it is a form, and whether it is done."""

    evidence: EvidenceView
    may: bool
    why_not: Refusal | None
    questions: tuple[Question, ...]
    done: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the preparation is: so many of so many things are there."""

    done: int
    all: int

    @property
    def share(self) -> int:
        """The same out of a hundred."""
        return 100 * self.done // self.all if self.all else 100


def tasks_of(view: GateView) -> tuple[Task, ...]:
    """Everything to supply, in the policy's order; what does not apply is left out."""
    may = {action.subject: action for action in view.actions if action.action == "supply_evidence"}
    return tuple(
        _task(item, may.get(f"{view.gate}.{item.item}"))
        for item in view.evidence
        if item.supplied or item.result is not Result.NOT_APPLICABLE
    )


def criteria_of(view: GateView, say: Formats) -> tuple[FoundLine, ...]:
    """The findings that are not about evidence."""
    return tuple(line for line in findings_of(view, say) if not line.finding.requirement.startswith("evidence."))


def progress_of(tasks: Iterable[Task], criteria: Iterable[FoundLine]) -> Progress:
    """How much of everything is met."""
    marks = [task.done for task in tasks] + [line.finding.result in _DONE for line in criteria]
    return Progress(sum(marks), len(marks))


def causes_of(rehearsed: Rehearsed, say: Formats) -> tuple[str, ...]:
    """What submitting would make happen; nothing if it would be refused."""
    return () if isinstance(rehearsed, Refusal) else effects(rehearsed, say)


def _task(item: EvidenceView, may: Possibility | None) -> Task:
    answers = item.supplied.answers if item.supplied else {}
    questions = tuple(
        Question(
            name=name,
            label=field.label or name.replace("_", " ").capitalize(),
            kind=field.type,
            of=field.of,
            optional=field.optional,
            value=field_text(field.type, answers.get(name)),
        )
        for name, field in item.fields.items()
        if item.kind is EvidenceKind.FORM
    )
    done = item.result in _DONE
    return Task(item, may.allowed if may else False, may.refusal if may else None, questions, done)
