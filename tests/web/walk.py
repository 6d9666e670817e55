"""A walk over every page that links lead to, as people of every role, with whatever a reader sees or hears there."""

import re
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterable
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urljoin, urlsplit

from fastapi.routing import APIRoute

from api.web.site import PAGES
from tests.web.visitor import HOME, Visitor

_UNREAD: Final = ("script", "style", "code", "pre", "textarea")
_SPOKEN: Final = ("aria-label", "title", "placeholder", "alt")
_VOID: Final = (
    *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"),
)
ALIKE: Final = 2
"""So many pages of one address and kind are looked at for each person."""


class Sheet(HTMLParser):
    """A page: the texts on it, each whole between two tags, and the addresses that it leads to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.ways: list[str] = []
        self._within: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = dict(attrs)
        self.texts += [text for name in _SPOKEN if (text := about.get(name))]
        if tag == "a" and about.get("href"):
            self.ways.append(about["href"] or "")
        if tag not in _VOID:
            self._within.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._within and self._within.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if text and not set(_UNREAD) & set(self._within):
            self.texts.append(text)


async def walk(visitor: Visitor, begin: Iterable[str]) -> AsyncIterator[tuple[str, Sheet]]:
    """Every page that links lead to from some, a few of each kind: its path and what stands on it."""
    routes = [route for router in PAGES for route in router.routes if isinstance(route, APIRoute)]
    seen: set[str] = set()
    alike: Counter[str] = Counter()
    waiting = deque(begin)
    while waiting:
        path = waiting.popleft()
        parts = urlsplit(path)
        kind = next(
            (r.path for r in routes if "GET" in (r.methods or ()) and r.path_regex.match(parts.path)), parts.path
        )
        kind += "?" + ",".join(sorted(re.findall(r"(\w+)=", parts.query)))
        if path in seen or alike[kind] >= ALIKE:
            continue
        seen.add(path)
        alike[kind] += 1
        answer = await visitor.get(path)
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        sheet = Sheet(answer.text)
        yield path, sheet
        waiting += [way for link in sheet.ways if (way := _own(path, link))]


def _own(here: str, link: str) -> str:
    """The path of a link that stays with us; else empty."""
    parts = urlsplit(urljoin(HOME + here, link))
    if f"{parts.scheme}://{parts.netloc}" != HOME or parts.path.startswith(("/live", "/assets", "/docs", "/api")):
        return ""
    return parts.path + (f"?{parts.query}" if parts.query else "")
