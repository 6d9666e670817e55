"""Which facts and answers would have to change, and to what, for a gate to find what it asks for."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from lifecycle.domain.project import Outcome, ProjectState, Round
from lifecycle.domain.values import FactValue
from lifecycle.gates.changes import Changes, Patience, smallest, with_derived
from lifecycle.gates.conditions import Condition, Kind
from lifecycle.gates.criteria import SCORE, findings_of, missing
from lifecycle.gates.deciding import facts_set, is_available
from lifecycle.gates.derivation import MINOR_UNITS
from lifecycle.gates.findings import Finding
from lifecycle.gates.policy_requirements import Criterion
from lifecycle.gates.rulebook import Rulebook, context_of


def changes_for(
    book: Rulebook, state: ProjectState, round_: Round, finding: Finding, now: datetime, patience: Patience
) -> Iterator[Changes]:
    """Changes after which a criterion or the score is met and no other is worse, the smallest first."""
    if finding.requirement == SCORE and (marks := _full_marks(book, state, round_, now)):
        yield marks
        return
    lacking = _lacking(book, state, round_, now) - {finding.requirement}

    def wanting(state: ProjectState, round_: Round) -> tuple[str, ...] | None:
        return _worse(book, state, round_, lacking, now)

    yield from smallest(book, state, round_, _judging(book, round_.gate), wanting, patience)


def changes_for_a_decision(
    book: Rulebook,
    state: ProjectState,
    round_: Round,
    outcomes: Sequence[Outcome],
    facts: Mapping[str, FactValue],
    now: datetime,
    patience: Patience,
) -> Iterator[Changes]:
    """Changes after which a round can be decided in one of these ways, and the decision then sets these facts."""
    gate = book.policy.gates[round_.gate]
    rules = [gate.decision(outcome) for outcome in outcomes if outcome in gate.decisions]
    asked = [book.condition(rule.when, round_.gate) for rule in rules if rule.when]
    for rule in rules:
        given = [fact for fact in facts if fact in rule.set]
        asked += [book.expression(rule.set[fact], book.policy.facts[fact].type, round_.gate) for fact in given]
    lacking = _lacking(book, state, round_, now)

    def wanting(state: ProjectState, round_: Round) -> tuple[str, ...] | None:
        granted = any(grants(book, state, round_, outcome, facts) for outcome in outcomes)
        return _worse(book, state, round_, lacking, now) if granted else _names(book, asked)

    conditions = [*asked, *_judging(book, round_.gate)]
    yield from smallest(book, state, round_, conditions, wanting, patience, besides=tuple(facts.values()))


def changes_for_a_route(book: Rulebook, state: ProjectState, gate: str, patience: Patience) -> Iterator[Changes]:
    """Changes after which a gate is there for the project."""
    round_ = Round(gate=gate, number=1, opened_at=state.stage_since, tier=state.tier)

    def wanting(state: ProjectState, round_: Round) -> tuple[str, ...] | None:
        return _off_route(book, state, round_)

    yield from smallest(book, state, round_, _judging(book, gate), wanting, patience)


def grants(
    book: Rulebook, state: ProjectState, round_: Round, outcome: Outcome, facts: Mapping[str, FactValue]
) -> bool:
    """Whether a round can be decided so, and the decision then leaves these facts as they are wanted."""
    if not is_available(book, state, round_, outcome):
        return False
    after = {**state.facts, **facts_set(book, state, round_, outcome)} if facts else {}
    return all(after.get(name) == value for name, value in facts.items())


def _full_marks(book: Rulebook, state: ProjectState, round_: Round, now: datetime) -> Changes | None:
    """Full marks, for as few criteria as possible; what is calculated from several facts is left alone."""
    lacking = _lacking(book, state, round_, now) - {SCORE}
    scored = [rule for rule in book.policy.gates[round_.gate].criteria.values() if rule.should]
    values: dict[str, FactValue] = {}
    for rule in sorted(scored, key=lambda rule: -rule.weight):
        condition = book.condition(rule.should or "", round_.gate, scored=True)
        if condition.references == (condition.text.strip(),):
            values[condition.references[0]] = _most(condition, rule)
            changes = Changes.named(book, values)
            if _worse(book, *changes.made(book, state, round_), lacking, now) is None:
                return changes
    return None


def _most(condition: Condition, rule: Criterion) -> FactValue:
    kind = condition.kinds[condition.references[0]]
    if kind is Kind.BOOLEAN:
        return True
    return rule.out_of if kind is Kind.NUMBER else int(rule.out_of * (MINOR_UNITS if kind is Kind.MONEY else 1))


def _lacking(book: Rulebook, state: ProjectState, round_: Round, now: datetime) -> set[str]:
    return {finding.requirement for finding in missing(findings_of(book, state, round_, now))}


def _worse(
    book: Rulebook, state: ProjectState, round_: Round, lacking: Container[str], now: datetime
) -> tuple[str, ...] | None:
    """What the first criterion depends on that is not met, besides those that lack anyway; evidence can be supplied."""
    for finding in missing(findings_of(book, state, round_, now)):
        kind, _, name = finding.requirement.partition(".")
        if kind != "evidence" and finding.requirement not in lacking:
            return _names(book, _judging(book, round_.gate, name if kind == "criteria" else None))
    return _off_route(book, state, round_)


def _off_route(book: Rulebook, state: ProjectState, round_: Round) -> tuple[str, ...] | None:
    """What the gate's being there depends on, where it is not there."""
    when = book.policy.gates[round_.gate].when
    if when is None or book.applies(when, context_of(book, state, round_), round_.gate):
        return None
    return _names(book, [book.condition(when, round_.gate)])


def _judging(book: Rulebook, gate: str, criterion: str | None = None) -> list[Condition]:
    """The conditions of one criterion of a gate; or of all, and that of the gate itself."""
    rule = book.policy.gates[gate]
    chosen = [rule.criteria[criterion]] if criterion else list(rule.criteria.values())
    found = [book.condition(text, gate) for each in chosen for text in (each.must, each.when) if text]
    found += [book.condition(each.should, gate, scored=True) for each in chosen if each.should]
    return found if criterion or not rule.when else [*found, book.condition(rule.when, gate)]


def _names(book: Rulebook, conditions: Iterable[Condition]) -> tuple[str, ...]:
    """The facts and answers on which conditions depend, by way of derived facts too."""
    return tuple(dict.fromkeys(name for each in with_derived(book, conditions) for name in each.references))
