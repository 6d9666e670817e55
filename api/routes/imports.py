"""Imports of registers: a file becomes projects, row by row, beside other requests."""

from enum import StrEnum
from pathlib import PurePath
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from pydantic.json_schema import SkipJsonSchema
from starlette.datastructures import UploadFile

from api.auth import Caller, Reads, Writes
from api.cursors import cursor_of, read_cursor
from api.deps import API, Id, TheOffice, as_json
from api.routes.lists import CursorText, Limit
from api.schemas.imports import ImportForm
from api.schemas.people import Listed
from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.people import Permission
from lifecycle.service.envelopes import Envelope
from lifecycle.service.import_jobs import Order
from lifecycle.service.import_results import ImportView, RowOutcome, RowView

router = APIRouter(tags=["imports"])
Importer = Annotated[Caller, Depends(Reads(Permission.REGISTER_IMPORT))]


class SheetFormat(StrEnum):
    """The file in which results are taken away."""

    CSV = "csv"
    XLSX = "xlsx"


_MEDIA_TYPES: Final = {
    SheetFormat.CSV: "text/csv; charset=utf-8",
    SheetFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_FIELDS: Final = ImportForm.model_json_schema()["properties"]
_SENT: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "additionalProperties": False,
                    "properties": {
                        "file": {"type": "string", "format": "binary", "description": "A register: CSV or XLSX."},
                        **_FIELDS,
                    },
                }
            }
        },
    }
}
_FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The file.",
        "content": {media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in ("*/*",)},
    }
}


@router.post("/imports", status_code=201, response_model=ImportView, openapi_extra=_SENT)
async def begin(
    request: Request,
    envelope: Annotated[Envelope, Depends(Writes(Permission.REGISTER_IMPORT))],
    office: TheOffice,
) -> Response:
    """Import a register: new projects are registered, known ones amended; its address tells how far it has come."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise LifecycleError("malformed", "A register comes as a form.", "Send a form with the field 'file'.")
    async with request.form(max_files=1, max_fields=len(_FIELDS)) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            raise LifecycleError("malformed", "The form has no file.", "Send a form with the field 'file'.")
        asked = _form({name: value for name, value in form.multi_items() if name != "file"})
        order = Order(
            filename=_plain(file.filename),
            mapping=asked.mapping,
            mapping_text=asked.mapping_document,
            policy=asked.policy,
            manager=asked.manager,
            sponsor=asked.sponsor,
            dry_run=asked.dry_run,
        )
        view = await office.imports.begin(envelope, order, await file.read())
    return as_json(view, 201, Location=f"{API}/imports/{view.id}")


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
    cursor: CursorText = None,
    limit: Limit = 100,
) -> Response:
    """What became of the rows, in the register's order, with everything that stood in them."""
    page = await office.imports.rows(id, outcome, read_cursor(cursor), limit)
    return as_json(Listed[RowView](items=page.lines, next_cursor=cursor_of(page.after)))


@router.get("/imports/{id}/result", responses=_FILE)
async def result(
    id: Id,
    caller: Annotated[Caller, Depends(Reads(Permission.REGISTER_IMPORT, produces="*/*"))],
    office: TheOffice,
    format: Annotated[SheetFormat, Query()] = SheetFormat.CSV,
) -> Response:
    """What became of every row, as a file for a spreadsheet, in which no text is taken for a formula."""
    register, content = await office.imports.result(id, as_workbook=format is SheetFormat.XLSX)
    name = quote(f"{PurePath(register).stem}-result.{format.value}", safe="")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(content, headers=headers, media_type=_MEDIA_TYPES[format])


def _form(fields: dict[str, Any]) -> ImportForm:
    try:
        return ImportForm.model_validate(fields)
    except ValidationError as error:
        faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors(include_url=False)]
        raise RequestValidationError(faults) from None


def _plain(filename: str) -> str:
    """The name of a file as it can be noted: on one line, its end kept."""
    return "".join(letter if letter.isprintable() else "_" for letter in filename)[-200:]
