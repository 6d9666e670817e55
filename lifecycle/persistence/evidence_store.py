"""The files people hand in, each kept once under the digest of its content and checked whenever it is read."""

import asyncio
import hashlib
import os
import re
import tempfile
import time
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Final, NamedTuple

from lifecycle.persistence.failures import StoreError, disk_failure

_DIGEST: Final = re.compile(r"sha256:([0-9a-f]{2})([0-9a-f]{62})")
_CHUNK_BYTES: Final = 256 * 1024
_UNFINISHED: Final = ".unfinished-"
_ABANDONED_SECONDS: Final = 24 * 60 * 60


class EvidenceTooLargeError(StoreError):
    """A file over the limit (code `evidence_too_large`)."""

    def __init__(self, limit_bytes: int) -> None:
        sentence = f"The file is larger than {limit_bytes:,} bytes, the most that is accepted."
        super().__init__("evidence_too_large", sentence, "Hand in a smaller file, or a link to where it is kept.")


class EvidenceMissingError(StoreError):
    """No content is kept under this digest (code `evidence_missing`)."""

    def __init__(self, digest: str) -> None:
        super().__init__("evidence_missing", f"No file is kept as {digest}.", "Hand it in again.")


class EvidenceCorruptError(StoreError):
    """What is kept is no longer what was handed in (code `evidence_corrupt`)."""

    def __init__(self, digest: str) -> None:
        sentence = f"The file kept as {digest} was damaged or changed after it was handed in."
        super().__init__("evidence_corrupt", sentence, "Tell the operator, and hand the file in again.")


class EvidenceDigestError(StoreError):
    """Not a digest (code `evidence_digest`)."""

    def __init__(self) -> None:
        sentence = "This is not the digest of a piece of evidence."
        super().__init__("evidence_digest", sentence, "Write sha256: and 64 lower-case hexadecimal digits.")


class Stored(NamedTuple):
    """What was kept: `digest` is `sha256:<64 hexadecimal digits>`, `size` is in bytes."""

    digest: str
    size: int


class EvidenceStore:
    """Evidence in a folder of its own; file names come from digests, never from people.

    Every method raises `StoreUnavailableError` when the folder cannot be used, `StoreFullError` when it is full.
    """

    def __init__(self, folder: Path, limit_bytes: int) -> None:
        """Make the folder if need be; `limit_bytes` is the size of the largest file accepted.

        Clears away what a crash left unfinished more than a day ago, where the folder may be written.
        """
        self._folder = folder
        self._limit_bytes = limit_bytes
        with _disk_failures():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for left in folder.glob(f"{_UNFINISHED}*"):
                with suppress(OSError):
                    if left.stat().st_mtime < time.time() - _ABANDONED_SECONDS:
                        left.unlink(missing_ok=True)

    async def put(self, content: AsyncIterable[bytes] | bytes) -> Stored:
        """Keep the content, which is on disk when this returns; the same content again changes nothing.

        Raises `EvidenceTooLargeError` at the first byte over the limit. Nothing half-written stays, whatever ends it.
        """
        incoming = _Incoming(self._folder, self._limit_bytes)  # on no thread: a cancelled caller must know its file
        try:
            if isinstance(content, bytes):
                await asyncio.to_thread(incoming.write, content)
            else:
                async for chunk in content:
                    await asyncio.to_thread(incoming.write, chunk)
            return await asyncio.to_thread(incoming.keep)
        finally:
            await asyncio.shield(asyncio.to_thread(incoming.discard))

    async def open(self, digest: str) -> AsyncIterator[bytes]:
        """The content in pieces, none of them handed out before the whole was checked against its digest.

        Raises `EvidenceMissingError`, `EvidenceCorruptError`, or `EvidenceDigestError` for what is no digest.
        """
        path = _path(self._folder, digest)
        await asyncio.to_thread(_check, path, digest)
        return _pieces(path, digest)


class _Incoming:
    """A file being written; its methods run on threads, and a cancelled `put` may discard it under one of them."""

    def __init__(self, folder: Path, limit_bytes: int) -> None:
        self._folder = folder
        self._limit_bytes = limit_bytes
        self._size = 0
        self._hash = hashlib.sha256()
        self._lock = Lock()
        with _disk_failures():
            handle, name = tempfile.mkstemp(prefix=_UNFINISHED, dir=folder)
        self._file = os.fdopen(handle, "wb")
        self._name = Path(name)

    def write(self, chunk: bytes) -> None:
        with self._lock, _disk_failures():
            self._size += len(chunk)
            if self._size > self._limit_bytes:
                raise EvidenceTooLargeError(self._limit_bytes)
            self._hash.update(chunk)
            self._file.write(chunk)

    def keep(self) -> Stored:
        with self._lock, _disk_failures():
            self._file.flush()
            os.fsync(self._file.fileno())
            stored = Stored(f"sha256:{self._hash.hexdigest()}", self._size)
            path = _path(self._folder, stored.digest)
            path.parent.mkdir(mode=0o700, exist_ok=True)
            self._name.replace(path)
            for folder in (path.parent, self._folder):
                _sync_folder(folder)
            return stored

    def discard(self) -> None:
        with self._lock:
            with suppress(OSError):  # closing writes what is still in memory, and the disk may be full
                self._file.close()
            with suppress(OSError):
                self._name.unlink(missing_ok=True)


def _path(folder: Path, digest: str) -> Path:
    parts = _DIGEST.fullmatch(digest)
    if parts is None:
        raise EvidenceDigestError
    return folder / parts[1] / parts[2]


def _check(path: Path, digest: str) -> None:
    with _reading(digest), path.open("rb") as file:
        if f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}" != digest:
            raise EvidenceCorruptError(digest)


async def _pieces(path: Path, digest: str) -> AsyncIterator[bytes]:
    with _reading(digest), await asyncio.to_thread(path.open, "rb") as file:
        while piece := await asyncio.to_thread(file.read, _CHUNK_BYTES):
            yield piece


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _reading(digest: str) -> Iterator[None]:
    with _disk_failures():
        try:
            yield
        except FileNotFoundError:
            raise EvidenceMissingError(digest) from None


@contextmanager
def _disk_failures() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise disk_failure(error) from error
