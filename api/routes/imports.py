"""Imports of registers: a file becomes projects, row by row, beside other requests."""

from enum import StrEnum
from pathlib import PurePath
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from pydantic.json_schema import SkipJsonSchema

from api.auth import Caller, Reads, Writes
from api.cursors import cursor_of, read_cursor
from api.deps import API, Id, TheOffice, as_json
from api.routes.lists import CursorText, Limit
from api.routes.registers import order_of, sent_with, uploaded
from api.schemas.imports import AgainBody, ImportForm
from api.schemas.people import Listed
from lifecycle.domain.people import Permission
from lifecycle.service.envelopes import Envelope
from lifecycle.service.import_results import ImportView, RowOutcome, RowView

router = APIRouter(tags=["imports"])
Importer = Annotated[Caller, Depends(Reads(Permission.REGISTER_IMPORT))]


class SheetFormat(StrEnum):
    """The file in which results are taken away."""

    CSV = "csv"
    XLSX = "xlsx"


MEDIA_TYPES: Final = {
    SheetFormat.CSV: "text/csv; charset=utf-8",
    SheetFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_FIELDS: Final = ImportForm.model_json_schema()["properties"]
_FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The file.",
        "content": {media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in ("*/*",)},
    }
}


@router.post("/imports", status_code=201, response_model=ImportView, openapi_extra=sent_with(_FIELDS))
async def begin(
    request: Request,
    envelope: Annotated[Envelope, Depends(Writes(Permission.REGISTER_IMPORT))],
    office: TheOffice,
) -> Response:
    """Import a register: new projects are registered, known ones amended; its address tells how far it has come."""
    name, data, fields = await uploaded(request, _FIELDS)
    return _begun(await office.imports.begin(envelope, order_of(name, _form(fields)), data))


@router.get("/imports", response_model=Listed[ImportView])
async def listed(caller: Importer, office: TheOffice, cursor: CursorText = None, limit: Limit = 20) -> Response:
    """Every import, the latest first."""
    page = await office.imports.latest(read_cursor(cursor), limit)
    return as_json(Listed[ImportView](items=page.lines, next_cursor=cursor_of(page.after)))


@router.post("/imports/{id}/again", status_code=201, response_model=ImportView)
async def again(
    id: Id,
    body: AgainBody,
    envelope: Annotated[Envelope, Depends(Writes(Permission.REGISTER_IMPORT))],
    office: TheOffice,
) -> Response:
    """Import the same file in the same way once more: what a dry run has shown, in earnest."""
    return _begun(await office.imports.again(envelope, id, dry_run=body.dry_run))


@router.get("/imports/{id}", response_model=ImportView)
async def read(id: Id, caller: Importer, office: TheOffice) -> Response:
    """How far an import has come, and what it came to."""
    return as_json(await office.imports.get(id))


@router.get("/imports/{id}/rows", response_model=Listed[RowView])
async def rows(
    id: Id,
    caller: Importer,
    office: TheOffice,
    outcome: Annotated[RowOutcome | SkipJsonSchema[None], Query()] = None,
    pressing_first: Annotated[bool, Query(description="Those that were not taken in before the others.")] = False,
    cursor: CursorText = None,
    limit: Limit = 100,
) -> Response:
    """What became of the rows, in the register's order, with everything that stood in them."""
    page = await office.imports.rows(id, outcome, read_cursor(cursor), limit, pressing_first=pressing_first)
    return as_json(Listed[RowView](items=page.lines, next_cursor=cursor_of(page.after)))


@router.get("/imports/{id}/result", responses=_FILE)
async def result(
    id: Id,
    caller: Annotated[Caller, Depends(Reads(Permission.REGISTER_IMPORT, produces="*/*"))],
    office: TheOffice,
    format: Annotated[SheetFormat, Query()] = SheetFormat.CSV,
) -> Response:
    """What became of every row, as a file for a spreadsheet, in which no text is taken for a formula."""
    return result_file(format, *await office.imports.result(id, as_workbook=format is SheetFormat.XLSX))


def result_file(format: SheetFormat, register: str, content: bytes) -> Response:
    """The result of an import as a file to be saved, named after the register."""
    name = quote(f"{PurePath(register).stem}-result.{format.value}", safe="")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(content, headers=headers, media_type=MEDIA_TYPES[format])


def _begun(view: ImportView) -> Response:
    return as_json(view, 201, Location=f"{API}/imports/{view.id}")


def _form(fields: dict[str, Any]) -> ImportForm:
    try:
        return ImportForm.model_validate(fields)
    except ValidationError as error:
        faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors(include_url=False)]
        raise RequestValidationError(faults) from None
