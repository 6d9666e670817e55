"""The audit trail: of one project, of everything, and as a file."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import StreamingResponse
from pydantic.json_schema import SkipJsonSchema

from api.auth import Caller, Reads
from api.cursors import cursor_of, read_cursor
from api.deps import Key, TheOffice, as_json
from api.routes.lists import CursorText, Limit
from api.schemas.people import Listed
from api.schemas.words import EventType, Instant, Name, PersonId, ProjectKey
from lifecycle.domain.people import Permission
from lifecycle.service.trail import Format, RecordKind, TrailRecord, WantedRecords

router = APIRouter(tags=["audit"])
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The trail, a piece at a time.", "content": {"application/x-ndjson": {}, "text/csv": {}}}
}
_TYPES = {Format.NDJSON: "application/x-ndjson", Format.CSV: "text/csv; charset=utf-8"}


def _filter(
    kind: Annotated[
        RecordKind | SkipJsonSchema[None], Query(description="Events, refused attempts, or deeds of the office.")
    ] = None,
    type: Annotated[EventType | SkipJsonSchema[None], Query()] = None,
    gate: Annotated[Name | SkipJsonSchema[None], Query()] = None,
    person: Annotated[PersonId | SkipJsonSchema[None], Query()] = None,
    since: Annotated[Instant | SkipJsonSchema[None], Query(description="Recorded from then on.")] = None,
    until: Annotated[Instant | SkipJsonSchema[None], Query(description="Recorded before then.")] = None,
) -> WantedRecords:
    return WantedRecords(kind=kind, type=type, gate=gate, person=person, since=since, until=until)


Wanted = Annotated[WantedRecords, Depends(_filter)]
Auditor = Annotated[Caller, Depends(Reads(Permission.AUDIT_READ))]
Project = Annotated[ProjectKey | SkipJsonSchema[None], Query()]


@router.get("/projects/{key}/events", response_model=Listed[TrailRecord])
async def of_project(
    key: Key,
    caller: Annotated[Caller, Depends(Reads(Permission.PROJECT_READ))],
    office: TheOffice,
    wanted: Wanted,
    cursor: CursorText = None,
    limit: Limit = 100,
) -> Response:
    """A project's trail, the latest first; refused attempts for those only who may audit the project."""
    page = await office.trail.of_project(caller.id, key, wanted, read_cursor(cursor), limit)
    return as_json(Listed[TrailRecord](items=page.lines, next_cursor=cursor_of(page.after)))


@router.get("/events", response_model=Listed[TrailRecord])
async def of_everything(
    caller: Auditor,
    office: TheOffice,
    wanted: Wanted,
    project: Project = None,
    cursor: CursorText = None,
    limit: Limit = 100,
) -> Response:
    """The trail of everything that the caller may audit, the latest first."""
    narrowed = replace(wanted, project=project)
    page = await office.trail.of_everything(caller.id, narrowed, read_cursor(cursor), limit)
    return as_json(Listed[TrailRecord](items=page.lines, next_cursor=cursor_of(page.after)))


@router.get("/events/export", response_class=StreamingResponse, responses=_FILE)
async def export(
    caller: Annotated[Caller, Depends(Reads(Permission.AUDIT_READ, produces="*/*"))],
    office: TheOffice,
    wanted: Wanted,
    project: Project = None,
    format: Annotated[Format, Query()] = Format.NDJSON,
) -> Response:
    """The same as a file, the oldest first; what is recorded after it began is left out."""
    pieces = await office.trail.export(caller.id, replace(wanted, project=project), format)
    name = {"Content-Disposition": f"attachment; filename=audit-trail.{format.value}"}
    return StreamingResponse(pieces, headers=name, media_type=_TYPES[format])
