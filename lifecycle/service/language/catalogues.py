"""The texts of the pages in the languages there are: English stands in the code, the others in `locales/`."""

from collections.abc import Mapping
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

LOCALES: Final = Path(__file__).parent / "locales"
LANGUAGES: Final[dict[str, str]] = {"en": "English", "de": "Deutsch"}
"""Every language, by its code, as it calls itself."""


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(language: str) -> NullTranslations:
    """The texts of a language, read from its file the first time they are asked for."""
    known = _read(language)
    if known is None:
        return NullTranslations()
    from babel.messages.mofile import write_mo

    compiled = BytesIO()
    write_mo(compiled, known)
    compiled.seek(0)
    return GNUTranslations(compiled)


@lru_cache(maxsize=len(LANGUAGES))
def texts_of(language: str) -> Mapping[str, str]:
    """Every text that is translated into a language, and how; texts with several forms are left out."""
    found = ((each.id, each.string) for each in _read(language) or ())
    return {id_: text for id_, text in found if isinstance(id_, str) and isinstance(text, str) and id_ and text}


def _read(language: str) -> "Catalog | None":
    file = LOCALES / language / "messages.po"
    if not file.exists():
        return None
    from babel.messages.pofile import read_po

    with file.open("rb") as text:
        return read_po(text, locale=language)
