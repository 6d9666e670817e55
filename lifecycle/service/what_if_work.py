"""Trials of drafts at work: the portfolio is judged page by page beside the requests, with progress that is kept."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, TypeVar

import structlog
from sqlalchemy import Connection

from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.events import Recorded
from lifecycle.domain.project import ProjectState
from lifecycle.gates.backtest import JudgedAgain, judged_again
from lifecycle.gates.rulebook import Rulebook
from lifecycle.gates.whatif import Effect, Foreseen, Trial
from lifecycle.persistence import what_ifs
from lifecycle.persistence.pages import Cursor
from lifecycle.persistence.reach import Reach
from lifecycle.persistence.session import Database
from lifecycle.persistence.what_ifs import Over, TrialStatus, WhatIf, WhatIfRow
from lifecycle.service.calendars import calendar_of
from lifecycle.service.directory import rights_of
from lifecycle.service.long_work import LOOK_SECONDS, LongWork, patiently
from lifecycle.service.policy_files import read_policy
from lifecycle.service.rosters import Rosters, rosters
from lifecycle.service.settling import Now
from lifecycle.service.shelf import Shelf
from lifecycle.service.what_if_views import past_row_of, row_of, summary_of

PAGE: Final = 100
"""Projects that are read, judged and noted at a time."""
_PAST_PAGE: Final = 20
LOOK_AGAIN: Final = timedelta(minutes=1)
"""So long after one look at coming decisions the next is due."""

_LATE: Final = timedelta(hours=1)
"""A decision may be recorded so long after it was made; looking at one twice does no harm."""

_ROWS: Final = 1_000
_BROKEN: Final = "Something is broken on our side. Tell the operators of the service, then try again."
Histories = tuple[tuple[str, tuple[Recorded, ...]], ...]
"""Projects by key, each with all that happened to it."""

T = TypeVar("T")
_log = structlog.get_logger("what-ifs")


class _CarriedOnElsewhereError(Exception):
    """Another process has carried the trial on."""


class WhatIfWork:
    """Carries trials out; whatever it starts lives as long as `at_work`."""

    def __init__(self, database: Database, shelf: Shelf, now: Now, look_seconds: float = LOOK_SECONDS) -> None:
        self._database = database
        self._shelf = shelf
        self._now = now
        self._work = LongWork(database, self._due, lambda noted: noted.done, self._carry_out, look_seconds)

    def _due(self, connection: Connection) -> tuple[WhatIf, ...]:
        return what_ifs.running(connection, self._now())

    def start(self, noted: WhatIf) -> None:
        """Carry out a trial that was noted, unless it is in work here already."""
        self._work.start(noted)

    def at_work(self) -> AbstractAsyncContextManager[None]:
        """Take up what was left half-done, as long as this lasts."""
        return self._work.at_work()

    async def _carry_out(self, noted: WhatIf) -> None:
        """Carry a trial out from where it stands; what cannot be carried on is said to have failed."""
        said = dict(noted.summary)
        try:
            draft = Rulebook(await asyncio.to_thread(read_policy, noted.source))
            if noted.over is Over.OPEN_PROJECTS:
                await self._open_projects(noted, draft)
                said["told"] = await self._summary(noted.id)
            elif noted.over is Over.PAST_DECISIONS:
                await self._past_decisions(noted, draft)
            elif not await self._coming_decisions(noted, draft):
                return
            status = TrialStatus.DONE
        except _CarriedOnElsewhereError:
            return
        except LifecycleError as error:
            status, said = TrialStatus.FAILED, {**said, "failure": f"{error.sentence} {error.remedy}"}
        except Exception:
            _log.exception("a trial of a draft broke", id=noted.id)
            status, said = TrialStatus.FAILED, {**said, "failure": _BROKEN}
        ended = partial(what_ifs.finish, id_=noted.id, status=status, summary=said)
        await patiently(lambda: self._database.write(partial(ended, now=self._now())))
        _log.info("a trial of a draft has ended", id=noted.id, status=status.value)

    async def _open_projects(self, noted: WhatIf, draft: Rulebook) -> None:
        now = noted.started_at
        trial = Trial(draft, lambda rule: calendar_of(rule, now.year), now)
        people = await self._read(partial(rosters, now=now))
        while True:
            page = await self._within(noted.person, partial(what_ifs.open_after, key=noted.reached, limit=PAGE))
            if not page:
                return
            books = await self._books(page)
            seen = await asyncio.to_thread(_foreseen, trial, books, people, page)
            rows = [row_of(each) for each in seen if each.effect is not Effect.NONE]
            rounds = sum(len(state.open_rounds) for state in page)
            noted = await self._advance(noted, page[-1].project, len(page), rounds, rows)

    async def _past_decisions(self, noted: WhatIf, draft: Rulebook) -> None:
        while page := await self._decided(noted, noted.reached, noted.since):
            judged, rows = await asyncio.to_thread(_judged_again, draft, page, noted)
            noted = await self._advance(noted, page[-1][0], len(page), judged, rows)

    async def _coming_decisions(self, noted: WhatIf, draft: Rulebook) -> bool:
        """Judge what was decided since the last look, and say whether that was the last one."""
        now, since, until = self._now(), noted.since or noted.started_at, noted.until or noted.started_at
        news = max(since, datetime.fromisoformat(noted.reached) - _LATE) if noted.reached else since
        rows: list[WhatIfRow] = []
        key = ""
        while page := await self._decided(noted, key, news):
            key = page[-1][0]
            rows += (await asyncio.to_thread(_judged_again, draft, page, noted))[1]
        counted = await self._within(noted.person, partial(what_ifs.decisions_of, since=since, until=until))
        seen = replace(noted, judged=counted[0], done=counted[1], total=counted[1], reached=now.isoformat())
        await self._note(noted, replace(seen, due_at=min(now + LOOK_AGAIN, until)), rows)
        return now >= until

    async def _decided(self, noted: WhatIf, key: str, since: datetime | None) -> Histories:
        look = partial(what_ifs.decided_after, key=key, limit=_PAST_PAGE, since=since)
        return await self._within(noted.person, look)

    async def _within(self, person: str, look: Callable[[Connection, Reach], T]) -> T:
        """What is found within the reach that somebody has now."""
        return await self._read(lambda connection: look(connection, rights_of(connection, person, self._now()).reach))

    async def _read(self, look: Callable[[Connection], T]) -> T:
        return await patiently(lambda: self._database.read(look))

    async def _books(self, page: tuple[ProjectState, ...]) -> dict[str, Rulebook]:
        digests = sorted({state.policy.digest for state in page})
        shelved = [await patiently(partial(self._shelf.by_digest, digest)) for digest in digests]
        return {each.ref.digest: each.book for each in shelved if each}

    async def _advance(self, noted: WhatIf, key: str, done: int, judged: int, rows: list[WhatIfRow]) -> WhatIf:
        after = replace(noted, reached=key, done=noted.done + done, judged=noted.judged + judged)
        await self._note(noted, after, rows)
        return after

    async def _note(self, before: WhatIf, after: WhatIf, rows: list[WhatIfRow]) -> None:
        gone_on = partial(what_ifs.advance, before=before, after=after, rows=rows)
        if not await patiently(lambda: self._database.write(gone_on)):
            raise _CarriedOnElsewhereError

    async def _summary(self, id_: str) -> dict[str, Any]:
        rows: list[WhatIfRow] = []
        after: Cursor | None = None
        while True:
            page = await self._read(partial(what_ifs.rows_of, id_=id_, after=after, limit=_ROWS))
            rows += page.lines
            after = page.after
            if after is None:
                return await asyncio.to_thread(_told, rows)


def _told(rows: list[WhatIfRow]) -> dict[str, Any]:
    told = summary_of(Foreseen.model_validate(row.detail) for row in rows)
    return told.model_dump(mode="json", exclude_defaults=True)


def _foreseen(
    trial: Trial, books: dict[str, Rulebook], people: Rosters, page: tuple[ProjectState, ...]
) -> list[Foreseen]:
    known = [state for state in page if state.policy.digest in books]
    return [trial.on(books[state.policy.digest], state, people.of(state.project, state.portfolio)) for state in known]


def _judged_again(draft: Rulebook, page: Histories, noted: WhatIf) -> tuple[int, list[WhatIfRow]]:
    """How many decisions were judged, and the projects of which some would have gone otherwise."""
    judged, rows = 0, []
    for project, history in page:
        seen = [each for each in judged_again(draft, history) if _is_asked_for(noted, each)]
        judged += len(seen)
        if otherwise := [each for each in seen if each.is_otherwise]:
            rows.append(past_row_of(project, otherwise))
    return judged, rows


def _is_asked_for(noted: WhatIf, decision: JudgedAgain) -> bool:
    return (noted.since is None or noted.since <= decision.at) and (noted.until is None or decision.at < noted.until)
