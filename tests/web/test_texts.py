"""The pages speak every language wholly: nothing that a page can say is left without a translation."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from api.web.catalogues import LANGUAGES, LOCALES, catalogue

ROOT = Path(__file__).parents[2] / "api" / "web"
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "n": (1, 2), "Way": (2,)}
METHODS = [("templates/**.html", "jinja2"), ("**.py", "python")]
OPTIONS = {"templates/**.html": {"trim_blocks": "true", "newstyle_gettext": "true"}}


def said() -> set[str | tuple[str, ...]]:
    """Everything that pages say, as it stands in the code."""
    found = extract_from_dir(ROOT, METHODS, OPTIONS, keywords=KEYWORDS)
    return {message for _, _, message, _, _ in found}


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


def test_a_language_is_read_from_its_file() -> None:
    assert catalogue("de").gettext("tomorrow") == "morgen"
    assert catalogue("de").ngettext("%(num)d day", "%(num)d days", 2) == "%(num)d Tage"
    assert catalogue("en").gettext("tomorrow") == "tomorrow"
