"""Evidence is kept once, whole or not at all, and never given out changed."""

import asyncio
import errno
import hashlib
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecycle.persistence.evidence_store import (
    EvidenceCorruptError,
    EvidenceDigestError,
    EvidenceMissingError,
    EvidenceStore,
    EvidenceTooLargeError,
)
from lifecycle.persistence.failures import StoreFullError, StoreUnavailableError

LIMIT = 1_000_000


@pytest.fixture
def store(tmp_path: Path) -> EvidenceStore:
    return EvidenceStore(tmp_path / "evidence", LIMIT)


def files(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "evidence").rglob("*") if path.is_file()]


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def content(store: EvidenceStore, digest: str) -> bytes:
    return b"".join([piece async for piece in await store.open(digest)])


@pytest.mark.parametrize("handed_in", [b"", b"The business case.", b"0123456789" * 70_000])
async def test_what_was_handed_in_is_given_out(store: EvidenceStore, handed_in: bytes) -> None:
    stored = await store.put(handed_in)
    assert stored == (f"sha256:{hashlib.sha256(handed_in).hexdigest()}", len(handed_in))
    assert await content(store, stored.digest) == handed_in


async def test_pieces_of_an_upload_become_one_file(store: EvidenceStore, tmp_path: Path) -> None:
    in_pieces = await store.put(pieces(b"The business", b"", b" case."))
    assert in_pieces == await store.put(b"The business case.")
    assert len(files(tmp_path)) == 1


async def test_many_may_hand_in_the_same_at_once(store: EvidenceStore, tmp_path: Path) -> None:
    stored = await asyncio.gather(*(store.put(pieces(b"The ", b"charter.")) for _ in range(20)))
    assert len(set(stored)) == 1
    assert len(files(tmp_path)) == 1
    assert await content(store, stored[0].digest) == b"The charter."


async def test_a_file_just_within_the_limit_is_kept_and_one_byte_more_is_not(
    store: EvidenceStore, tmp_path: Path
) -> None:
    assert (await store.put(pieces(b"x" * (LIMIT - 1), b"x"))).size == LIMIT
    before = files(tmp_path)
    read_on: list[str] = []

    async def too_much() -> AsyncIterator[bytes]:
        yield b"x" * LIMIT
        yield b"x"
        read_on.append("after the limit")
        yield b"x"

    for upload in (too_much(), b"x" * (LIMIT + 1)):
        with pytest.raises(EvidenceTooLargeError, match="larger than 1,000,000 bytes"):
            await store.put(upload)
    assert not read_on
    assert files(tmp_path) == before


async def test_an_upload_that_breaks_off_leaves_nothing(store: EvidenceStore, tmp_path: Path) -> None:
    async def broken_off() -> AsyncIterator[bytes]:
        yield b"The business"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await store.put(broken_off())
    assert files(tmp_path) == []


async def test_a_cancelled_upload_leaves_nothing(store: EvidenceStore, tmp_path: Path) -> None:
    arrived = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x"
            arrived.set()

    upload = asyncio.create_task(store.put(endless()))
    await arrived.wait()
    upload.cancel()
    with pytest.raises(asyncio.CancelledError):
        await upload
    assert files(tmp_path) == []


async def test_uploads_cancelled_at_any_step_are_whole_or_absent(store: EvidenceStore, tmp_path: Path) -> None:
    for steps in range(30):
        upload = asyncio.create_task(store.put(pieces(b"The ", b"charter ", str(steps).encode())))
        for _ in range(steps):
            await asyncio.sleep(0.0002)
        upload.cancel()
        await asyncio.gather(upload, return_exceptions=True)
    for path in files(tmp_path):
        assert path.parent.name + path.name == hashlib.sha256(path.read_bytes()).hexdigest()


async def test_damage_is_found_before_a_byte_is_given_out(store: EvidenceStore, tmp_path: Path) -> None:
    stored = await store.put(b"Approved budget: 100,000")
    (kept,) = files(tmp_path)
    kept.write_bytes(b"Approved budget: 900,000")
    with pytest.raises(EvidenceCorruptError, match="damaged or changed"):
        await store.open(stored.digest)
    await store.put(b"Approved budget: 100,000")
    assert await content(store, stored.digest) == b"Approved budget: 100,000"


async def test_evidence_nobody_handed_in_is_missing(store: EvidenceStore) -> None:
    with pytest.raises(EvidenceMissingError):
        await store.open(f"sha256:{'0' * 64}")


async def test_evidence_that_disappears_while_it_is_given_out_is_missing(store: EvidenceStore, tmp_path: Path) -> None:
    given_out = await store.open((await store.put(b"The charter.")).digest)
    files(tmp_path)[0].unlink()
    with pytest.raises(EvidenceMissingError):
        await anext(given_out)


@pytest.mark.parametrize(
    "digest",
    [
        "",
        "sha256:",
        "0" * 64,
        f"sha256:{'0' * 63}",
        f"sha256:{'0' * 65}",
        f"sha256:{'A' * 64}",
        f"sha256:{'٠' * 64}",
        f"sha256:{'0' * 64}\n",
        f"md5:{'0' * 32}",
        f"sha256:{'../' * 21}0",
        "sha256:../../../../etc/passwd",
        "/etc/passwd",
    ],
)
async def test_what_is_no_digest_names_no_file(store: EvidenceStore, digest: str) -> None:
    with pytest.raises(EvidenceDigestError):
        await store.open(digest)


@given(digest=st.text() | st.text("0123456789abcdef./\\", max_size=64).map("sha256:{}".format))
@settings(max_examples=200)
def test_no_text_reaches_outside_the_store(tmp_path_factory: pytest.TempPathFactory, digest: str) -> None:
    store = EvidenceStore(tmp_path_factory.getbasetemp() / "evidence", LIMIT)
    with pytest.raises((EvidenceDigestError, EvidenceMissingError)):
        asyncio.run(store.open(digest))


@pytest.mark.parametrize("call", ["write", "fsync"])
async def test_a_full_disk_is_told_and_leaves_nothing(
    store: EvidenceStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    class FullFile:
        """A file on a disk without space: even closing it fails."""

        def __init__(self, handle: int, mode: str) -> None:
            self._handle = handle

        def write(self, chunk: bytes) -> None:
            full()

        def close(self) -> None:
            os.close(self._handle)
            full()

    with monkeypatch.context() as patched:
        if call == "write":
            patched.setattr("lifecycle.persistence.evidence_store.os.fdopen", FullFile)
        else:
            patched.setattr("lifecycle.persistence.evidence_store.os.fsync", full)
        with pytest.raises(StoreFullError) as refusal:
            await store.put(b"The business case.")
        assert refusal.value.code == "store_full"
    assert files(tmp_path) == []
    assert await content(store, (await store.put(b"The business case.")).digest) == b"The business case."


async def test_a_store_that_is_gone_is_told_in_a_sentence(store: EvidenceStore, tmp_path: Path) -> None:
    (tmp_path / "evidence").rmdir()
    with pytest.raises(StoreUnavailableError, match="cannot be reached"):
        await store.put(b"The business case.")


def test_a_folder_that_cannot_be_made_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_text("not a folder")
    with pytest.raises(StoreUnavailableError, match="cannot be reached"):
        EvidenceStore(tmp_path / "evidence", LIMIT)


async def test_what_a_crash_left_is_cleared_away_a_day_later(store: EvidenceStore, tmp_path: Path) -> None:
    await store.put(b"The charter.")
    yesterday = time.time() - 25 * 60 * 60
    os.utime(files(tmp_path)[0], (yesterday, yesterday))
    for name, changed in ((".unfinished-old", yesterday), (".unfinished-now", time.time())):
        (tmp_path / "evidence" / name).write_bytes(b"The bus")
        os.utime(tmp_path / "evidence" / name, (changed, changed))
    EvidenceStore(tmp_path / "evidence", LIMIT)
    left = {path.name for path in files(tmp_path)}
    assert ".unfinished-old" not in left
    assert ".unfinished-now" in left
    assert len(left) == 2


async def test_evidence_is_for_its_owner_alone(store: EvidenceStore, tmp_path: Path) -> None:
    await store.put(b"The charter.")
    for path in (tmp_path / "evidence", *(tmp_path / "evidence").rglob("*")):
        assert path.stat().st_mode & 0o077 == 0
