"""Whose eyes a page is for: language, forms of dates and numbers, time zone, light or dark."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from fastapi import Request

from api.web.viewer import Viewer
from lifecycle.service.language.catalogues import LANGUAGES

Theme = Literal["auto", "light", "dark"]
THEMES: Final[tuple[Theme, ...]] = ("auto", "light", "dark")
_DEFAULT: Final = "en_GB"
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Reader:
    """How somebody reads: the language of the text, the locale of dates and numbers, the zone of clock times."""

    language: str
    locale: Locale
    zone: ZoneInfo
    theme: Theme


def reader_of(request: Request, viewer: Viewer | None) -> Reader:
    """The reader: as a viewer has chosen, else as their browser asks, else the default; the theme is the browser's."""
    accepted = request.headers.get("accept-language", "")[:_LONGEST]
    locale = _locale(f"{viewer.locale},{accepted}" if viewer else accepted)
    theme = request.cookies.get("theme", "auto")
    zone = viewer.zone if viewer else ZoneInfo("UTC")
    return Reader(locale.language, locale, zone, theme if theme in THEMES else "auto")


@lru_cache(maxsize=1_000)
def _locale(accepted: str) -> Locale:
    """The first locale among the named ones whose language is known, in a region that the browser names for it."""
    named = [part.partition(";")[0].strip().replace("-", "_") for part in accepted.split(",")]
    known = [locale for name in named if (locale := _parsed(name))]
    if not known:
        return Locale.parse(_DEFAULT)
    same = (locale for locale in known if locale.language == known[0].language and locale.territory)
    return next(same, Locale.parse(_DEFAULT) if known[0].language == "en" else known[0])


def _parsed(name: str) -> Locale | None:
    try:
        locale = Locale.parse(name)
    except (ValueError, TypeError, UnknownLocaleError):
        return None
    return locale if locale.language in LANGUAGES else None
