"""The conditions of a policy: Common Expression Language over typed facts, judged met, not met or unknown.

`a && b` is not met when either side is not met, and `a || b` is met when either is, however little is known of the
other; all else that needs an unknown fact is unknown, and unknown never counts as met. `has(fact)` is always known.
"""

import json
import math
import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

# The binding ships no type marker, and this file is the port behind which it stays.
from cel_expr_python import cel  # type: ignore[import-untyped]  # noqa: TID251 - this is the port

from lifecycle.gates.complaints import ConditionError, of_language, refuse, spoken
from lifecycle.gates.elements import DIVISOR, EXACTLY, KNOWN, SHARE_DECIMALS
from lifecycle.gates.expressions import CONSTANTS, FUNCTIONS, Reading, read
from lifecycle.gates.vocabulary import Kind, Plain, Vocabulary, exactly, known

__all__ = ["Condition", "ConditionError", "Judged", "Kind", "Truth", "Vocabulary", "compile_condition"]

BOOLEAN = frozenset({Kind.BOOLEAN})
_TYPES = {
    Kind.BOOLEAN: cel.Type.BOOL,
    Kind.INTEGER: cel.Type.INT,
    Kind.NUMBER: cel.Type.DOUBLE,
    Kind.MONEY: cel.Type.DOUBLE,
    Kind.TEXT: cel.Type.STRING,
    Kind.CHOICE: cel.Type.STRING,
    Kind.DATE: cel.Type.TIMESTAMP,
}
_OPERATORS = (
    "_&&_", "_||_", "!_", "_?_:_", "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "_+_", "_-_", "-_", "_*_", "_/_",
)  # fmt: skip
_CALCULATED = (cel.Type.BOOL, cel.Type.DOUBLE, cel.Type.DURATION, cel.Type.INT, cel.Type.STRING, cel.Type.TIMESTAMP)


def _as_it_is(value: Any, _: int) -> Any:
    return value


_EXACTLY = cel.FunctionDecl(
    EXACTLY,
    [
        cel.Overload(
            id=EXACTLY + kind.name(),
            return_type=kind,
            parameters=[kind, cel.Type.INT],
            impl=exactly if kind == cel.Type.DOUBLE else _as_it_is,
        )
        for kind in _CALCULATED
    ],
)
"""Only numbers with decimals have anything to make exact; a calculation of another kind is left as it is."""

_PLACE = re.compile(r"<input>:(-?\d+):(-?\d+): ([^\n]*)")
_MIXED = cel.Type.List(cel.Type.DYN)
_STDLIB = {
    "disable_macros": True,
    "include_functions": [
        *({"name": operator} for operator in _OPERATORS),
        {"name": "@in", "overloads": [{"id": "in_list"}]},
        *({"name": name, "overloads": [{"id": each} for each in overloads]} for name, overloads in FUNCTIONS.items()),
    ],
}
"""What the language may do; what is left out would escape the types, the time zone or the time limit."""


class Truth(StrEnum):
    """How a condition stands."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Judged:
    """A judgement; when unknown, `missing` are the facts the condition uses that are not known, by dotted name.

    Unknown with nothing missing means that the calculation failed: a division by zero, a whole number out of range.
    """

    truth: Truth
    missing: tuple[str, ...] = ()


_MET, _NOT_MET = Judged(Truth.MET), Judged(Truth.NOT_MET)


@dataclass(frozen=True, slots=True)
class _Binding:
    """How one fact reaches the program: where it is among the facts, and under which variables it is bound."""

    name: str
    group: str | None
    leaf: str
    kind: Kind
    used: bool
    asked: bool
    divides: bool

    def value(self, facts: Mapping[str, Any]) -> Plain | None:
        group = facts if self.group is None else facts.get(self.group)
        return known(self.kind, group.get(self.leaf)) if isinstance(group, Mapping) else None


class Condition:
    """A compiled expression. Immutable, without clock or chance: the same facts give the same judgement."""

    __slots__ = ("_bindings", "_program", "choices", "elements", "kinds", "references", "text")

    def __init__(self, reading: Reading, vocabulary: Vocabulary, program: Any) -> None:
        self.text = reading.text
        self.references = tuple(sorted(reading.used | reading.asked))
        self.kinds = {name: vocabulary.kinds[name] for name in self.references}
        self.choices = {name: vocabulary.choices[name] for name in self.references if name in vocabulary.choices}
        self.elements = reading.elements
        self._program = program
        self._bindings = tuple(
            _Binding(
                name=name,
                group=name.rpartition(".")[0] or None,
                leaf=name.rpartition(".")[2],
                kind=vocabulary.kinds[name],
                used=name in reading.used,
                asked=name in reading.asked,
                divides=name in reading.divisors,
            )
            for name in self.references
        )

    def __repr__(self) -> str:
        return f"Condition({self.text!r})"

    def judge(self, facts: Mapping[str, Any], undecided: Container[str] = ()) -> Judged:
        """Whether the condition is met under the facts; never raises.

        `facts` are nested by namespace, as JSON has them: money a whole number of minor units, a date as YYYY-MM-DD;
        None, absent or of the wrong kind is unknown. Of an `undecided` fact it is not even known whether it is known:
        the judgement is met or not met only if it is so whatever becomes of that fact.
        """
        data, missing = self._bound(facts, undecided)
        outcome = self._program.eval(data=data)
        if outcome.type() != cel.Type.BOOL:  # a failed evaluation is a value too, and a truthy one
            return Judged(Truth.UNKNOWN, missing)
        return _MET if outcome.value() is True else _NOT_MET

    def value(self, facts: Mapping[str, Any], undecided: Container[str] = ()) -> bool | int | float | str | None:
        """What the expression gives under the facts (all as for `judge`), None when unknown; never raises.

        Money comes in major units, a date as YYYY-MM-DD.
        """
        outcome = self._program.eval(data=self._bound(facts, undecided)[0])
        if outcome.type() == cel.Type.ERROR:
            return None
        value: Plain = outcome.value()
        if isinstance(value, datetime):
            return value.date().isoformat()
        if isinstance(value, float):
            return exactly(value, SHARE_DECIMALS) if math.isfinite(value) else None
        return value

    def _bound(
        self, facts: Mapping[str, Any], undecided: Container[str] = ()
    ) -> tuple[dict[str, Plain], tuple[str, ...]]:
        """The variables of the program, and the facts it uses that are unknown."""
        data: dict[str, Plain] = {}
        missing: list[str] = []
        for binding in self._bindings:
            value = binding.value(facts)
            if binding.asked and binding.name not in undecided:
                data[KNOWN + binding.name] = value is not None
            if value is not None:
                data[binding.name] = value
                if binding.divides and value:
                    data[DIVISOR + binding.name] = value
            elif binding.used:
                missing.append(binding.name)
        return data, tuple(missing)


def compile_condition(text: str, vocabulary: Vocabulary, returns: frozenset[Kind] = BOOLEAN) -> Condition:
    """The condition of a text over a vocabulary, giving one of the kinds in `returns`; kept for the next who asks.

    Raises ConditionError when the text is no such condition.
    """
    return _compiled(text, vocabulary, returns)


@lru_cache(maxsize=4096)
def _compiled(text: str, vocabulary: Vocabulary, returns: frozenset[Kind]) -> Condition:
    reading = read(text, vocabulary)
    environment = _environment(vocabulary)
    program = _program(environment, reading)
    for at, constant in reading.constants:
        if environment.compile(constant).eval(data={}).type() == cel.Type.ERROR:
            example = CONSTANTS[constant.partition("(")[0]]
            refuse(text, at, f"{constant} cannot be read.", f"Write it as {example}.")
    for at, listed in reading.lists:
        if environment.compile(listed).return_type() == _MIXED:
            refuse(text, at, "The list is empty or mixes kinds of values.", "List values of one kind.")
    given = program.return_type()
    if not any(given == _TYPES[kind] for kind in returns):
        wanted = spoken(*(_TYPES[kind].name() for kind in sorted(returns)))
        example = (
            "a comparison, as in project.budget < 250000.0" if Kind.BOOLEAN in returns else "a fact or a calculation"
        )
        refuse(text, 0, f"The expression gives {spoken(given.name())}, not {wanted}.", f"Write {example}.")
    return Condition(reading, vocabulary, program)


@lru_cache(maxsize=64)
def _environment(vocabulary: Vocabulary) -> Any:
    variables = {name: _TYPES[kind] for name, kind in vocabulary.kinds.items()}
    known_flags = {KNOWN + name: cel.Type.BOOL for name in variables}
    divisors = {DIVISOR + name: kind for name, kind in variables.items()}
    config = cel.NewEnvConfigFromYaml(json.dumps({"stdlib": _STDLIB}))
    return cel.NewEnv(config=config, variables=variables | known_flags | divisors, functions=[_EXACTLY])


def _program(environment: Any, reading: Reading) -> Any:
    """The type-checked program of a reading; what the language refuses is a ConditionError."""
    try:
        return environment.compile(reading.source)
    except RuntimeError as error:
        found = _PLACE.search(str(error))
        line, column, detail = (int(found[1]), int(found[2]), found[3]) if found else (1, 1, str(error))
        at = reading.origin(line, column)
        refuse(reading.text, at, *of_language(reading.text, at, detail))
