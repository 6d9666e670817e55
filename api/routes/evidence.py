"""Evidence: supplied as a file, a link, a form or an attestation; given back as a file to keep, never as a page."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import StreamingResponse
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import UploadFile

from api.auth import Asks, Caller, Reads
from api.deps import COMMAND, GateName, Id, Key, TheOffice, as_file, as_json, reply
from api.schemas.gates import AttestationSupply, FormSupply, LinkSupply, Supply, Title
from lifecycle.domain.commands import SupplyEvidence
from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.people import Permission
from lifecycle.service.envelopes import Envelope
from lifecycle.service.evidence import Place
from lifecycle.service.excerpts import Excerpt

router = APIRouter(tags=["evidence"])

_SUPPLY: Final[TypeAdapter[LinkSupply | FormSupply | AttestationSupply]] = TypeAdapter(Supply)
_TITLE: Final[TypeAdapter[str]] = TypeAdapter(Title)
_CHUNK_BYTES: Final = 256 * 1024
_FORM: Final = {
    "type": "object",
    "required": ["file"],
    "additionalProperties": False,
    "properties": {
        "file": {"type": "string", "format": "binary", "description": "A document or a picture, by its ending."},
        "title": _TITLE.json_schema(),
    },
}
_SUPPLIES: Final = {
    "oneOf": [supply.model_json_schema() for supply in (LinkSupply, FormSupply, AttestationSupply)],
    "discriminator": {"propertyName": "kind"},
}
_SENT: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": _SUPPLIES}, "multipart/form-data": {"schema": _FORM}},
    }
}

_FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The file.",
        "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.put("/projects/{key}/gates/{gate}/evidence/{item}", responses=COMMAND, openapi_extra=_SENT)
async def supply(
    key: Key,
    gate: GateName,
    item: Annotated[str, Path(max_length=200, description="The evidence item's name in the policy.")],
    request: Request,
    envelope: Annotated[Envelope, Depends(Asks(SupplyEvidence.needs))],
    office: TheOffice,
) -> Response:
    """Supply a new version of an item: a form with a `file`, or JSON for a link, the answers of a form, a signature."""
    place = Place(key, gate, item)
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        async with request.form(max_files=1, max_fields=1) as form:
            file, title = form.get("file"), form.get("title")
            if not isinstance(file, UploadFile) or not file.filename:
                raise LifecycleError("malformed", "The form has no file.", "Send a form with the field 'file'.")
            if set(form) - {"file", "title"}:
                raise LifecycleError("malformed", "The form has an unknown field.", "Send 'file' and 'title' only.")
            about = _checked(_TITLE, title or "", "title")
            content = _pieces(file)
            declared = file.content_type or ""
            return reply(await office.evidence.upload(envelope, place, file.filename[-200:], declared, content, about))
    given: LinkSupply | FormSupply | AttestationSupply = _checked(_SUPPLY, await _json(request), "body")
    match given:
        case LinkSupply():
            return reply(await office.evidence.link(envelope, place, given.url, given.title))
        case FormSupply():
            return reply(await office.evidence.form(envelope, place, given.answers))
        case _:
            return reply(await office.evidence.attest(envelope, place, given.text))


@router.get("/projects/{key}/evidence/{digest}", response_class=StreamingResponse, responses=_FILE)
async def download(
    key: Key,
    digest: Id,
    caller: Annotated[Caller, Depends(Reads(Permission.PROJECT_READ, produces="*/*"))],
    office: TheOffice,
) -> Response:
    """A file that was supplied to the project, by its digest; always to be saved, never to be shown by a browser."""
    return as_file(await office.evidence.download(caller.id, key, digest), digest)


@router.get("/projects/{key}/evidence/{digest}/excerpt", response_model=Excerpt)
async def excerpt(
    key: Key, digest: Id, caller: Annotated[Caller, Depends(Reads(Permission.PROJECT_READ))], office: TheOffice
) -> Response:
    """What a file that was supplied to the project begins with, as plain text or as the rows of a table."""
    return as_json(await office.evidence.excerpt(caller.id, key, digest))


async def _pieces(file: UploadFile) -> AsyncIterator[bytes]:
    while piece := await file.read(_CHUNK_BYTES):
        yield piece


async def _json(request: Request) -> Any:
    try:
        return await request.json()
    except (ValueError, RecursionError):
        raise LifecycleError("unreadable_body", "The body is no JSON.", "Correct it, then send it again.") from None


def _checked(expected: TypeAdapter[Any], value: Any, place: str) -> Any:
    try:
        return expected.validate_python(value)
    except ValidationError as error:
        faults = [{**fault, "loc": (place, *fault["loc"])} for fault in error.errors(include_url=False)]
        raise RequestValidationError(faults) from None
