"""Sentences of the core in the reader's language: found again by what stands around their gaps, and filled anew.

The core says a sentence whole, with names and numbers in it. The catalogue has it with gaps; whatever stands in them
goes over as it is, but for names of roles, states and gates that the catalogue knows.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Final

from api.web.catalogues import catalogue, texts_of

_GAP: Final = re.compile(r"\{(\d+)\}")
_LONGEST: Final = 2_000


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with gaps: the words around them, and the same sentence in another language."""

    words: tuple[str, ...]
    translated: str

    @property
    def weight(self) -> int:
        """How much it says besides its gaps."""
        return sum(map(len, self.words))

    def gaps(self, text: str) -> tuple[str, ...] | None:
        """What stands in the gaps of a text that is this sentence; none if it is another."""
        first, *others = self.words
        last = others.pop()
        if not text.startswith(first) or not text.endswith(last) or len(text) < len(first) + len(last):
            return None
        found, at, end = [], len(first), len(text) - len(last)
        for words in others:
            place = text.find(words, at, end)
            if place < 0:
                return None
            found.append(text[at:place])
            at = place + len(words)
        return (*found, text[at:end])


def spoken(text: str, language: str) -> str:
    """A text of the core in a language; as it is where the catalogue has no such sentence."""
    exact = catalogue(language).gettext(text)
    if exact != text or len(text) > _LONGEST:
        return exact
    for sentence in _sentences(language):
        gaps = sentence.gaps(text)
        if gaps is not None:
            values = [_value(gap, language) for gap in gaps]
            return _GAP.sub(partial(_filled, values), sentence.translated)
    return text


def _filled(values: Sequence[str], gap: re.Match[str]) -> str:
    return values[int(gap[1])]


def spaced(word: str) -> str:
    """A name out of a policy or an enumeration as a phrase: `pmo_director` is PMO director."""
    phrase = re.sub(r"\bpmo\b", "PMO", word.replace("_", " "))
    return f"{phrase[:1].upper()}{phrase[1:]}"


@lru_cache(maxsize=8)
def _sentences(language: str) -> tuple[Sentence, ...]:
    """The sentences with gaps of a language, those that say the most first."""
    found = (
        Sentence(tuple(_GAP.split(text)[::2]), translated)
        for text, translated in texts_of(language).items()
        if "{0}" in text
    )
    return tuple(sorted(found, key=lambda sentence: sentence.weight, reverse=True))


def _value(value: str, language: str) -> str:
    """What stands in a gap: a list of names, each as the catalogue has it, or whatever it is."""
    gettext = catalogue(language).gettext
    found = []
    for each in value.split(", "):
        phrase = spaced(each)
        exact, named = gettext(each), gettext(phrase)
        found.append(exact if exact != each else named if named != phrase else each)
    return ", ".join(found)
