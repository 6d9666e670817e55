"""The style sheets and scripts of the pages, under addresses that change with their content."""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Depends, Request, Response

from api.web.viewer import anybody
from lifecycle.domain.errors import LifecycleError

STATIC: Final = Path(__file__).parent / "static"
_FOREVER: Final = "public, max-age=31536000, immutable"
_DIGEST: Final = 12

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that pages use: its content, plain and compressed, and the beginning of its digest."""

    content: bytes
    compressed: bytes
    media_type: str
    digest: str


@lru_cache(maxsize=1)
def assets() -> dict[str, Asset]:
    """Every file there is, by its path below the folder."""
    found = sorted(path for path in STATIC.rglob("*") if path.is_file())
    return {path.relative_to(STATIC).as_posix(): _asset(path) for path in found}


def address_of(name: str) -> str:
    """Where a page finds a file; RuntimeError for one that was not built, which is a fault of the installation."""
    if name not in assets():
        raise RuntimeError(f"The file {name} is missing; build the package again (make setup).")
    return f"/static/{name}?v={assets()[name].digest}"


def is_ours(name: str) -> bool:
    """Whether a page can find such a file here, such as the template of a ready policy."""
    return name in assets()


@router.get("/static/{name:path}", dependencies=[Depends(anybody)])
async def static(name: str, request: Request, v: str = "") -> Response:
    """A file of the pages; kept by browsers for as long as its address names its content."""
    asset = assets().get(name)
    if asset is None:
        raise LifecycleError("unknown_path", "There is nothing at this address.", "Load the page again.")
    headers = {"Cache-Control": _FOREVER if v == asset.digest else "no-cache", "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(asset.compressed, headers={**headers, "Content-Encoding": "gzip"}, media_type=asset.media_type)
    return Response(asset.content, headers=headers, media_type=asset.media_type)


def _asset(path: Path) -> Asset:
    content = path.read_bytes()
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Asset(content, gzip.compress(content, mtime=0), media_type, hashlib.sha256(content).hexdigest()[:_DIGEST])
