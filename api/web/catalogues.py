"""The texts of the pages in the languages there are: English stands in the code, the others in `locales/`."""

from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Final

LOCALES: Final = Path(__file__).parent / "locales"
LANGUAGES: Final[dict[str, str]] = {"en": "English", "de": "Deutsch"}
"""Every language, by its code, as it calls itself."""


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(language: str) -> NullTranslations:
    """The texts of a language, read from its file the first time they are asked for."""
    file = LOCALES / language / "messages.po"
    if not file.exists():
        return NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with file.open("rb") as text:
        write_mo(compiled, read_po(text, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)
