"""Registers on their way in: uploaded, looked at under a mapping that a person may change, then imported."""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection

from lifecycle.domain.errors import LifecycleError
from lifecycle.persistence import imports, registers
from lifecycle.persistence.audit import Signature, sign
from lifecycle.persistence.evidence_store import EvidenceStore, EvidenceTooLargeError
from lifecycle.persistence.registers import Upload
from lifecycle.persistence.session import Database
from lifecycle.service.deeds import Deeds
from lifecycle.service.envelopes import Envelope
from lifecycle.service.policy_files import DEFAULT
from lifecycle.service.registers.choosing import Choice, choice_of, chosen
from lifecycle.service.registers.mapping import RegisterMapping
from lifecycle.service.registers.mapping_file import read_mapping
from lifecycle.service.registers.problems import RegisterError
from lifecycle.service.registers.reading import Register, read_register
from lifecycle.service.registers.suggesting import suggested
from lifecycle.service.settling import Now
from lifecycle.service.shelf import Shelf
from lifecycle.service.upload_views import RegisterView, register_view

_KEPT, _KEPT_BYTES = 4, 2_000_000
"""So many tables that were read last stay at hand, of files up to so large."""
_LOOKED_AT: Final = 100
"""So many of the latest imports are searched for the mapping that was used last."""


class UnknownRegisterError(LifecycleError):
    """There is no such upload (HTTP 404; code `unknown_register`)."""

    def __init__(self) -> None:
        super().__init__("unknown_register", "No such register was uploaded.", "Upload it, then go on from there.")


class Uploads:
    """Keeps registers that are to be imported, and tells what they come to under a mapping."""

    def __init__(self, database: Database, store: EvidenceStore, deeds: Deeds, shelf: Shelf, now: Now) -> None:
        self._database = database
        self._store = store
        self._deeds = deeds
        self._shelf = shelf
        self._now = now
        self._read: dict[tuple[str, str], Register] = {}

    async def keep(self, envelope: Envelope, filename: str, data: bytes) -> str:
        """Keep a register, and the id of the upload; the same request again is the same upload.

        Raises `RegisterError` for a file that is too large, or in which there is no table.
        """
        await asyncio.to_thread(read_register, data, filename)
        try:
            file = (await self._store.put(data)).digest
        except EvidenceTooLargeError as error:
            remedy = "Split the register, or leave out the columns that nobody needs, and upload that."
            raise RegisterError("file_too_large", error.sentence, remedy) from error
        said = {"name": filename, "file": file}

        def work(connection: Connection, by: Signature) -> Mapping[str, Any]:
            upload = Upload(envelope.id, filename, file, envelope.person, by.at)
            registers.keep(connection, upload)
            sign(connection, by, "person:register:uploaded", {"id": envelope.id, **said})
            return {"id": envelope.id}

        await self._deeds.do(envelope, "upload_register", said, work)
        return envelope.id

    async def look(self, id_: str, policy: str = DEFAULT, choice: Choice | None = None) -> RegisterView:
        """A register under the mapping that suggests itself, with what a person has chosen otherwise.

        Raises `UnknownRegisterError`, `policy_unknown`, and `RegisterError` (`missing_column`).
        """
        upload = await self._find(id_)
        shelved = await self._shelf.named(policy, None, self._now())
        if shelved is None:
            sentence, remedy = f"No edition of '{policy}' is in force."[:300], "Choose another policy."
            raise LifecycleError("policy_unknown", sentence, remedy)
        book = shelved.book.policy
        register = await self._register(upload)
        mapping = await asyncio.to_thread(suggested, register, book.facts)
        mapping = await self._database.read(partial(_used_last, register=register, mapping=mapping))
        if choice is not None:
            mapping = chosen(register, mapping, book.facts, choice)
        return await asyncio.to_thread(register_view, upload, book, register, mapping)

    async def file(self, id_: str) -> tuple[str, bytes]:
        """What a register's file is called, and its content. Raises `UnknownRegisterError`."""
        upload = await self._find(id_)
        return upload.name, await self._content(upload)

    async def _find(self, id_: str) -> Upload:
        found = await self._database.read(lambda connection: registers.find(connection, id_))
        if found is None:
            raise UnknownRegisterError
        return found

    async def _register(self, upload: Upload) -> Register:
        """The table in a file, which is not read anew for each column that somebody changes."""
        if known := self._read.get((upload.file, upload.name)):
            return known
        content = await self._content(upload)
        register = await asyncio.to_thread(read_register, content, upload.name)
        if len(content) <= _KEPT_BYTES:
            self._read = dict([*self._read.items(), ((upload.file, upload.name), register)][-_KEPT:])
        return register

    async def _content(self, upload: Upload) -> bytes:
        return b"".join([piece async for piece in await self._store.open(upload.file)])


def _used_last(connection: Connection, register: Register, mapping: RegisterMapping) -> RegisterMapping:
    """The mapping under which a register of the same kind was imported last, dry or not; else the given one."""
    for noted in imports.latest(connection, limit=_LOOKED_AT).lines:
        text = noted.summary["order"].get("mapping_text")
        if noted.summary["mapping"] == mapping.mapping and text:
            try:
                found = read_mapping(text)
                choice_of(register, found)
            except RegisterError:
                return mapping
            return found
    return mapping
