"""The reference of the HTTP API in Markdown, generated from its OpenAPI document."""

from collections.abc import Iterator
from typing import Any

from api.app import from_settings
from api.reference import Document, operations

_INTRODUCTION = """\
# API reference

Generated from the OpenAPI document by `make docs`; do not edit. A running product shows the same with every field at
`/docs`, and the document itself at `/api/v1/openapi.json`.

- Sign in with `Authorization: Bearer <token>`. Each route needs one permission, which a role gives everywhere, in a
  portfolio or on one project.
- Every write takes an `Idempotency-Key`: the same key with the same body has the same answer and no second effect.
- `ETag` names a project's version; send it back as `If-Match`, and a change in between answers 409.
- `X-Acting-For` names somebody who has delegated to you.
- A refusal is problem+json with a stable `reason`, a sentence (`detail`), a `remedy` and what is `missing`.
- 202 means that the outcome is not known yet; its `Location` will tell. 503 means later: repeat with the same key.
- Money is in the smallest unit, instants are RFC 3339, lists come in pages: `cursor` is the `next_cursor` before.
"""


def api_reference() -> str:
    """The whole reference as Markdown."""
    return "\n".join(_lines(from_settings().openapi())).rstrip() + "\n"


def _lines(document: dict[str, Any]) -> Iterator[str]:
    yield _INTRODUCTION
    yield "| what | route | needs | answers |"
    yield "|---|---|---|---|"
    for method, path, operation in operations(document):
        yield _row(method, path, operation)


def _row(method: str, path: str, operation: Document) -> str:
    said = " ".join(str(operation.get("description", "")).split()).split(". ")[0].rstrip(".")
    needs = f"`{operation['x-permission']}`" if operation.get("x-permission") else "-"
    answers = ", ".join(status for status in operation["responses"] if status < "300")
    return f"| {said} | `{method} {path}` | {needs} | {answers} |"
