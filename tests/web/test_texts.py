"""The pages speak every language wholly: nothing that a page can say is left without a translation."""

import re
from configparser import ConfigParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from lifecycle.service.language.catalogues import LANGUAGES, LOCALES, catalogue, texts_of

ROOT = Path(__file__).parents[2]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "n": (1, 2), "Way": (2,)}
GAP = re.compile(r"\{\d+\}")


def said() -> set[str | tuple[str, ...]]:
    """Everything that pages say, and the core to the people who read them, as it stands in the code."""
    mapping = ConfigParser()
    mapping.read(ROOT / "babel.cfg", encoding="utf-8")
    named = mapping["extractors"]
    sections = [section for section in mapping.sections() if ": " in section]
    parts = [section.partition(": ")[::2] for section in sections]
    methods = [(pattern, named.get(method, method)) for method, pattern in parts]
    options = {pattern: dict(mapping[section]) for section, (_, pattern) in zip(sections, parts, strict=True)}
    found = extract_from_dir(
        ROOT, methods, options, keywords=KEYWORDS, directory_filter=lambda path: _belongs(Path(path))
    )
    return {message for _, _, message, _, _ in found}


def _belongs(folder: Path) -> bool:
    return folder.relative_to(ROOT).parts[0] in ("api", "lifecycle")


def translated(language: str) -> Catalog:
    with (LOCALES / language / "messages.po").open("rb") as file:
        return read_po(file, locale=language)


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_every_text_is_translated(language: str) -> None:
    known = translated(language)
    missing = []
    for text in said():
        found = known.get(text if isinstance(text, str) else text[0])
        strings = found.string if found else ""
        if not (all(strings) if isinstance(strings, tuple) else strings) or not strings:
            missing.append(text)
    assert not missing, "run `make texts`, then translate"


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_a_translation_names_what_the_text_names(language: str) -> None:
    wrong = [message.id for message in translated(language) if message.id and message.check()]
    assert not wrong


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_a_translation_has_the_gaps_of_its_sentence(language: str) -> None:
    wrong = [
        text for text, there in texts_of(language).items() if sorted(GAP.findall(text)) != sorted(GAP.findall(there))
    ]
    assert not wrong


def test_a_language_is_read_from_its_file() -> None:
    assert catalogue("de").gettext("tomorrow") == "morgen"
    assert catalogue("de").ngettext("%(num)d day", "%(num)d days", 2) == "%(num)d Tage"
    assert catalogue("en").gettext("tomorrow") == "tomorrow"
