"""Published editions of policies: never changed, never deleted, named by id and version or by their digest."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, or_, select, update

from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.project import PolicyRef
from lifecycle.persistence.audit import Signature, sign
from lifecycle.persistence.inserts import insert_new
from lifecycle.persistence.office_tables import policies


class EditionExistsError(LifecycleError):
    """The version, or this very content, was published before (HTTP 409; code `edition_exists`)."""

    def __init__(self, ref: PolicyRef) -> None:
        super().__init__(
            "edition_exists",
            f"Version {ref.version} of the policy '{ref.id}' was published already, and editions do not change."[:300],
            "Publish it under a higher version.",
        )


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition: `document` is the canonical JSON text that the digest is of, `source` the text its author wrote.

    One that was published in break-glass ceases to be in force when it expires.
    """

    ref: PolicyRef
    document: str
    source: str
    published_at: datetime
    published_by: str
    effective_from: datetime
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EditionLine:
    """An edition in a list: its name, who published it, and from when until when it may be in force."""

    ref: PolicyRef
    published_at: datetime
    published_by: str
    effective_from: datetime
    expires_at: datetime | None


def publish(connection: Connection, edition: Edition, by: Signature) -> bool:
    """Publish an edition; whether it is new. Raises `EditionExistsError` if another one has its name."""
    ref = edition.ref
    row = {
        **ref.model_dump(),
        "published_at": edition.published_at,
        "published_by": edition.published_by,
        "effective_from": edition.effective_from,
        "expires_at": edition.expires_at,
        "document": edition.document,
        "source": edition.source,
    }
    if insert_new(connection, policies, row):
        said = {**ref.model_dump(mode="json"), "effective_from": edition.effective_from.isoformat()}
        sign(connection, by, "person:policy:published", said)
        return True
    known = find(connection, ref.id, ref.version)
    if known is None or known.ref != ref:
        raise EditionExistsError(ref)
    return False


def expire(connection: Connection, ref: PolicyRef, at: datetime | None) -> None:
    """Let an edition cease to be in force at an instant; without one it stays."""
    known = policies.c.id == ref.id, policies.c.version == ref.version
    connection.execute(update(policies).where(*known).values(expires_at=at))


def find(connection: Connection, id_: str, version: int) -> Edition | None:
    """An edition by policy and version."""
    if abs(version) >= _LARGEST:
        return None
    return _one(connection, select(policies).where(policies.c.id == id_, policies.c.version == version))


def by_digest(connection: Connection, digest: str) -> Edition | None:
    """An edition by the digest of its document."""
    return _one(connection, select(policies).where(policies.c.digest == digest))


def in_force(connection: Connection, id_: str, instant: datetime) -> Edition | None:
    """The highest version of a policy that is effective, and has not expired, at an instant."""
    lasts = or_(policies.c.expires_at.is_(None), policies.c.expires_at > instant)
    effective = select(policies).where(policies.c.id == id_, policies.c.effective_from <= instant, lasts)
    return _one(connection, effective.order_by(policies.c.version.desc()).limit(1))


def editions(connection: Connection, id_: str | None = None) -> tuple[PolicyRef, ...]:
    """Every edition, of one policy or of all, by policy and version."""
    query = select(policies.c.id, policies.c.version, policies.c.digest)
    if id_ is not None:
        query = query.where(policies.c.id == id_)
    found = connection.execute(query.order_by(policies.c.id, policies.c.version))
    return tuple(PolicyRef(id=row.id, version=row.version, digest=row.digest) for row in found)


def listed(connection: Connection) -> tuple[EditionLine, ...]:
    """Every edition without its text, by policy, the latest version first."""
    kept = policies.c
    query = select(kept.id, kept.version, kept.digest, kept.published_at, kept.published_by, kept.effective_from)
    found = connection.execute(query.add_columns(kept.expires_at).order_by(kept.id, kept.version.desc()))
    return tuple(
        EditionLine(
            ref=PolicyRef(id=row.id, version=row.version, digest=row.digest),
            published_at=row.published_at,
            published_by=row.published_by,
            effective_from=row.effective_from,
            expires_at=row.expires_at,
        )
        for row in found
    )


def next_version(connection: Connection, id_: str) -> int:
    """The lowest version above every published one of a policy; 1 for a new policy."""
    return (connection.scalar(select(func.max(policies.c.version)).where(policies.c.id == id_)) or 0) + 1


_LARGEST = 2**63


def _one(connection: Connection, query: Select[Any]) -> Edition | None:
    row: Row[Any] | None = connection.execute(query).one_or_none()
    if row is None:
        return None
    return Edition(
        ref=PolicyRef(id=row.id, version=row.version, digest=row.digest),
        document=row.document,
        source=row.source,
        published_at=row.published_at,
        published_by=row.published_by,
        effective_from=row.effective_from,
        expires_at=row.expires_at,
    )
