"""What a condition compares with what: the constants at which its truth can turn, and the facts that it ties together.

A condition is plain when each of its comparisons holds a fact against a constant, a list of constants or another fact.
Of a plain condition the values around its constants tell everything; where it calculates, they are only samples.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from lifecycle.gates.conditions import Condition
from lifecycle.gates.elements import Element

Constant = float | str | date
"""A number (money in major units), a text or a day."""

_BETWEEN = frozenset({"&&", "||", "!", "(", ")", "?", ":"})
_COMPARING = frozenset({"==", "!=", "<", "<=", ">", ">="})
_HOURS = re.compile(r"(\d{1,7})h")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Facts that are held against each other and against constants; calculated when more than that is done."""

    facts: frozenset[str]
    constants: frozenset[Constant]
    plain: bool


def comparisons(condition: Condition) -> tuple[Comparison, ...]:
    """Every comparison of a condition; one of everything in it when any of them calculates."""
    found = [_comparison(part) for part in _parts(condition.elements)]
    if all(comparison.plain for comparison in found):
        return tuple(comparison for comparison in found if comparison.facts)
    everything = [constant for element in condition.elements for constant in _constants(element)]
    return (Comparison(frozenset(condition.references), frozenset(everything), plain=False),)


def _parts(elements: Sequence[Element]) -> Iterator[list[Element]]:
    part: list[Element] = []
    for element in elements:
        if element.text in _BETWEEN and element.kind == "mark":
            if part:
                yield part
            part = []
        else:
            part.append(element)
    if part:
        yield part


def _comparison(part: list[Element]) -> Comparison:
    at = [n for n, element in enumerate(part) if element.text in _COMPARING or element.text == "in"]
    sides = [part[: at[0]], part[at[0] + 1 :]] if at else [part]
    listed = len(at) == 1 and part[at[0]].text == "in"
    plain = len(at) <= 1 and _is_plain(sides[0]) and (listed or _is_plain(sides[-1]))
    facts = frozenset(element.text for element in part if element.kind in ("fact", "subject", "has"))
    constants = frozenset(constant for side in sides for constant in _signed(side))
    return Comparison(facts, constants, plain)


def _is_plain(side: list[Element]) -> bool:
    kinds = [element.kind for element in side]
    is_text = kinds == ["text"] and "\\" not in side[0].text
    return is_text or kinds in (["fact"], ["has"], ["number"], ["date"], ["word"]) or _is_negative(side)


def _is_negative(side: list[Element]) -> bool:
    return [element.kind for element in side] == ["mark", "number"] and side[0].text == "-"


def _signed(side: list[Element]) -> Iterator[Constant]:
    if _is_negative(side):
        yield -float(side[1].text)
    else:
        yield from (constant for element in side for constant in _constants(element))


def _constants(element: Element) -> Iterator[Constant]:
    """The constants that a piece may stand for; a length of time is a number of days."""
    if element.kind == "number":
        yield float(element.text)
    elif element.kind == "date":
        yield date.fromisoformat(element.text)
    elif element.kind == "text":
        text = element.text[1:-1]
        yield text
        if hours := _HOURS.fullmatch(text):
            yield int(hours[1]) / 24
        if day := _DAY.match(text):
            yield from _day(day[0])


def _day(text: str) -> Iterator[date]:
    try:
        yield date.fromisoformat(text)
    except ValueError:
        return
