"""What a draft of a policy would do, as people ask for it: begun, followed, read project by project."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from lifecycle.domain.errors import LifecycleError
from lifecycle.persistence import what_ifs
from lifecycle.persistence.audit import Signature
from lifecycle.persistence.pages import Cursor, Page
from lifecycle.persistence.session import Database
from lifecycle.persistence.what_ifs import Over as Over
from lifecycle.persistence.what_ifs import TrialStatus, WhatIf
from lifecycle.service.deeds import Deeds
from lifecycle.service.directory import rights_of
from lifecycle.service.envelopes import Envelope
from lifecycle.service.policies import Policies
from lifecycle.service.policy_text import PolicyError
from lifecycle.service.settling import Now
from lifecycle.service.what_if_views import WhatIfProject, WhatIfView, project_view, view_of
from lifecycle.service.what_if_work import WhatIfWork


class UnknownWhatIfError(LifecycleError):
    """The asker has begun no such trial, or it is long gone (HTTP 404; code `unknown_what_if`)."""

    def __init__(self) -> None:
        sentence = "You have begun no such trial of a draft, or it is long gone."
        super().__init__("unknown_what_if", sentence, "Check its address, or begin it again.")


class WhatIfs:
    """Tries drafts on everything within the asker's reach; what came of it is told to the asker alone."""

    def __init__(self, database: Database, deeds: Deeds, policies: Policies, work: WhatIfWork, now: Now) -> None:
        self._database = database
        self._policies = policies
        self._deeds = deeds
        self._work = work
        self._now = now

    async def begin(
        self,
        envelope: Envelope,
        text: str,
        name: str,
        over: Over,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> WhatIfView:
        """Begin to try a draft; the same request again is the same trial.

        `since` leaves out the decisions before it; coming decisions are those from now `until`, each judged again soon
        after it was made while the edition in force goes on binding. Raises `PolicyError` for a text that is no policy.
        """
        report = await self._policies.check(text, name, with_people=False)
        if report.policy is None or report.errors:
            raise PolicyError(report.errors)
        policy = report.policy
        said = {"policy": policy.ref.model_dump()}
        asked = {"since": since.isoformat() if since else None, "until": until.isoformat() if until else None}

        def work(connection: Connection, by: Signature) -> Mapping[str, Any]:
            reach = rights_of(connection, envelope.person, by.at).reach
            begun = WhatIf(envelope.id, over, envelope.person, by.at, policy.text, 0, summary=said)
            begun = replace(begun, since=by.at if over is Over.COMING_DECISIONS else since, until=until)
            what_ifs.begin(connection, replace(begun, total=what_ifs.count_of(connection, reach, begun)), by)
            return {"id": envelope.id}

        await self._deeds.do(envelope, "try_policy", {"source": text, "over": over.value, **said, **asked}, work)
        noted = await self._find(envelope.person, envelope.id)
        if noted.status is TrialStatus.RUNNING:
            self._work.start(noted)
        return view_of(noted)

    async def latest(self, person: str) -> tuple[WhatIfView, ...]:
        """The trials that somebody began, the newest first; only so many are kept."""
        return tuple(map(view_of, await self._database.read(lambda c: what_ifs.of_person(c, person))))

    async def stop(self, envelope: Envelope, id_: str) -> WhatIfView:
        """End a trial early; what it found so far stays. Raises `UnknownWhatIfError`."""
        noted = await self._find(envelope.person, id_)

        def work(connection: Connection, by: Signature) -> Mapping[str, Any]:
            what_ifs.finish(connection, id_, TrialStatus.DONE, noted.summary, by.at)
            return {"id": id_}

        await self._deeds.do(envelope, "stop_trial", {"id": id_}, work)
        return await self.get(envelope.person, id_)

    async def get(self, person: str, id_: str) -> WhatIfView:
        """How far a trial has come. Raises `UnknownWhatIfError`."""
        return view_of(await self._find(person, id_))

    async def projects(
        self, person: str, id_: str, effect: str | None = None, after: Cursor | None = None, limit: int = 100
    ) -> Page[WhatIfProject]:
        """A page of the projects for which the draft would make a difference, by key."""
        await self._find(person, id_)
        page = await self._database.read(lambda c: what_ifs.rows_of(c, id_, effect, after=after, limit=limit))
        return Page(tuple(map(project_view, page.lines)), page.after)

    async def _find(self, person: str, id_: str) -> WhatIf:
        found = await self._database.read(lambda connection: what_ifs.find(connection, id_))
        if found is None or found.person != person:
            raise UnknownWhatIfError
        return found
