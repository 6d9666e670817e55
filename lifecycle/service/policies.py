"""Policies: checked, published as editions that never change, read, and named for projects to adopt."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from pydantic import ValidationError
from sqlalchemy import Connection

from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.people import Roster
from lifecycle.domain.project import PolicyRef
from lifecycle.gates.check import ERROR, check
from lifecycle.gates.check import Finding as Finding
from lifecycle.gates.differences.compare import Comparison as Comparison
from lifecycle.gates.differences.compare import compare
from lifecycle.gates.policy import Policy
from lifecycle.gates.rulebook import Rulebook
from lifecycle.persistence import policies
from lifecycle.persistence.policies import Edition as Edition
from lifecycle.persistence.policies import EditionLine as EditionLine
from lifecycle.persistence.roles import all_grants
from lifecycle.persistence.session import Database
from lifecycle.service.calendars import calendar_of
from lifecycle.service.overlays import Extends, extended_by
from lifecycle.service.policy_files import examine
from lifecycle.service.policy_text import PolicyError, Problem, read_document
from lifecycle.service.settling import Now


class UnknownEditionError(LifecycleError):
    """There is no such edition (HTTP 404; code `unknown_edition`)."""

    def __init__(self, id_: str) -> None:
        sentence = f"There is no such edition of a policy '{id_}'."[:300]
        super().__init__("unknown_edition", sentence, "Look at the list of policies for those there are.")


@dataclass(frozen=True, slots=True)
class Report:
    """What was found about a policy text: the policy, if it can be read, and what is wrong or doubtful about it."""

    policy: Policy | None
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What keeps it from being published."""
        return tuple(problem for problem in self.problems if problem.severity == ERROR)


class Policies:
    """The office's policies."""

    def __init__(self, database: Database, now: Now) -> None:
        self._database = database
        self._now = now

    async def check(self, text: str, name: str, *, with_people: bool = True) -> Report:
        """Everything that is found about a policy text, also whether the people there are can open every gate."""
        now = self._now()
        try:
            wanted = extended_by(read_document(text, name))
        except PolicyError as error:
            return Report(None, error.problems)
        base = await self._database.read(partial(_base, wanted, now)) if wanted else None
        roster = await self._database.read(_everybody) if with_people else None
        return await asyncio.to_thread(_report, text, name, roster, base, now)

    async def editions(self) -> tuple[PolicyRef, ...]:
        """Every edition, by policy and version."""
        return await self._database.read(policies.editions)

    async def listed(self) -> tuple[EditionLine, ...]:
        """Every edition without its text, by policy, the latest version first."""
        return await self._database.read(policies.listed)

    async def findings(self, edition: Edition) -> tuple[Finding, ...]:
        """What is found about an edition with the people there are now: whether they can open every gate."""
        roster = await self._database.read(_everybody)
        return await asyncio.to_thread(_found, edition.document, roster)

    async def read(self, id_: str, version: int | None) -> Edition:
        """One edition; without a version the one that is in force now. Raises `UnknownEditionError`."""

        def find(connection: Connection) -> Edition | None:
            if version is None:
                return policies.in_force(connection, id_, self._now())
            return policies.find(connection, id_, version)

        found = await self._database.read(find)
        if found is None:
            raise UnknownEditionError(id_)
        return found

    async def difference(self, id_: str, version: int, to: int) -> Comparison:
        """In what one version of a policy differs from another. Raises `UnknownEditionError`."""
        editions = [await self.read(id_, version), await self.read(id_, to)]
        return await asyncio.to_thread(_compared, *(edition.document for edition in editions))

    async def against(self, id_: str, document: str) -> Comparison:
        """In what a draft differs from the edition in force. Raises `UnknownEditionError`."""
        return await asyncio.to_thread(_compared, (await self.read(id_, None)).document, document)


def _compared(before: str, after: str) -> Comparison:
    return compare(*(Rulebook(Policy.model_validate_json(document)) for document in (before, after)))


def _found(document: str, roster: Roster) -> tuple[Finding, ...]:
    return check(Policy.model_validate_json(document), roster)


def _everybody(connection: Connection) -> Roster:
    """Who holds which role anywhere; who is only away for a while is counted."""
    holders: dict[str, set[str]] = {}
    for grant in all_grants(connection):
        holders.setdefault(grant.role, set()).add(grant.person)
    return Roster(holders={role: tuple(people) for role, people in sorted(holders.items())})


def _base(wanted: Extends, now: datetime, connection: Connection) -> Policy | None:
    """The published edition that a policy extends."""
    if wanted.version is None:
        found = policies.in_force(connection, wanted.policy, now)
    else:
        found = policies.find(connection, wanted.policy, wanted.version)
    return Policy.model_validate_json(found.document) if found else None


def _report(text: str, name: str, roster: Roster | None, base: Policy | None, now: datetime) -> Report:
    policy, problems = examine(text, name, roster, lambda _: base)
    if policy is None:
        return Report(None, problems)
    try:
        calendar_of(policy.calendar, now.year)
    except ValueError as error:
        sentence = _said(error)
        remedy = "Correct the time zone, the hours, the week or the region of the holidays."
        problems = (*problems, read_document(text, name).problem(("calendar",), sentence, remedy))
    return Report(policy, problems)


def _said(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        return error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
    return str(error)


def check_version(connection: Connection, policy: Policy, text: str, name: str) -> None:
    """A new edition stands above all that were published; the very same one may come again."""
    known = policies.find(connection, policy.policy, policy.version)
    lowest = policies.next_version(connection, policy.policy)
    if known is None and policy.version < lowest:
        sentence = f"Version {policy.version} lies below the published version {lowest - 1}."
        raise PolicyError([read_document(text, name).problem(("version",), sentence, f"Write version {lowest}.")])
