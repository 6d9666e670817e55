"""The API explained on one page, generated from its OpenAPI document: no script, nothing from elsewhere."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final

from fastapi import Request
from fastapi.responses import HTMLResponse

Document = Mapping[str, Any]
_STYLE: Final = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "code{font-family:ui-monospace,monospace}section{border-top:1px solid #8886;margin-top:1.5rem}"
    "table{border-collapse:collapse}td{padding:.1rem .8rem .1rem 0;vertical-align:top}"
    "@media(prefers-color-scheme:dark){body{background:#111;color:#eee}a{color:#9cf}}"
)
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


async def reference_page(request: Request) -> HTMLResponse:
    """The page for the app that was asked."""
    page = "".join(_page(request.app.openapi(), str(request.app.openapi_url)))
    return HTMLResponse(page, headers={"Content-Security-Policy": _POLICY})


def operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    """Every operation of a document: method, path and what is said of it."""
    for path, known in document["paths"].items():
        for method, operation in known.items():
            yield method.upper(), path, operation


def _page(document: Document, source: str) -> Iterator[str]:
    title = escape(document["info"]["title"])
    yield f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
    yield f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style><main><h1>{title}</h1>'
    yield f"<p>{escape(document['info']['description'])}</p>"
    yield "<p>Sign in with <code>Authorization: Bearer &lt;token&gt;</code>. "
    yield f'The same for machines: <a href="{escape(source)}">OpenAPI</a>.</p><nav><ul>'
    for method, path, operation in operations(document):
        yield f'<li><a href="#{_anchor(operation)}"><code>{method} {escape(path)}</code></a></li>'
    yield "</ul></nav>"
    for method, path, operation in operations(document):
        yield from _operation(document, method, path, operation)
    yield "</main></html>"


def _anchor(operation: Document) -> str:
    return escape(operation["operationId"])


def _operation(document: Document, method: str, path: str, operation: Document) -> Iterator[str]:
    yield f'<section id="{_anchor(operation)}"><h2><code>{method} {escape(path)}</code></h2>'
    yield f"<p>{escape(operation.get('description', ''))}</p>"
    if needs := operation.get("x-permission"):
        yield f"<p>Needs <code>{escape(needs)}</code>.</p>"
    parameters = [(p["name"], p["in"], p.get("description", "")) for p in operation.get("parameters", ())]
    yield from _table("Parameters", parameters)
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        yield from _table(f"Body ({media_type})", _fields(document, content["schema"]))
    answers = operation["responses"].items()
    yield from _table("Answers", [(status, "", answer.get("description", "")) for status, answer in answers])
    yield "</section>"


def _table(title: str, rows: list[tuple[str, str, str]]) -> Iterator[str]:
    if rows:
        yield f"<h3>{escape(title)}</h3><table>"
        for name, kind, text in rows:
            yield f"<tr><td><code>{escape(name)}</code></td><td>{escape(kind)}</td><td>{escape(text)}</td></tr>"
        yield "</table>"


def _fields(document: Document, schema: Document) -> list[tuple[str, str, str]]:
    """The fields of a body, a union's alternatives one after the other."""
    known = _resolved(document, schema)
    if "properties" in known:
        needed = known.get("required", ())
        return [
            (name, _kind(document, field), "needed" if name in needed else "")
            for name, field in known["properties"].items()
        ]
    return [line for choice in known.get("oneOf", ()) for line in _fields(document, choice)]


def _kind(document: Document, schema: Document) -> str:
    known = _resolved(document, schema)
    if "enum" in known or "const" in known:
        return " | ".join(str(value) for value in known.get("enum", [known.get("const")]))
    if choices := known.get("anyOf"):
        return " or ".join(dict.fromkeys(_kind(document, choice) for choice in choices))
    return str(known.get("format") or known.get("type", "object"))


def _resolved(document: Document, schema: Document) -> Document:
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    found: Document = document["components"]["schemas"].get(name, schema) if name else schema
    return found
