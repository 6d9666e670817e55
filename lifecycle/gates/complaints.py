"""What is wrong with a condition: one sentence, what to do, and where."""

import re
from collections.abc import Collection
from difflib import get_close_matches
from typing import NoReturn

from lifecycle.gates.lookalikes import in_words, is_stranger, mixed

_WORDS = {
    "and": "Write &&.",
    "or": "Write ||.",
    "not": "Write !.",
    "null": "Ask whether it is known, as in !has(project.risk).",
}
_UNENDED = ("The text that begins here never ends.", "Close it with the same quote on the same line.")
_STRAY = {
    "=": ("One = compares nothing.", "Write == to compare."),
    "&": ("One & joins nothing.", "Write && for 'and'."),
    "|": ("One | joins nothing.", "Write || for 'or'."),
    "'": _UNENDED,
    '"': _UNENDED,
}
_SPOKEN = {
    "bool": "true or false",
    "int": "a whole number",
    "double": "a number",
    "string": "text",
    "timestamp": "a date",
    "duration": "a length of time",
}
_OVERLOAD = re.compile(r"found no matching overload for '([^']+)' applied to '\((.*?)\)'")
_CALL = re.compile(r"undeclared reference to '(\w+)'")
_WORD = re.compile(r"\w+|\S")
_BARE_DAY = re.compile(r"[^']*?(?<![\d'\"])(\d{4}-\d{2}-\d{2})(?![\d'\"])")
_WHOLE_AFTER = re.compile(r"[-+*/<>=!]=?\s*-?\s*([0-9]+)(?![\w.])")
_WHOLE_BEFORE = re.compile(r"(?<![\w.])([0-9]+)\s*$")


class ConditionError(ValueError):
    """An expression that is no condition: what is wrong, what to do, and where (1-based, inside the expression)."""

    def __init__(self, sentence: str, remedy: str, line: int, column: int) -> None:
        super().__init__(sentence, remedy, line, column)
        self.sentence, self.remedy, self.line, self.column = sentence, remedy, line, column

    def __str__(self) -> str:
        return f"{self.sentence} {self.remedy} (line {self.line}, column {self.column})"


def refuse(text: str, at: int, sentence: str, remedy: str) -> NoReturn:
    """Raise ConditionError for an offset of the text."""
    raise ConditionError(sentence, remedy, text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))


def spoken(*types: str) -> str:
    """Types of the condition language in plain words, each once."""
    names = (name.strip().lower().removeprefix("google.protobuf.") for name in types)
    said = (_SPOKEN.get(name, "a list" if name.startswith("list") else "something else") for name in names)
    return " or ".join(dict.fromkeys(said))


def of_stray(character: str) -> tuple[str, str]:
    """Sentence and remedy for a character that belongs nowhere."""
    if is_stranger(character):
        return f"{in_words(character)}, stands here.", "Write names in plain letters, and text as 'text'."
    idle = (f"The character {character!r} means nothing here.", "Remove it; text is written as 'text'.")
    return _STRAY.get(character, idle)


def of_fact(name: str, facts: Collection[str]) -> tuple[str, str]:
    """Sentence and remedy for a name that is no fact."""
    if name.lower() in _WORDS:
        return f"There is no word {name} in conditions.", _WORDS[name.lower()]
    if within := [fact for fact in facts if fact.startswith(f"{name}.")]:
        return f"{name} is a group of facts.", f"Name one of them, as in {min(within)}."
    leaves = sorted(fact for fact in facts if fact.endswith(f".{name}"))
    if near := leaves or get_close_matches(name[:100], sorted(facts), n=1):
        return f"There is no fact {name[:60]}.", f"Did you mean {near[0]}?"
    group = [fact for fact in facts if fact.startswith(name.partition(".")[0] + ".")]
    meant = sorted(group or facts)
    more = ", ..." if len(meant) > 20 else ""
    return f"There is no fact {name[:60]}.", f"The facts are {', '.join(meant[:20])}{more}."


def of_function(name: str, functions: Collection[str]) -> tuple[str, str]:
    """Sentence and remedy for a name that is no function."""
    if name.lower() in _WORDS:
        return of_fact(name, ())
    return f"There is no function {name[:60]}.", f"The functions are {', '.join(sorted(functions))}."


def of_choice(name: str, literal: str, values: Collection[str]) -> tuple[str, str]:
    """Sentence and remedy for a literal, in its quotes, that a choice never takes."""
    near = get_close_matches(literal[1:-1], values, n=1)
    if near and (odd := mixed(literal)):
        return f"{name} is never {literal[:60]}: it contains {odd}.", f"Write '{near[0]}'."
    remedy = f"Did you mean '{near[0]}'?" if near else f"Its values are {', '.join(values)}."
    return f"{name} is never {literal[:60]}.", remedy


def of_language(text: str, at: int, detail: str) -> tuple[str, str]:
    """Sentence and remedy for what the condition language says is wrong at an offset of the text."""
    if "recursion" in detail:
        return "The expression is nested too deeply.", "Split it into several, or take brackets away."
    if "invalid int literal" in detail:
        return "No whole number is that large.", "Write it with a decimal point, as in 1000000.0."
    if clash := _OVERLOAD.search(detail):
        operator = " ".join(re.findall(r"[^_@]+", clash[1]))
        types = [spoken(name) for name in clash[2].split(",")]
        operation = f"{operator}()" if operator.isalpha() and operator != "in" else operator
        return f"{operation} cannot be applied to {' and '.join(types)}.", _match(text, at, operation, types)
    if call := _CALL.search(detail):
        return f"{call[1]}() cannot be called like this.", "Call it on a fact, as in project.name.contains('x')."
    if not (word := _WORD.search(text, at)):
        return "The expression ends too early.", "Complete it, and close every bracket."
    return f"{word[0]} is not expected here.", "Look for an operator, a quote or a bracket missing before it."


def _match(text: str, at: int, operation: str, types: list[str]) -> str:
    """How to make the two sides of an operation match."""
    if operation in ("&&", "||", "!") or (operation == "? :" and types[0] != _SPOKEN["bool"]):
        return "Compare the fact with a value first, as in project.budget < 250000.0."
    if day := _BARE_DAY.match(text, at):
        return f"Write a day as date('{day[1]}')."
    if _SPOKEN["int"] in types and _SPOKEN["double"] in types:
        if whole := _WHOLE_AFTER.match(text, at) or _WHOLE_BEFORE.search(text, 0, at):
            return f"Write {whole[1]}.0 instead of {whole[1]}."
        return "Whole numbers and numbers do not mix: convert the whole number with double()."
    if _SPOKEN["timestamp"] in types and _SPOKEN["string"] in types:
        return "Write a day as date('2027-01-31')."
    return "Use values of the same kind, or of a kind that it takes."
