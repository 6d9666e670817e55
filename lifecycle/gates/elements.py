"""The elements of a condition's text: what each is in the condition language, and which of them belong together."""

from collections.abc import Iterator
from typing import NamedTuple

KNOWN, DIVISOR, EXACTLY = "_known.", "_nonzero.", "_exactly"
AMOUNT_DECIMALS, SHARE_DECIMALS = 6, 12
"""A difference of amounts is told apart to six decimals; a penny changes a quotient of them far behind that."""

_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
_CALCULATIONS = ("+", "-", "*", "/")
_BESIDE = {*_COMPARISONS, "in", "&&", "||", "?", ":", ",", "!"}
"""What an operand of a comparison ends before, or begins after."""
_OPENING, _CLOSING = {"(", "["}, {")", "]"}


class Element(NamedTuple):
    """A piece of the text that means something, from `at` to before `end`.

    Kinds: fact, subject (a fact on which a method is called), has, date (the `text` of these is the bare name or day),
    text, number, call, word, mark, end; an edit has no length, its text is put in. Only while tokens are sorted out:
    name, triple, stray.
    """

    kind: str
    text: str
    at: int
    end: int

    def source(self, divides: bool) -> str:
        """The element in the condition language."""
        if self.kind == "has":
            return KNOWN + self.text
        if self.kind == "date":
            return f"timestamp('{self.text}T00:00:00Z')"
        return DIVISOR + self.text if divides else self.text


def calculations(elements: list[Element]) -> Iterator[Element]:
    """What makes each calculation beside a comparison exact: an opening before it, a closing after it."""
    for i, element in enumerate(elements):
        if element.text not in _COMPARISONS:
            continue
        for operand in (
            _operand(elements[:i][::-1], _CLOSING, _OPENING)[::-1],
            _operand(elements[i + 1 :], _OPENING, _CLOSING),
        ):
            if any(part.text in _CALCULATIONS for part in operand[1:]):
                yield Element("edit", f"{EXACTLY}(", operand[0].at, operand[0].at)
                decimals = SHARE_DECIMALS if any(part.text == "/" for part in operand) else AMOUNT_DECIMALS
                yield Element("edit", f", {decimals})", operand[-1].end, operand[-1].end)


def _operand(beside: list[Element], inner: set[str], outer: set[str]) -> list[Element]:
    """The elements up to where an operand ends; `inner` brackets lead deeper into it, `outer` ones out again."""
    depth = 0
    for i, element in enumerate(beside):
        depth += (element.text in inner) - (element.text in outer)
        if depth < 0 or (depth == 0 and element.text in _BESIDE):
            return beside[:i]
    return beside


def listed(elements: list[Element], i: int) -> list[Element]:
    """The list that begins at i, brackets and all; nothing if none begins there."""
    if elements[i].text != "[":
        return []
    return elements[i : next(j for j, element in enumerate(elements[i:], i) if element.text == "]") + 1]


def without_idle_brackets(elements: list[Element]) -> list[Element]:
    """The elements, with `(x)` as `x` where x is a fact, a number or a text."""
    bare: list[Element] = []
    for element in elements:
        bare.append(element)
        while (
            [e.text for e in bare[-3::2]] == ["(", ")"]
            and bare[-2].kind in ("fact", "number", "text")
            and (len(bare) == 3 or bare[-4].kind != "call")
        ):
            bare[-3:] = [bare[-2]]
    return bare
