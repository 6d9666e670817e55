"""Evidence: handed in as a file, a link, a form or an attestation, and given back to whoever may see the project."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from lifecycle.domain.commands import SupplyEvidence
from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.evidence import EvidenceKind, EvidenceVersion
from lifecycle.domain.values import FactValue, digest
from lifecycle.domain.verdicts import Reason, Refusal
from lifecycle.persistence.evidence_store import EvidenceMissingError, EvidenceStore
from lifecycle.persistence.evidence_types import HEAD_BYTES, detect_type
from lifecycle.persistence.footing import supplied
from lifecycle.persistence.session import Database
from lifecycle.service.commands import Commands
from lifecycle.service.directory import Directory
from lifecycle.service.envelopes import Envelope
from lifecycle.service.excerpts import READ_BYTES, Excerpt, excerpt_of, has_excerpt
from lifecycle.service.outcomes import Outcome
from lifecycle.service.settling import Settling
from lifecycle.service.shelf import Shelf

LONGEST_URL: Final = 2_000
_DECIDERS: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Version, author and time of a supply are the decider's to say; this stands in their place."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where evidence belongs: an item of a gate of a project."""

    project: str
    gate: str
    item: str


@dataclass(frozen=True, slots=True)
class Download:
    """A file on its way to somebody: its media type, its size in bytes, a name for it, and its content in pieces."""

    media_type: str
    size: int
    name: str
    content: AsyncIterator[bytes]


class Evidence:
    """Takes evidence in and gives it out."""

    def __init__(
        self,
        database: Database,
        store: EvidenceStore,
        commands: Commands,
        settling: Settling,
        shelf: Shelf,
        directory: Directory,
    ) -> None:
        self._database = database
        self._store = store
        self._commands = commands
        self._settling = settling
        self._shelf = shelf
        self._directory = directory

    async def upload(
        self, envelope: Envelope, place: Place, name: str, declared: str, content: AsyncIterable[bytes], title: str = ""
    ) -> Outcome:
        """Supply a file; `name` and `declared` are the name and media type its sender gave.

        Nothing is kept for somebody who is turned away. Raises `EvidenceTypeError`, `EvidenceTooLargeError`,
        `StoreUnavailableError` and what `Commands.carry_out` raises.
        """
        waiting = _command(envelope, place, EvidenceKind.DOCUMENT, "", title=title or name)
        if turned_away := await self._commands.turned_away(place.project, waiting):
            return turned_away
        head, whole = await _headed(content)
        media_type = detect_type(head, declared, name)
        stored = await self._store.put(whole)
        about = {"title": title or name, "media_type": media_type, "size": stored.size}
        command = _command(envelope, place, EvidenceKind.DOCUMENT, stored.digest, **about)
        return await self._commands.carry_out(place.project, command)

    async def link(self, envelope: Envelope, place: Place, url: str, title: str = "") -> Outcome:
        """Supply a link, which is never followed. LifecycleError `wrong_value` for anything but a web address."""
        _check_url(url)
        command = _command(envelope, place, EvidenceKind.LINK, digest({"url": url}), title=title, url=url)
        return await self._commands.carry_out(place.project, command)

    async def form(self, envelope: Envelope, place: Place, answers: Mapping[str, FactValue]) -> Outcome:
        """Supply the answers of a form."""
        given = dict(answers)
        command = _command(envelope, place, EvidenceKind.FORM, digest(given), answers=given)
        return await self._commands.carry_out(place.project, command)

    async def attest(self, envelope: Envelope, place: Place, text: str | None) -> Outcome:
        """Sign the attestation that the gate asks for; a text that is given must be the one that is asked for now."""
        wanted = await self._text_of(place)
        signed = text or wanted or ""
        command = _command(envelope, place, EvidenceKind.ATTESTATION, digest({"text": signed}), title=signed)
        if turned_away := await self._commands.turned_away(place.project, command):
            return turned_away
        if wanted is not None and signed != wanted:
            sentence = "This is not the text that is to be signed."
            refusal = Refusal(reason=Reason.STALE, sentence=sentence, remedy="Read the gate again, then sign its text.")
            return await self._commands.turn_away(place.project, command, refusal)
        return await self._commands.carry_out(place.project, command)

    async def download(self, person: str, project: str, wanted: str) -> Download:
        """The file with a digest, if it was ever supplied to a project that the person sees.

        Raises `EvidenceMissingError` for anything else, `EvidenceCorruptError` for a file that was changed.
        """
        found = await self._file(person, project, wanted)
        return Download(found.media_type, found.size, found.title or found.item, await self._store.open(wanted))

    async def excerpt(self, person: str, project: str, wanted: str) -> Excerpt:
        """What the file begins with, as plain text. Raises as `download`."""
        found = await self._file(person, project, wanted)
        if not has_excerpt(found.media_type):
            return excerpt_of(found, b"")
        head = b"".join([piece async for piece in _first(await self._store.open(wanted), READ_BYTES)])
        return await asyncio.to_thread(excerpt_of, found, head[:READ_BYTES])

    async def _file(self, person: str, project: str, wanted: str) -> EvidenceVersion:
        reach = (await self._directory.rights(person)).reach
        found = await self._database.read(lambda connection: supplied(connection, reach, project, wanted))
        if found is None or found.kind is not EvidenceKind.DOCUMENT:
            raise EvidenceMissingError(wanted[:100])
        return found

    async def _text_of(self, place: Place) -> str | None:
        state = await self._settling.state(place.project)
        shelved = await self._shelf.by_digest(state.policy.digest) if state else None
        gate = shelved.book.policy.gates.get(place.gate) if shelved else None
        rule = gate.evidence.get(place.item) if gate else None
        return rule.text if rule and rule.kind is EvidenceKind.ATTESTATION else None


def _command(envelope: Envelope, place: Place, kind: EvidenceKind, content: str, **about: Any) -> SupplyEvidence:
    version = {
        "item": place.item,
        "version": 1,
        "kind": kind,
        "digest": content,
        "author": envelope.person,
        "principal": envelope.person,
        "at": _DECIDERS,
        **about,
    }
    return envelope.around(SupplyEvidence, gate=place.gate, evidence=version)


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
    except ValueError:
        is_web = False
    if not is_web or len(url) > LONGEST_URL or any(character.isspace() or character < " " for character in url):
        sentence = "This is no web address."
        remedy = f"Give a link that begins with https:// or http://, without sign-in, {LONGEST_URL} characters at most."
        raise LifecycleError("wrong_value", sentence, remedy)


async def _first(content: AsyncIterable[bytes], most: int) -> AsyncIterator[bytes]:
    """The pieces of a content until so many bytes are there."""
    size = 0
    async for piece in content:
        yield piece
        size += len(piece)
        if size >= most:
            return


async def _headed(content: AsyncIterable[bytes]) -> tuple[bytes, AsyncIterator[bytes]]:
    """The beginning of a content, and the whole of it."""
    pieces = aiter(content)
    head: list[bytes] = []
    size = 0
    async for piece in pieces:
        head.append(piece)
        size += len(piece)
        if size >= HEAD_BYTES:
            break

    async def whole() -> AsyncIterator[bytes]:
        for piece in head:
            yield piece
        async for piece in pieces:
            yield piece

    return b"".join(head)[:HEAD_BYTES], whole()
