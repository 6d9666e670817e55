"""The text of a condition, read against a vocabulary before the condition language sees it.

Reading finds what the language would let pass or explain badly: unknown names (and the nearest known one), values that
a choice never takes, days that do not exist. In the language, facts are flat typed variables, absent while unknown; so
four things are rewritten:

- `has(project.risk)` asks a companion variable that is always there;
- `/ project.cost` divides by a companion that is there only while the cost is not zero, because a division of numbers
  by zero gives infinity, and infinity would count as met;
- `date('2027-01-31')` is that midnight in UTC;
- a calculation beside a comparison is wrapped in `_exactly(...)`, because `1.1 * 100.0` is a little more than 110 in
  binary, and a limit is to bind exactly where it stands.
"""

import math
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, NoReturn

from lifecycle.gates.complaints import of_choice, of_fact, of_function, of_stray, refuse
from lifecycle.gates.elements import Element, calculations, listed, without_idle_brackets
from lifecycle.gates.lookalikes import is_stranger
from lifecycle.gates.vocabulary import Kind, Vocabulary, known

MAX_LENGTH = 2_000
FUNCTIONS: Mapping[str, tuple[str, ...]] = {
    "contains": ("contains_string",),
    "double": ("int64_to_double",),
    "duration": ("string_to_duration",),
    "endsWith": ("ends_with_string",),
    "getFullYear": ("timestamp_to_year",),
    "getHours": ("duration_to_hours",),
    "int": ("double_to_int64",),
    "size": ("size_string", "string_size"),
    "startsWith": ("starts_with_string",),
    "timestamp": ("string_to_timestamp",),
}
"""The functions of the language that conditions may call, with the overloads they may use."""

CONSTANTS = {"timestamp": "timestamp('2027-01-31T00:00:00Z')", "duration": "duration('720h')"}
"""Functions of a literal, tried while compiling; with an example each."""

_REWRITTEN = ("date", "has")

_TOKEN = re.compile(
    r"""
     (?P<gap>[ \t\r\n]+|//[^\x00-\x08\x0a-\x1f\ud800-\udfff]*)
    |(?P<triple>'''|\"\"\")
    |(?P<text>'(?:[^'\\\x00-\x1f\ud800-\udfff]|\\[ -~])*'|"(?:[^"\\\x00-\x1f\ud800-\udfff]|\\[ -~])*")
    |(?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<mark>&&|\|\||[=!<>]=|[-+*/!<>?:()\[\],.])
    |(?P<stray>.)
    """,
    re.VERBOSE | re.DOTALL,
)


class Piece(NamedTuple):
    """Where a piece of the source begins, where it came from in the text, and whether it was copied from there."""

    start: int
    origin: int
    copied: bool


@dataclass(frozen=True)
class Reading:
    """What was read: the `source` for the condition language, and the facts it speaks of, by dotted name.

    Facts are `used` by value, `asked` for by has(), or `divisors`. `constants` and `lists` are parts of the source that
    must also make sense on their own, each with its offset in the text.
    """

    text: str
    source: str
    used: frozenset[str]
    asked: frozenset[str]
    divisors: frozenset[str]
    constants: tuple[tuple[int, str], ...]
    lists: tuple[tuple[int, str], ...]
    pieces: tuple[Piece, ...]
    elements: tuple[Element, ...]

    def origin(self, line: int, column: int) -> int:
        """The offset in the text of a place in the source (both 1-based); what has no place is at the start."""
        offset = sum(len(row) + 1 for row in self.source.split("\n")[: max(line - 1, 0)]) + max(column - 1, 0)
        piece = self.pieces[bisect_right(self.pieces, offset, key=lambda piece: piece.start) - 1]
        return min(piece.origin + (offset - piece.start if piece.copied else 0), len(self.text))


def read(text: str, vocabulary: Vocabulary) -> Reading:
    """The text, read against the vocabulary. Raises ConditionError."""
    if len(text) > MAX_LENGTH:
        refuse(text, MAX_LENGTH, f"The expression is longer than {MAX_LENGTH} characters.", "Split it into several.")
    return _Reader(text, vocabulary).reading()


class _Reader:
    """Reads one text."""

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self.text, self.vocabulary = text, vocabulary
        found = (Element(str(token.lastgroup), token[0], *token.span()) for token in _TOKEN.finditer(text))
        self.beyond = [Element("end", "", len(text), len(text))] * 5
        self.tokens = [*(token for token in found if token.kind != "gap"), *self.beyond]

    def reading(self) -> Reading:
        stray = next((token for token in self.tokens if token.kind == "stray"), self.beyond[0])
        if is_stranger(stray.text):
            self._refuse(stray, *of_stray(stray.text))
        elements = list(self._elements())
        if not elements:
            self._refuse(self.beyond[0], "The expression is empty.", "Write a condition, or leave it out.")
        bare = [*without_idle_brackets(elements), *self.beyond]
        self._check_choices(bare)
        below = frozenset(self._divisors(bare))
        edits = [*calculations(elements), *(e for e in elements if e.kind in ("has", "date") or e in below)]
        source, pieces = self._rewritten(sorted(edits, key=lambda e: (e.at, e.end)), below)
        return Reading(
            text=self.text,
            source=source,
            used=frozenset(e.text for e in elements if e.kind in ("fact", "subject")),
            asked=frozenset(e.text for e in elements if e.kind == "has"),
            divisors=frozenset(e.text for e in below),
            constants=tuple(
                (call.at, f"{call.text}({literal.text})")
                for call, literal in zip(elements, elements[2:], strict=False)
                if call.kind == "call" and call.text in CONSTANTS
            ),
            lists=tuple(
                (e.at, " ".join(part.source(part in below) for part in listed(elements, i)))
                for i, e in enumerate(elements)
                if e.text == "["
            ),
            pieces=pieces,
            elements=tuple(element for element in bare if element.kind != "end"),
        )

    def _refuse(self, element: Element, sentence: str, remedy: str) -> NoReturn:
        refuse(self.text, element.at, sentence, remedy)

    def _elements(self) -> Iterator[Element]:
        i = 0
        while self.tokens[i].kind != "end":
            element, i = self._element(i)
            yield element

    def _element(self, i: int) -> tuple[Element, int]:
        """The element that begins with token i, and the place of the token after it."""
        token = self.tokens[i]
        if token.kind == "triple":
            self._refuse(token, "Text in triple quotes is not understood.", "Write it as 'text'.")
        if token.kind == "stray":
            self._refuse(token, *of_stray(token.text))
        if token.kind == "number" and math.isinf(float(token.text)):
            self._refuse(token, "No number is that large.", "Write a smaller one.")
        if token.text == "[":
            self._check_list(i)
        if token.kind != "name":
            return token, i + 1
        if token.text in ("true", "false", "in"):
            return token._replace(kind="word"), i + 1
        return self._call(i) if self.tokens[i + 1].text == "(" else self._fact(i)

    def _check_list(self, i: int) -> None:
        bracket = next((token.text for token in self.tokens[i + 1 :] if token.text in ("[", "]")), None)
        if bracket != "]" or self.tokens[i - 1].text != "in":
            example = "Write project.risk in ['low', 'medium']."
            self._refuse(self.tokens[i], "A list stands after 'in' and holds values alone.", example)

    def _fact(self, i: int) -> tuple[Element, int]:
        names = [self.tokens[i]]
        while self.tokens[i + 1].text == "." and self.tokens[i + 2].kind == "name" and self.tokens[i + 3].text != "(":
            i += 2
            names.append(self.tokens[i])
        name = ".".join(part.text for part in names)
        if name not in self.vocabulary.kinds:
            self._refuse(names[0], *of_fact(name, self.vocabulary.kinds))
        kind = "subject" if self.tokens[i + 1].text == "." else "fact"
        return Element(kind, name, names[0].at, names[-1].end), i + 1

    def _call(self, i: int) -> tuple[Element, int]:
        call, first, closing = self.tokens[i], self.tokens[i + 2], self.tokens[i + 3]
        if call.text not in FUNCTIONS and call.text not in _REWRITTEN:
            self._refuse(call, *of_function(call.text, {*FUNCTIONS, *_REWRITTEN}))
        if call.text == "has":
            named = first.kind == "name" and closing.text != "("
            fact, j = self._fact(i + 2) if named else (first, i + 3)
            if fact.kind != "fact" or self.tokens[j].text != ")":
                self._refuse(call, "has() asks whether one fact is known.", "Write has(project.risk).")
            return Element("has", fact.text, call.at, self.tokens[j].end), j + 1
        literal = first.text[1:-1] if first.kind == "text" and closing.text == ")" else None
        if call.text == "date":
            if literal is None or known(Kind.DATE, literal) is None:
                self._refuse(call, "date() takes a day that exists.", "Write it as date('2027-01-31').")
            return Element("date", literal, call.at, closing.end), i + 4
        if call.text in CONSTANTS and literal is None:
            self._refuse(call, f"{call.text}() takes one text.", f"Write {CONSTANTS[call.text]}.")
        return call._replace(kind="call"), i + 1

    def _check_choices(self, bare: list[Element]) -> None:
        for i, (left, operator, right) in enumerate(zip(bare, bare[1:], bare[2:], strict=False)):
            match operator.text:
                case "==" | "!=":
                    self._check_choice(left, right)
                    self._check_choice(right, left)
                case "in":
                    for literal in listed(bare, i + 2):
                        self._check_choice(left, literal)
                case "<" | "<=" | ">" | ">=":
                    self._check_order(left)
                    self._check_order(right)

    def _check_choice(self, fact: Element, literal: Element) -> None:
        values = self.vocabulary.choices.get(fact.text) if fact.kind == "fact" and literal.kind == "text" else None
        if values and literal.text[1:-1] not in values:
            self._refuse(literal, *of_choice(fact.text, literal.text, values))

    def _check_order(self, side: Element) -> None:
        if side.kind == "fact" and (
            self.vocabulary.kinds[side.text] is Kind.CHOICE or side.text in self.vocabulary.choices
        ):
            self._refuse(side, f"{side.text} is a choice, and choices have no order.", "List the values after 'in'.")

    def _divisors(self, bare: list[Element]) -> Iterator[Element]:
        """The facts below a division: each stands alone or in double() or int()."""
        for i, element in enumerate(bare):
            if element.text != "/":
                continue
            converted = bare[i + 1].text in ("double", "int") and bare[i + 4].text == ")"
            below = bare[i + 3] if converted else bare[i + 1]
            if below.kind == "fact":
                yield below
            elif below.kind != "number":
                self._refuse(element, "A division takes one fact or number below it.", "Write a / b / c, step by step.")
            elif not float(below.text):
                self._refuse(below, "Nothing can be divided by zero.", "Divide by another number.")

    def _rewritten(self, edits: list[Element], below: frozenset[Element]) -> tuple[str, tuple[Piece, ...]]:
        source, pieces, at = "", [], 0
        for edit in edits:
            pieces.append(Piece(len(source), at, copied=True))
            source += self.text[at : edit.at]
            pieces.append(Piece(len(source), edit.at, copied=False))
            source += edit.source(edit in below)
            at = edit.end
        return source + self.text[at:], (*pieces, Piece(len(source), at, copied=True))
