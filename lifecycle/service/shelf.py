"""The shelf of rulebooks: published editions, made ready to judge once and kept, since they never change."""

from datetime import datetime
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection

from lifecycle.domain.project import PolicyRef
from lifecycle.gates.policy import Policy
from lifecycle.gates.rulebook import Rulebook, pack, rulebook_of
from lifecycle.persistence.policies import Edition, by_digest, find, in_force
from lifecycle.persistence.session import Database


class Shelved(NamedTuple):
    """A rulebook with its name, and packed for a payload."""

    ref: PolicyRef
    book: Rulebook
    packed: str


class Shelf:
    """Rulebooks by digest, read from the published editions when they are first wanted."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, Shelved] = {}

    async def by_digest(self, digest: str) -> Shelved | None:
        """An edition by its digest; none if it was never published."""
        if known := self._known.get(digest):
            return known
        return self._put(await self._database.read(partial(_by_digest, digest)))

    async def named(self, id_: str, version: int | None, now: datetime) -> Shelved | None:
        """An edition by policy and version, without a version the one that is in force now; none if there is none."""
        return self._put(await self._database.read(partial(_named, id_, version, now)))

    def _put(self, edition: Edition | None) -> Shelved | None:
        if edition is None:
            return None
        if edition.ref.digest not in self._known:
            packed = pack(Policy.model_validate_json(edition.document))
            self._known[edition.ref.digest] = Shelved(edition.ref, rulebook_of(packed), packed)
        return self._known[edition.ref.digest]


def _by_digest(digest: str, connection: Connection) -> Edition | None:
    return by_digest(connection, digest)


def _named(id_: str, version: int | None, now: datetime, connection: Connection) -> Edition | None:
    return in_force(connection, id_, now) if version is None else find(connection, id_, version)
