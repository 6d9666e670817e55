"""Whoever chose German reads German: on every page that a link leads to, whatever people did before."""

import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from lifecycle.persistence.session import Database
from lifecycle.service.founding import SAMPLE
from lifecycle.service.language.catalogues import texts_of
from lifecycle.service.language.sentences import spaced, spoken
from lifecycle.service.policy_files import DEFAULT, examine, library_text, read_policy
from tests.unit.test_policy_mutations import mutant
from tests.web.browser.past import PLACES, WORKS, remember
from tests.web.conftest import Arrive, Clock
from tests.web.test_changes import proposed
from tests.web.test_imports import REGISTER, uploaded
from tests.web.visitor import Visitor
from tests.web.walk import walk

WORD: Final = re.compile(r"[^\W\d_]{2,}")
SIGN: Final = re.compile(r"\S*[:@_/]\S+|%\(\w+\)\w|\{\d+\}|LIFECYCLE\w*")
"""What is nobody's language: addresses, digests, tags, gaps of texts."""
TYPED: Final = (
    *("I have read it.", "It is earned.", "It goes on."),
    *("Staff are needed elsewhere.", "Not yet.", "The audit asked for it.", "Footbridge", "Ferry", "Tram"),
)
"""What people wrote themselves."""
GERMAN: Final = {"language": "de", "timezone": "UTC", "mail": "yes", "key": "k"}


SLIPS: Final = 400
"""Policies in which somebody's hand slipped."""


def english() -> frozenset[str]:
    """The words of English texts that no German text has."""
    texts = texts_of("de")
    there = {word for text in texts.values() for word in words(text)}
    return frozenset(word for text in texts for word in words(SIGN.sub(" ", text))) - there


def without(names: Iterable[str], text: str) -> str:
    """A text without what stays as it is."""
    left = SIGN.sub(" ", text)
    for name in names:
        left = left.replace(name, " ")
    return left


def words(text: str) -> list[str]:
    return [word.lower() for word in WORD.findall(text)]


def written(content: Any) -> Iterator[str]:
    """Every text in a document, which its author wrote."""
    match content:
        case str():
            yield content
        case Mapping():
            for name, value in content.items():
                yield from (name, *written(value))
        case list():
            for value in content:
                yield from written(value)


def names() -> tuple[str, ...]:
    """What stays as it is in every language, the longest first."""
    policy = read_policy(library_text(DEFAULT), DEFAULT).model_dump(mode="json", by_alias=True)
    found = {*TYPED, *WORKS, *PLACES, *re.split("[;\n]", REGISTER), "Lifecycle"}
    found |= {form for text in written(policy) for form in (text, text.rstrip("."), spaced(text))}
    found |= {each for post in SAMPLE for each in (post.id, post.name)}
    return tuple(sorted((name for name in found if len(name) > 2), key=len, reverse=True))


async def came(arrive: Arrive, person: str) -> Visitor:
    """Somebody who reads German."""
    visitor = arrive()
    visitor.http.headers["accept-language"] = "de"
    await visitor.sign_in(person)
    await visitor.post("/me/preferences", GERMAN)
    return visitor


@pytest.fixture(scope="module")
def founded(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample office with some years behind it."""
    path = tmp_path_factory.mktemp("remembered") / "lifecycle.db"
    shutil.copy(founded, path)
    with Database(f"sqlite:///{path}") as database:
        remember(database, Clock().now, projects=12)
    return path


@pytest.mark.parametrize("person", ["administrator", "analyst", "auditor", "director", "pm", "sponsor"])
async def test_no_english_is_left_on_a_german_page(person: str, arrive: Arrive) -> None:
    analyst = await came(arrive, "analyst")
    began = [await uploaded(analyst), await proposed(analyst)]
    there = dict[str, str]()
    async for path, sheet in walk(await came(arrive, person), ["/", *began]):
        there.update(dict.fromkeys(sheet.texts, path))
    assert len(set(there.values())) > 20
    foreign, known = english(), names()
    assert not {text: path for text, path in there.items() if foreign.intersection(words(without(known, text)))}


def test_whatever_is_wrong_with_a_policy_is_told_in_german() -> None:
    left = set()
    for seed in range(SLIPS):
        _, found = examine(mutant(Random(seed)), "slip.yaml")
        told = {text for problem in found for text in (problem.sentence, problem.remedy)}
        left |= {text for text in told if spoken(text, "de") == text}
    assert not left
