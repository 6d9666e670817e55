"""Which facts and answers would have to change, and to what, for a gate to find what it asks for."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from itertools import combinations, islice, product
from typing import Final, NamedTuple

from lifecycle.domain.project import OPENING, ProjectState, Round
from lifecycle.domain.values import FactValue
from lifecycle.gates.conditions import Condition, Kind
from lifecycle.gates.criteria import SCORE, findings_of, missing
from lifecycle.gates.deciding import is_available
from lifecycle.gates.derivation import MINOR_UNITS
from lifecycle.gates.findings import Finding
from lifecycle.gates.policy_requirements import Criterion, EvidenceRule, FormField
from lifecycle.gates.proofs.samples import samples_of
from lifecycle.gates.rulebook import Rulebook
from lifecycle.gates.rules import misfit

MOST_TRIED: Final = 1_500
"""So many changes are tried for one requirement."""
MOST_TOGETHER: Final = 3
"""So many facts are changed together at most."""


class Changes(NamedTuple):
    """Facts of the project, and answers of the gate's forms, with the values they should have."""

    facts: Mapping[str, FactValue]
    answers: Mapping[str, FactValue]


Changed = Callable[[ProjectState, Round], bool]


def changes_for(book: Rulebook, state: ProjectState, round_: Round, finding: Finding, now: datetime) -> Changes | None:
    """The fewest changes after which a criterion or the score is met, and nothing else is worse; none if none is found.

    Only facts that people may amend and questions that forms ask are changed.
    """
    lacking = {other.requirement for other in missing(findings_of(book, state, round_, now))}

    def is_mended(state: ProjectState, round_: Round) -> bool:
        found = findings_of(book, state, round_, now)
        still = {other.requirement for other in missing(found)}
        return finding.requirement not in still and still <= lacking

    if finding.requirement == SCORE:
        return _highest(book, state, round_, is_mended)
    rule = book.policy.gates[round_.gate].criteria[finding.requirement.partition(".")[2]]
    texts = [text for text in (rule.must, rule.when) if text]
    return _fewest(book, state, round_, [book.condition(text, round_.gate) for text in texts], is_mended)


def _highest(book: Rulebook, state: ProjectState, round_: Round, is_mended: Changed) -> Changes | None:
    """Full marks, for as few criteria as possible; a score that is calculated from several facts is left alone."""
    scored = [rule for rule in book.policy.gates[round_.gate].criteria.values() if rule.should]
    change: dict[str, FactValue] = {}
    for rule in sorted(scored, key=lambda rule: -rule.weight):
        condition = book.condition(rule.should or "", round_.gate, scored=True)
        if len(condition.references) == 1 and condition.references[0] == condition.text.strip():
            change[condition.text.strip()] = _full_marks(condition, rule)
            if is_mended(*_after(book, state, round_, _parted(change))):
                return _parted(change)
    return None


def _full_marks(condition: Condition, rule: Criterion) -> FactValue:
    kind = condition.kinds[condition.references[0]]
    if kind is Kind.BOOLEAN:
        return True
    return rule.out_of if kind is Kind.NUMBER else int(rule.out_of * (MINOR_UNITS if kind is Kind.MONEY else 1))


def changes_for_a_go(book: Rulebook, state: ProjectState, round_: Round) -> Changes | None:
    """The fewest changes after which a round can be decided go, as far as that depends on facts."""
    gate = book.policy.gates[round_.gate]
    whens = [when for outcome in OPENING if outcome in gate.decisions and (when := gate.decision(outcome).when)]

    def is_mended(state: ProjectState, round_: Round) -> bool:
        return any(is_available(book, state, round_, outcome) for outcome in OPENING)

    return _fewest(book, state, round_, [book.condition(when, round_.gate) for when in whens], is_mended)


def _fewest(
    book: Rulebook, state: ProjectState, round_: Round, conditions: list[Condition], is_mended: Changed
) -> Changes | None:
    """One change, two or three together; else all that is not known at once, without what turns out not to matter."""
    values = {name: tried for name, tried in _values(book, state, round_, conditions) if tried}

    def mends(change: Mapping[str, FactValue]) -> bool:
        return is_mended(*_after(book, state, round_, _parted(change)))

    few = (change for together in range(1, MOST_TOGETHER + 1) for change in islice(_of(values, together), MOST_TRIED))
    if found := next((change for change in few if mends(change)), None):
        return _parted(found)
    unknown = {name: tried[0] for name, tried in values.items() if _present(state, round_, name) is None}
    besides = ({**unknown, **more} for together in range(3) for more in islice(_of(values, together), MOST_TRIED))
    many = next((change for change in besides if mends(change)), None)
    for name in sorted(many or {}):
        fewer = {other: value for other, value in (many or {}).items() if other != name}
        many = fewer if mends(fewer) else many
    return _parted(many) if many else None


def _of(values: Mapping[str, list[FactValue]], together: int) -> Iterator[dict[str, FactValue]]:
    """Every change of so many facts."""
    for names in combinations(values, together):
        for chosen in product(*(values[name] for name in names)):
            yield dict(zip(names, chosen, strict=True))


def _with_derived(book: Rulebook, conditions: list[Condition]) -> list[Condition]:
    """The conditions, and those of which the derived facts that they name are made."""
    found, waiting = list(conditions), list(conditions)
    while waiting:
        for name in waiting.pop().references:
            space, _, leaf = name.partition(".")
            new = book.derivation.conditions.get(leaf, ()) if space == "derived" else ()
            waiting += [condition for condition in new if condition not in found]
            found += [condition for condition in new if condition not in found]
    return found


def _values(
    book: Rulebook, state: ProjectState, round_: Round, conditions: list[Condition]
) -> Iterator[tuple[str, list[FactValue]]]:
    """What may be changed, with the values worth trying, the nearest to the present one first."""
    forms = {name: field for _, name, field in questions(book, round_.gate)}
    for name, values in samples_of(_with_derived(book, conditions)).values.items():
        space, _, leaf = name.partition(".")
        declared = (
            book.policy.facts.get(leaf) if space == "project" else forms.get(leaf) if space == "answers" else None
        )
        if declared is None or getattr(declared, "by_gates", False):
            continue
        present = _present(state, round_, name)
        fitting = [value for value in values if value is not None and misfit(declared, value) is None]
        yield name, sorted((v for v in fitting if v != present), key=lambda value: _distance(value, present))


def _present(state: ProjectState, round_: Round, name: str) -> FactValue | None:
    space, _, leaf = name.partition(".")
    answered = {name: value for supplied in round_.evidence.values() for name, value in supplied.answers.items()}
    return (state.facts if space == "project" else answered).get(leaf)


def questions(book: Rulebook, gate: str) -> Iterator[tuple[str, str, FormField]]:
    """Every question of a gate's forms: the evidence item, the question, and what may be answered."""
    for item, rule in book.policy.gates[gate].evidence.items():
        yield from ((item, name, field) for name, field in rule.fields.items())


def answers_to(rule: EvidenceRule, given: Mapping[str, FactValue]) -> dict[str, FactValue]:
    """A whole form: what is given, and for the rest any answer that fits."""
    usual: dict[str, FactValue] = {
        "boolean": True,
        "integer": 0,
        "money": 0,
        "number": 0,
        "text": "-",
        "date": "2026-01-01",
    }
    return {
        name: given.get(name, field.of[0] if field.of else usual[field.type]) for name, field in rule.fields.items()
    }


def _distance(value: FactValue, present: FactValue | None) -> float:
    """How far a value lies from the present one, as far as that can be said; what was not known is near to nothing."""
    try:
        if isinstance(value, str) and isinstance(present, str):
            return abs((date.fromisoformat(value) - date.fromisoformat(present)).days)
    except ValueError:
        return 0
    are_numbers = isinstance(value, int | float) and isinstance(present, int | float | None)
    return abs(float(value) - float(present or 0)) if are_numbers else 0


def _parted(change: Mapping[str, FactValue]) -> Changes:
    facts = {name.partition(".")[2]: value for name, value in change.items() if name.startswith("project.")}
    answers = {name.partition(".")[2]: value for name, value in change.items() if name.startswith("answers.")}
    return Changes(facts, answers)


def _after(book: Rulebook, state: ProjectState, round_: Round, wanted: Changes) -> tuple[ProjectState, Round]:
    evidence = dict(round_.evidence)
    for item, name, _ in questions(book, round_.gate):
        if name in wanted.answers and item in evidence:
            answers = {**evidence[item].answers, name: wanted.answers[name]}
            evidence[item] = evidence[item].model_copy(update={"answers": answers})
    changed = round_.model_copy(update={"evidence": evidence})
    facts = {"facts": {**state.facts, **wanted.facts}, "rounds": {**state.rounds, round_.gate: changed}}
    return state.model_copy(update=facts), changed
