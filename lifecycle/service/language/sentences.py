"""Sentences of the core in the reader's language: found again by what stands around their gaps, and filled anew.

The core says a sentence whole, with names and numbers in it. The catalogue has it with gaps; whatever stands in them
goes over as it is, but for names of roles, states and gates that the catalogue knows, and for sentences and phrases
within the sentence. A phrase that still knows what it was made of is not searched for.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Final

from lifecycle.domain.wording import Phrase
from lifecycle.service.language.catalogues import catalogue, texts_of
from lifecycle.service.language.wordlist import FAULTS, SAID, WITHIN

_SENTENCE: Final = re.compile(r"""(?!.*%\()["'A-Z{].* .*[.?!]""", re.DOTALL)
_BETWEEN: Final = re.compile(r"""(?<=[.?!]) (?=["'A-Z])""")
_LINKS: Final = re.compile(r"(, | and | or )")
_GAP: Final = re.compile(r"\{(\d+)\}")
_LONGEST: Final = 2_000
_REMEMBERED: Final = 4_000
"""Texts that need not be compared again: most of them are labels, which stand on page after page."""
_ENOUGH: Final = 12
"""Characters besides its gaps that a sentence within another one needs to be told from anything else."""
_DEEPEST: Final = 3
"""So many sentences stand within each other."""


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
    if isinstance(text, Phrase):
        values = [
            spoken(each, language) if isinstance(each, Phrase) else names_in(each, language) for each in text.values
        ]
        return _GAP.sub(partial(_filled, values), catalogue(language).gettext(text.pattern))
    return _whole(text, language) or _one_by_one(text, language) or text


@lru_cache(maxsize=_REMEMBERED)
def _whole(text: str, language: str) -> str:
    """A text that is one sentence or phrase of ours; empty if it is none."""
    exact = catalogue(language).gettext(text) if text else ""
    if exact != text:
        return exact
    if len(text) > _LONGEST:
        return ""
    if said := _found(text, _sentences(language), language):
        return said
    within = _found(text.removesuffix("."), _phrases(language), language) if text.endswith(".") else ""
    return f"{within}." if within else ""


def _one_by_one(text: str, language: str) -> str:
    """A text of several sentences, all of them ours; empty if it is none."""
    parts = _BETWEEN.split(text) if len(text) <= _LONGEST else []
    found = [_whole(part, language) for part in parts]
    return " ".join(found) if len(parts) > 1 and all(found) else ""


def _found(text: str, among: Iterable[Sentence], language: str, depth: int = 0) -> str:
    """A text that is one of some sentences, translated; empty if it is none."""
    for sentence in among:
        gaps = sentence.gaps(text)
        if gaps is not None:
            values = [_value(gap, language, depth) for gap in gaps]
            return _GAP.sub(partial(_filled, values), sentence.translated)
    return ""


def is_sentence(text: str) -> bool:
    """Whether a text begins and ends as a sentence does; a phrase is only part of one."""
    return _SENTENCE.fullmatch(text) is not None


def _filled(values: Sequence[str], gap: re.Match[str]) -> str:
    return values[int(gap[1])]


@lru_cache(maxsize=10_000)
def spaced(word: str) -> str:
    """A name out of a policy or an enumeration as a phrase: `pmo_director` is PMO director."""
    phrase = re.sub(r"\bpmo\b", "PMO", word.replace("_", " "))
    return f"{phrase[:1].upper()}{phrase[1:]}"


@lru_cache(maxsize=8)
def _sentences(language: str) -> tuple[Sentence, ...]:
    """The sentences with gaps of a language, those that say the most first."""
    return _sorted(language, (text for text in texts_of(language) if is_sentence(text) or text in SAID))


@lru_cache(maxsize=8)
def _phrases(language: str) -> tuple[Sentence, ...]:
    """What stands within sentences."""
    return _sorted(language, (*WITHIN, *FAULTS))


@lru_cache(maxsize=8)
def _inner(language: str) -> tuple[Sentence, ...]:
    """What may stand in a gap: a phrase, or a sentence that says enough to be nobody else's words."""
    return (*_phrases(language), *(each for each in _sentences(language) if each.weight >= _ENOUGH))


def _sorted(language: str, texts: Iterable[str]) -> tuple[Sentence, ...]:
    known = texts_of(language)
    found = (Sentence(tuple(_GAP.split(text)[::2]), known[text]) for text in texts if "{0}" in text and text in known)
    return tuple(sorted(found, key=lambda sentence: sentence.weight, reverse=True))


def _value(value: str, language: str, depth: int = 0) -> str:
    """What stands in a gap: a list of names, a sentence or a phrase of ours, or whatever it is."""
    within = _found(value, _inner(language), language, depth + 1) if " " in value and depth < _DEEPEST else ""
    return within or names_in(value, language)


def names_in(value: str, language: str) -> str:
    """A list of names, each as the catalogue has it; what links them by words is one only if it has them all."""
    parts = _LINKS.split(value)
    named = [_named(part, language) for part in parts]
    if all(named[::2]):
        return "".join(there or part for there, part in zip(named, parts, strict=True))
    return ", ".join(_named(part, language) or part for part in value.split(", "))


def _named(name: str, language: str) -> str:
    """A name in a language; empty where the catalogue does not have it."""
    known = texts_of(language)
    return known.get(name) or known.get(spaced(name)) or ""
