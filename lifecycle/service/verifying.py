"""Verifying the audit trail from a page or through the API, by the same independent check as offline."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, suppress
from functools import partial
from typing import Any, Final

import psycopg
import structlog
from sqlalchemy import Connection

from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.people import EVERYWHERE, Permission, permissions_of
from lifecycle.domain.values import Instant, Value
from lifecycle.persistence import verifications, verifier
from lifecycle.persistence.audit import OFFICE, Signature
from lifecycle.persistence.failures import StoreError
from lifecycle.persistence.session import Database
from lifecycle.persistence.verifications import Verification, VerificationStatus
from lifecycle.service.checkpoints import checkpoint, noted_in
from lifecycle.service.deeds import Deeds, RefusedError, not_permitted
from lifecycle.service.directory import Rights, rights_of
from lifecycle.service.envelopes import Envelope
from lifecycle.service.long_work import LOOK_SECONDS, LongWork, patiently
from lifecycle.service.settling import Now

_TOLD_SECONDS: Final = 0.5
"""How far a verification has come is noted so often."""
_log = structlog.get_logger("verifications")


class UnknownVerificationError(LifecycleError):
    """There is no such verification, or not any more (HTTP 404; code `unknown_verification`)."""

    def __init__(self) -> None:
        sentence = "There is no such verification, or it is long gone."
        super().__init__("unknown_verification", sentence, "Check its address, or verify the trail again.")


class FindingView(Value):
    """Something that does not fit, at a project, a request, or (none) in the office, and at which record if at one."""

    of: str | None
    n: int | None
    sentence: str


class VerificationView(Value):
    """How far a verification has come, and what it came to; `compared_with` counts the heads noted elsewhere.

    `rows_total` is what was expected when it began, `things_found` counts what does not fit, of which `findings` are
    the first.
    """

    id: str
    person: str
    status: VerificationStatus
    started_at: Instant
    finished_at: Instant | None
    rows_total: int
    rows_done: int
    chains: int
    compared_with: int
    things_found: int
    findings: tuple[FindingView, ...]


class Verifications:
    """Verifies the whole trail, for whoever may audit everywhere; whatever it starts lives as long as `at_work`."""

    def __init__(self, database: Database, deeds: Deeds, now: Now, look_seconds: float = LOOK_SECONDS) -> None:
        self._database = database
        self._deeds = deeds
        self._now = now
        running = verifications.running
        self._work = LongWork(database, running, lambda noted: noted.done, self._carry_out, look_seconds)

    def at_work(self) -> AbstractAsyncContextManager[None]:
        """Take up what was left half-done, as long as this lasts."""
        return self._work.at_work()

    async def begin(self, envelope: Envelope, noted: Any = None) -> VerificationView:
        """Begin to verify; without `noted` (a checkpoint, as JSON-like data) one that runs already is as good.

        Raises `RefusedError`, on record, for who may not audit everything, and LifecycleError `not_heads`.
        """
        heads = {} if noted is None else _readable(noted_in(noted))
        asked = {"noted": heads}
        if not await self._audits_all(envelope.person):
            raise await self._deeds.refuse(envelope, "verify_trail", asked, not_permitted(Permission.AUDIT_READ))

        def work(connection: Connection, by: Signature) -> Mapping[str, Any]:
            for each in verifications.running(connection):
                if each.noted == heads:
                    return {"id": each.id}
            verifications.begin(connection, envelope.id, heads, by)
            return {"id": envelope.id}

        told = await self._deeds.do(envelope, "verify_trail", asked, work)
        found = await self._find(told["id"])
        if found.status is VerificationStatus.RUNNING:
            self._work.start(found)
        return _view(found)

    async def get(self, person: str, id_: str) -> VerificationView:
        """How far a verification has come. Raises `RefusedError`, `UnknownVerificationError`."""
        await self._require_all(person)
        return _view(await self._find(id_))

    async def latest(self, person: str) -> tuple[VerificationView, ...] | None:
        """The verifications that are kept, the newest first; none at all for who may not audit everything."""
        if not await self._audits_all(person):
            return None
        return tuple(map(_view, await self._database.read(verifications.latest)))

    async def heads(self, person: str) -> dict[str, Any]:
        """Where every chain stands, as a checkpoint to be kept elsewhere. Raises `RefusedError`."""
        await self._require_all(person)
        found = await asyncio.to_thread(verifier.heads, self._database.url)
        return checkpoint(found, self._now())

    async def _carry_out(self, noted: Verification) -> None:
        report, left = None, threading.Event()
        tell = self._teller(noted.id, left)
        try:
            report = await asyncio.to_thread(verifier.verify, self._database.url, noted.noted, tell)
        except asyncio.CancelledError:
            left.set()
            raise
        except (sqlite3.Error, psycopg.Error, ValueError) as error:
            _log.warning("the trail could not be verified", id=noted.id, reason=repr(error))
        except Exception:
            _log.exception("a verification broke", id=noted.id)
        ended = partial(verifications.finish, id_=noted.id, report=report, now=self._now())
        await patiently(lambda: self._database.write(ended))
        if report and not report.ok:
            _log.error("the audit trail does not fit", id=noted.id, things=len(report.findings))

    def _teller(self, id_: str, left: threading.Event) -> verifier.Tell:
        """Notes, from the thread that verifies, how far it has come, and ends it once it is left to others."""
        told = time.monotonic()

        def tell(rows: int) -> None:
            nonlocal told
            if left.is_set():
                raise InterruptedError
            if time.monotonic() - told > _TOLD_SECONDS:
                with suppress(StoreError):
                    self._database.write_now(partial(verifications.advance, id_=id_, done=rows))
                told = time.monotonic()

        return tell

    async def _find(self, id_: str) -> Verification:
        found = await self._database.read(lambda connection: verifications.find(connection, id_))
        if found is None:
            raise UnknownVerificationError
        return found

    async def _require_all(self, person: str) -> None:
        if not await self._audits_all(person):
            raise RefusedError(not_permitted(Permission.AUDIT_READ))

    async def _audits_all(self, person: str) -> bool:
        rights = await self._database.read(lambda connection: rights_of(connection, person, self._now()))
        return audits_all(rights)


def audits_all(rights: Rights) -> bool:
    """Whether somebody may audit everywhere, and so may know of what does not fit anywhere."""
    everywhere = (grant.role for grant in rights.grants if grant.scope == EVERYWHERE)
    return Permission.AUDIT_READ in permissions_of(everywhere)


def _readable(noted: Mapping[str, Any]) -> dict[str, Any]:
    """The heads as the verifier takes them. Raises LifecycleError `not_heads`."""
    try:
        return {str(chain): [int(n), str(digest)] for chain, (n, digest) in noted.items()}
    except (TypeError, ValueError):
        remedy = "Give a file that was saved here, or that `lifecycle audit heads` printed."
        raise LifecycleError("not_heads", "There are no heads in the file.", remedy) from None


def _view(found: Verification) -> VerificationView:
    return VerificationView(
        id=found.id,
        person=found.person,
        status=found.status,
        started_at=found.started_at,
        finished_at=found.finished_at,
        rows_total=found.total,
        rows_done=found.done,
        chains=found.chains,
        compared_with=len(found.noted),
        things_found=found.found,
        findings=tuple(map(_finding, found.findings)),
    )


def _finding(found: verifier.Finding) -> FindingView:
    return FindingView(of=None if found.chain == OFFICE else found.chain, n=found.n, sentence=found.sentence)
