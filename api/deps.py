"""What routes are given, and how what becomes of a request is answered."""

import mimetypes
from collections.abc import AsyncIterator
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Path, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from api.errors import answer, problem_of
from api.schemas.commands import Accepted, HappenedView, NotKnownYet
from api.schemas.problems import Problem
from api.schemas.projects import ProjectView
from lifecycle.domain.commands import PersonCommand
from lifecycle.service.envelopes import Envelope
from lifecycle.service.evidence import Download
from lifecycle.service.exporting import SheetFormat
from lifecycle.service.office import Office
from lifecycle.service.outcomes import Done, Outcome, Refused, Unknown

API = "/api/v1"


async def _office(request: Request) -> Office:
    office: Office = request.app.state.office
    return office


TheOffice = Annotated[Office, Depends(_office)]
Key = Annotated[str, Path(max_length=200, description="The project's key.")]
GateName = Annotated[str, Path(max_length=200, description="The gate's name in the policy.")]
Id = Annotated[str, Path(max_length=200)]

_REFUSALS: dict[int, str] = {
    400: "The body cannot be read.",
    401: "Not signed in.",
    403: "Not allowed to this person.",
    404: "There is no such thing, or none that the caller may see.",
    406: "The answer cannot be of an accepted type.",
    409: "Not as things stand now: refused by the policy, stale, or the key was used for something else.",
    413: "Too large.",
    415: "Not of a type that is taken.",
    422: "Malformed: what was sent can never be accepted.",
    429: "Too many changes asked for by one person; Retry-After says when to go on.",
    500: "Something is broken on our side.",
    503: "Not now: the engine or the records cannot be reached. Repeat it with the same key.",
    507: "There is no space left.",
}
PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
"""The content of every refusal, for the OpenAPI document."""

REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"description": text, "content": PROBLEM} for status, text in _REFUSALS.items()
}
"""How any route may refuse; part of every route's documentation."""

COMMAND: dict[int | str, dict[str, Any]] = {
    200: {
        "model": Accepted,
        "description": "Carried out.",
        "headers": {"ETag": {"description": "The project's version.", "schema": {"type": "string"}}},
    },
    202: {
        "model": NotKnownYet,
        "description": "Received; the outcome is not known yet.",
        "headers": {"Location": {"description": "The status address.", "schema": {"type": "string"}}},
    },
}
"""How a command is answered when it is not refused."""


async def ask(
    office: Office,
    project: str,
    envelope: Envelope,
    kind: type[PersonCommand],
    body: BaseModel | None = None,
    **more: Any,
) -> Response:
    """Have a command carried out whose content is the body's fields, as far as they were sent, and `more`."""
    content = {**(body.model_dump(exclude_unset=True) if body else {}), **more}
    return reply(await office.commands.carry_out(project, envelope.around(kind, **content)))


def reply(outcome: Outcome, status: int = 200) -> Response:
    """What became of a request, as its sender is told."""
    match outcome:
        case Done():
            told = Accepted(
                command=outcome.command,
                version=outcome.version,
                events=tuple(HappenedView.model_validate(event) for event in outcome.events),
                project=ProjectView.of(outcome.state),
            )
            return as_json(told, status, ETag=f'"{outcome.state.seq}"')
        case Refused():
            return answer(problem_of(outcome.refusal, outcome.command))
        case Unknown():
            return _unknown(outcome)


def _unknown(outcome: Unknown) -> Response:
    where = {"Location": f"{API}/commands/{outcome.command}"}
    detail = "The engine that decides cannot be reached." if outcome.away else "The outcome is not known yet."
    remedy = "It is kept, and tried again for an hour. Ask its status address, or repeat it with the same key."
    told = NotKnownYet(command=outcome.command, detail=detail, remedy=remedy)
    if not outcome.away:
        return as_json(told, 202, **where)
    away = Problem(
        type="urn:lifecycle:problem:engine_away",
        title="Engine away",
        status=503,
        detail=detail,
        reason="engine_away",
        remedy=remedy,
        command=outcome.command,
    )
    return answer(away, where)


def as_json(content: BaseModel, status: int = 200, **headers: str) -> Response:
    """A model as a JSON response."""
    return Response(content.model_dump_json(), status, headers, "application/json")


def as_file(found: Download, digest: str) -> Response:
    """A file of evidence, by its digest; always to be saved, never to be shown by a browser as a page."""
    ending = "" if "." in found.name else mimetypes.guess_extension(found.media_type) or ""
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name + ending, safe='')}",
        "Content-Length": str(found.size),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "ETag": f'"{digest}"',
    }
    return StreamingResponse(found.content, headers=headers, media_type=found.media_type)


SHEETS = {
    SheetFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    SheetFormat.CSV: "text/csv; charset=utf-8",
}
"""The media type of each kind of file that a portfolio is taken away as."""


def as_sheet(pieces: AsyncIterator[bytes], form: SheetFormat) -> Response:
    """A portfolio as a file to be saved."""
    name = {"Content-Disposition": f"attachment; filename=portfolio.{form.value}"}
    return StreamingResponse(pieces, headers=name, media_type=SHEETS[form])
