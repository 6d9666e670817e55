"""Pages from templates: everything is escaped, a name that is not given is an error, texts are the reader's."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from secrets import token_hex
from typing import Any, Final
from urllib.parse import quote, urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, nodes, pass_context
from jinja2.runtime import Context
from jinja2.visitor import NodeTransformer

from api.web.assets import address_of, is_ours
from api.web.browsers import called
from api.web.entrance import entrance_of
from api.web.formats import Formats
from api.web.navigation import ways_of
from api.web.reader import THEMES, reader_of
from api.web.viewer import Viewer
from lifecycle.service.excerpts import has_excerpt
from lifecycle.service.language.catalogues import LANGUAGES, catalogue

TEMPLATES: Final = Path(__file__).parent / "templates"


def render(request: Request, viewer: Viewer | None, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A page for somebody, or for nobody in particular; `values` are what its template names.

    Every template also has: `say` (`Formats` for the reader), `viewer`, `here` (the path of the request), `ways`,
    `sample_office` (whether one may be any of its people), `asset(name)`, `part(text)` (text as one part of an address)
    and `fresh_key()` (for a form that is sent once).
    """
    say = formats_for(request, viewer)
    text = (
        environment(say.reader.language)
        .get_template(template)
        .render(
            **values,
            say=say,
            viewer=viewer,
            here=request.url.path if request.method == "GET" else "/",
            ways=ways_of(viewer),
            sample_office=entrance_of(request).sample,
        )
    )
    return HTMLResponse(text, status)


def formats_for(request: Request, viewer: Viewer | None) -> Formats:
    """Words for values as the reader of a page is used to them."""
    return Formats(reader_of(request, viewer), now_of(request))


def now_of(request: Request) -> datetime:
    """The instant of the request, on the office's clock."""
    office = getattr(request.app.state, "office", None)
    now: datetime = office.now() if office else datetime.now(UTC)
    return now


@lru_cache(maxsize=len(LANGUAGES))
def environment(language: str) -> Environment:
    """The templates in a language."""
    texts = catalogue(language)
    found = Spoken(
        texts.gettext,
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    found.install_gettext_translations(texts, newstyle=True)  # type: ignore[attr-defined] # made by the extension
    found.globals.update(
        asset=address_of, fresh_key=fresh_key, part=part, languages=LANGUAGES, themes=THEMES, language=language
    )
    found.tests["ours"] = is_ours
    found.tests["shown_as_text"] = has_excerpt
    found.filters["call_name"] = call_name
    found.filters["in_words"] = in_words
    found.filters["narrowing"] = narrowing
    found.filters["called"] = called
    return found


class Spoken(Environment):
    """Templates of one language: a text without gaps is translated once, when its template is compiled."""

    def __init__(self, translate: Callable[[str], str], **options: Any) -> None:
        """`translate` gives a text in the language, `options` are what Jinja takes."""
        super().__init__(**options)
        self._said = _Said(translate)

    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False
    ) -> str:
        """The hook through which Jinja sends whatever it has parsed."""
        return super()._generate(self._said.visit(source), name, filename, defer_init)


class _Said(NodeTransformer):
    """Puts texts in the place of the calls that would translate them for each reader anew."""

    def __init__(self, translate: Callable[[str], str]) -> None:
        self._translate = translate

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 (the name is the library's)
        """The text instead of a call for one; any other call as it is."""
        match node:
            case nodes.Call(node=nodes.Name(name="_"), args=[nodes.Const(value=str(text))], kwargs=[]):
                return nodes.MarkSafe(nodes.Const(self._translate(text) % {}))
        return self.generic_visit(node)


@pass_context
def call_name(context: Context, person: str) -> str:
    """What somebody is called, as far as the page knows; a role stands for whoever holds it."""
    called: str = context["names"].get(person) or context["say"].named(person)
    return called


@pass_context
def in_words(context: Context, name: str) -> str:
    """A name of the office or its policies, such as a role, as the page says it."""
    said: str = context["say"].named(name)
    return said


def narrowing(filters: Mapping[str, str]) -> str:
    """What a page is narrowed to as the end of an address; empty for nothing."""
    given = {name: value for name, value in filters.items() if value}
    return f"?{urlencode(given)}" if given else ""


def fresh_key() -> str:
    """A key under which one form is sent: sent twice, it has one effect."""
    return token_hex(16)


def part(text: str) -> str:
    """A text as one part of an address."""
    return quote(text, safe="")
