"""Changes of what is known of a project, tried one by one: which values are worth trying, and what would be then."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from lifecycle.domain.project import OPENING, Outcome, PastDecision, ProjectState, Round, RoundStatus
from lifecycle.domain.values import FactValue, Value
from lifecycle.gates.conditions import Condition
from lifecycle.gates.forms import questions
from lifecycle.gates.policy import Fact
from lifecycle.gates.policy_requirements import FormField
from lifecycle.gates.proofs.samples import samples_of
from lifecycle.gates.rulebook import Rulebook
from lifecycle.gates.rules import misfit
from lifecycle.gates.tolerances import breaches

MOST_TRIED: Final = 1_200
"""So many changes are tried for one requirement."""
MOST_TRIED_ALL: Final = 4_000
"""So many changes are tried on one way."""
MOST_TOGETHER: Final = 4
"""So many names are changed together at most."""
MOST_PROPOSED: Final = 4
"""So many ways of mending one requirement are proposed, of those without other gates and of those with."""

_OWN: Final = ("project", "answers")

Wanting = Callable[[ProjectState, Round], tuple[str, ...] | None]
"""The names on which the first thing that is still wanted depends; none if nothing is wanted any more."""


class Patience:
    """How much may still be tried on a way, so that a policy of riddles is given up in time."""

    def __init__(self, left: int = MOST_TRIED_ALL) -> None:
        self.left = left

    def spend(self, worth: int = 1) -> bool:
        """Try something that is worth so many changes; false when that is too much."""
        self.left -= worth
        return self.left >= 0


class Changes(Value):
    """What should become different, by dotted name: facts, answers, and what only gates decide.

    `project` is what people record, `answers` what they say in the gate's forms, `decided` the facts that only gates
    set, `passed` and `outcome` what gates have decided, and `baseline.taken` that the facts become the baseline.
    """

    values: Mapping[str, FactValue]

    def of(self, space: str) -> dict[str, FactValue]:
        """The names of one space, without it."""
        return {leaf: self.values[name] for name in self.values for at, _, leaf in [name.partition(".")] if at == space}

    @classmethod
    def named(cls, book: Rulebook, values: Mapping[str, FactValue]) -> "Changes":
        """The changes of what a condition names so."""
        return cls(values={_as_changed(book, name): value for name, value in values.items()})

    def made(self, book: Rulebook, state: ProjectState, round_: Round) -> tuple[ProjectState, Round]:
        """The project and the round as they would be."""
        answers, facts = self.of("answers"), {**state.facts, **self.of("project"), **self.of("decided")}
        evidence = dict(round_.evidence)
        for item, name, _ in questions(book.policy, round_.gate):
            if name in answers and item in evidence:
                given = {**evidence[item].answers, name: answers[name]}
                evidence[item] = evidence[item].model_copy(update={"answers": given})
        changed = round_.model_copy(update={"evidence": evidence})
        rounds, decisions = dict(state.rounds), dict(state.decisions)
        for gate, outcome in {**dict.fromkeys(self.of("passed"), Outcome.GO), **self.of("outcome")}.items():
            past = {"outcome": outcome, "round": 1, "at": round_.opened_at, "seq": state.seq}
            decisions[gate] = PastDecision.model_validate(past)
            if gate in rounds:
                rounds[gate] = rounds[gate].model_copy(update={"status": RoundStatus.DECIDED})
        known = {"facts": facts, "rounds": {**rounds, round_.gate: changed}, "decisions": decisions}
        baseline = facts if self.of("baseline") else state.baseline
        after = state.model_copy(update={**known, "baseline": baseline})
        return after.model_copy(update={"breaches": tuple(sorted(breaches(book, after)))}), changed


def smallest(
    book: Rulebook,
    state: ProjectState,
    round_: Round,
    conditions: Sequence[Condition],
    wanting: Wanting,
    patience: Patience,
    besides: Sequence[FactValue] = (),
) -> Iterator[Changes]:
    """Some changes of what people can change themselves, then some for which a gate has to decide first.

    Tried are the values at which the conditions turn, and those `besides`.
    """
    values = {name: tried for name, tried in _values(book, state, round_, conditions, besides) if tried}
    own = {name: tried for name, tried in values.items() if name.partition(".")[0] in _OWN}

    def still_wanting(change: Mapping[str, FactValue]) -> tuple[str, ...] | None:
        if not patience.spend():
            return ()
        names = wanting(*Changes(values=change).made(book, state, round_))
        return None if names is None else tuple(dict.fromkeys(_as_changed(book, name) for name in names))

    unknown = {name: tried[0] for name, tried in own.items() if _present(state, round_, name) is None}
    yield from _fitting(own, unknown, still_wanting)
    if len(own) < len(values):
        yield from (more for more in _fitting(values, unknown, still_wanting) if not more.values.keys() <= own.keys())


def _fitting(
    values: Mapping[str, Sequence[FactValue]],
    unknown: Mapping[str, FactValue],
    wanting: Callable[[Mapping[str, FactValue]], tuple[str, ...] | None],
) -> Iterator[Changes]:
    """The smallest changes; where there are none, all that is not known at once, without what does not matter."""
    found = _searched({}, values, wanting)
    yield from found
    if not found and unknown:
        for many in _searched(unknown, values, wanting)[:1]:
            for name in sorted(many.values):
                fewer = {other: value for other, value in many.values.items() if other != name}
                many = Changes(values=fewer) if wanting(fewer) is None else many
            yield many


def _searched(
    start: Mapping[str, FactValue],
    values: Mapping[str, Sequence[FactValue]],
    wanting: Callable[[Mapping[str, FactValue]], tuple[str, ...] | None],
) -> list[Changes]:
    """Changes, the fewest names first: what is still wanted says where to go on."""
    found: list[Changes] = []
    layer: list[Mapping[str, FactValue]] = [start]
    seen: set[frozenset[tuple[str, FactValue]]] = set()
    tried = 0
    for _ in range(MOST_TOGETHER + 1):
        following: list[Mapping[str, FactValue]] = []
        for change in layer:
            tried += 1
            if tried > MOST_TRIED or len(found) >= MOST_PROPOSED:
                return found
            names = wanting(change)
            if names is None:
                found.append(Changes(values=change))
                continue
            for name in names:
                for value in values.get(name, ()) if name not in change or change is start else ():
                    larger = {**change, name: value}
                    key = frozenset(larger.items())
                    if key not in seen:
                        seen.add(key)
                        following.append(larger)
        layer = following
    return found


def _values(
    book: Rulebook, state: ProjectState, round_: Round, conditions: Sequence[Condition], besides: Sequence[FactValue]
) -> Iterator[tuple[str, list[FactValue]]]:
    """What may be changed, with the values worth trying, the nearest to the present one first."""
    forms = {name: field for _, name, field in questions(book.policy, round_.gate)}
    samples = samples_of(with_derived(book, conditions))
    for name, values in samples.values.items():
        space, _, leaf = name.partition(".")
        changed, present = _as_changed(book, name), _present(state, round_, name)
        declared = _declared(book, forms, name)
        if space in ("passed", "outcome") and leaf != round_.gate:
            outcomes = [outcome.value for outcome in OPENING if outcome in book.policy.gates[leaf].decisions]
            yield changed, [True] if space == "passed" else [outcome for outcome in outcomes if outcome != present]
        elif declared is not None:
            tried = dict.fromkeys(value for value in (*values, *besides) if value is not None and value != present)
            fitting = [value for value in tried if misfit(declared, value) is None]
            yield changed, sorted(fitting, key=lambda value: _distance(value, present))
    if any(name.startswith("baseline.") for name in samples.values) and state.baseline != state.facts:
        yield "baseline.taken", [True]


def _declared(book: Rulebook, forms: Mapping[str, FormField], name: str) -> Fact | FormField | None:
    space, _, leaf = name.partition(".")
    return book.policy.facts.get(leaf) if space == "project" else forms.get(leaf) if space == "answers" else None


def with_derived(book: Rulebook, conditions: Iterable[Condition]) -> list[Condition]:
    """The conditions, and those of which the derived facts that they name are made."""
    found = list(conditions)
    waiting = list(found)
    while waiting:
        for name in waiting.pop().references:
            space, _, leaf = name.partition(".")
            new = book.derivation.conditions.get(leaf, ()) if space == "derived" else ()
            waiting += [condition for condition in new if condition not in found]
            found += [condition for condition in new if condition not in found]
    return found


def _as_changed(book: Rulebook, name: str) -> str:
    """What a condition names, as a change names it."""
    space, _, leaf = name.partition(".")
    fact = book.policy.facts.get(leaf) if space == "project" else None
    return f"decided.{leaf}" if fact and fact.by_gates else "baseline.taken" if space == "baseline" else name


def _present(state: ProjectState, round_: Round, name: str) -> FactValue | None:
    space, _, leaf = name.partition(".")
    if space == "outcome":
        return state.decisions[leaf].outcome.value if leaf in state.decisions else None
    answered = {name: value for supplied in round_.evidence.values() for name, value in supplied.answers.items()}
    return (answered if space == "answers" else state.facts).get(leaf)


def _distance(value: FactValue, present: FactValue | None) -> float:
    """How far a value lies from the present one, as far as that can be said; what was not known is near to nothing."""
    try:
        if isinstance(value, str) and isinstance(present, str):
            return abs((date.fromisoformat(value) - date.fromisoformat(present)).days)
    except ValueError:
        return 0
    are_numbers = isinstance(value, int | float) and isinstance(present, int | float | None)
    return abs(float(value) - float(present or 0)) if are_numbers else 0
