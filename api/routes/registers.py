"""Registers before they are imported: uploaded, looked at under a mapping, changed, and then imported."""

from collections.abc import Collection, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.datastructures import UploadFile

from api.auth import Caller, Reads, Writes
from api.deps import API, Id, TheOffice, as_json
from api.schemas.imports import ImportOrder, PreviewBody
from api.schemas.words import PolicyId
from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.people import Permission
from lifecycle.service.envelopes import Envelope
from lifecycle.service.import_jobs import Order
from lifecycle.service.import_results import ImportView
from lifecycle.service.policy_files import DEFAULT
from lifecycle.service.upload_views import RegisterView

router = APIRouter(tags=["imports"])
Importer = Annotated[Caller, Depends(Reads(Permission.REGISTER_IMPORT))]
Sender = Annotated[Envelope, Depends(Writes(Permission.REGISTER_IMPORT))]


def sent_with(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The OpenAPI description of a form with a register and these fields."""
    file = {"type": "string", "format": "binary", "description": "A register: CSV or XLSX."}
    schema = {
        "type": "object",
        "required": ["file"],
        "additionalProperties": False,
        "properties": {"file": file, **fields},
    }
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


async def uploaded(request: Request, fields: Collection[str] = ()) -> tuple[str, bytes, dict[str, Any]]:
    """The file of a form, by its name and content, and the form's other fields. Raises LifecycleError `malformed`."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise LifecycleError("malformed", "A register comes as a form.", "Send a form with the field 'file'.")
    async with request.form(max_files=1, max_fields=len(fields)) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            raise LifecycleError("malformed", "The form has no file.", "Send a form with the field 'file'.")
        others = {name: value for name, value in form.multi_items() if name != "file"}
        return plain(file.filename), await file.read(), others


def plain(filename: str) -> str:
    """The name of a file as it can be noted: on one line, its end kept."""
    return "".join(letter if letter.isprintable() else "_" for letter in filename)[-200:]


def order_of(filename: str, asked: ImportOrder, upload: str | None = None) -> Order:
    """What a form asks for."""
    return Order(
        filename=filename,
        mapping=asked.mapping,
        mapping_text=asked.mapping_document,
        policy=asked.policy,
        manager=asked.manager,
        sponsor=asked.sponsor,
        dry_run=asked.dry_run,
        upload=upload,
    )


@router.post("/registers", status_code=201, response_model=RegisterView, openapi_extra=sent_with({}))
async def upload(request: Request, envelope: Sender, office: TheOffice) -> Response:
    """Upload a register; nothing is imported yet. Answers with what it comes to under the suggested mapping."""
    name, data, _ = await uploaded(request)
    view = await office.uploads.look(await office.uploads.keep(envelope, name, data))
    return as_json(view, 201, Location=f"{API}/registers/{view.id}")


@router.get("/registers/{id}", response_model=RegisterView)
async def read(id: Id, caller: Importer, office: TheOffice, policy: Annotated[PolicyId, Query()] = DEFAULT) -> Response:
    """A register under the mapping that suggests itself: its first rows, and every problem of all its rows."""
    return as_json(await office.uploads.look(id, policy))


@router.post("/registers/{id}/preview", response_model=RegisterView)
async def preview(id: Id, body: PreviewBody, caller: Importer, office: TheOffice) -> Response:
    """A register under the columns that somebody chooses; nothing is changed."""
    return as_json(await office.uploads.look(id, body.policy, body.choice.choice() if body.choice else None))


@router.post("/registers/{id}/imports", status_code=201, response_model=ImportView)
async def begin(id: Id, body: ImportOrder, envelope: Sender, office: TheOffice) -> Response:
    """Import an uploaded register; its address tells how far it has come."""
    name, data = await office.uploads.file(id)
    view = await office.imports.begin(envelope, order_of(name, body, id), data)
    return as_json(view, 201, Location=f"{API}/imports/{view.id}")
