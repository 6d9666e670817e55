"""The founding of an office, once: its default policy, its first administrator, and the sample people if asked for."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from lifecycle.domain.people import Grant
from lifecycle.persistence import accounts, people, policies, roles, tokens
from lifecycle.persistence.audit import Signature
from lifecycle.service.codes import new_code

FOUNDER = "lifecycle"
"""Who signs what the product itself does; nobody can sign in as it."""
SAMPLE_ISSUER = "sample"
"""Vouches for the people of the sample office, who are nobody real."""


@dataclass(frozen=True, slots=True)
class Post:
    """Somebody of the sample office: named after the role, because nobody real is meant."""

    id: str
    name: str
    role: str


ADMINISTRATOR = Post("administrator", "Administrator", "administrator")

SAMPLE: tuple[Post, ...] = (
    Post("pm", "Project manager", "project_manager"),
    Post("sponsor", "Sponsor", "sponsor"),
    Post("finance-1", "First finance gatekeeper", "finance"),
    Post("finance-2", "Second finance gatekeeper", "finance"),
    Post("architect-1", "Architecture board, first member", "architecture_board"),
    Post("architect-2", "Architecture board, second member", "architecture_board"),
    Post("architect-3", "Architecture board, third member", "architecture_board"),
    Post("director", "PMO director", "pmo_director"),
    Post("deputy", "Deputy", "deputy"),
    Post("analyst", "PMO analyst", "pmo_analyst"),
    Post("auditor", "Auditor", "auditor"),
    ADMINISTRATOR,
)
"""A small office that can open every gate of the default policy."""


def found(connection: Connection, now: datetime, *, sample: bool) -> Mapping[str, str]:
    """Found the office in an empty database: person -> token, handed over once; nothing if it was founded before."""
    if people.search(connection, limit=1).lines:
        return {}
    from lifecycle.service.policy_files import DEFAULT, library_text, read_policy  # slow to load, and needed only once

    by = Signature(FOUNDER, now)
    policy = read_policy(text := library_text(DEFAULT), f"{DEFAULT}.yaml")
    policies.publish(connection, policies.Edition(policy.ref, policy.text, text, now, FOUNDER, now), by)
    handed: dict[str, str] = {}
    for post in SAMPLE if sample else (ADMINISTRATOR,):
        mail = f"{post.id}@example.org" if sample else None
        people.add(
            connection, people.Person(post.id, post.name, mail, SAMPLE_ISSUER if sample else FOUNDER, post.id), by
        )
        roles.grant(connection, Grant(person=post.id, role=post.role), by)
        handed[post.id] = secrets.token_urlsafe(32)
        token = tokens.Token(f"founding-{post.id}", post.id, "From the founding of this office", now)
        tokens.issue(connection, token, handed[post.id], by)
    return handed


def first_code(connection: Connection, now: datetime) -> str | None:
    """A code by which the first administrator chooses a password; none once anybody came in, or where all is sample.

    An earlier one that nobody used ends, so that one that was lost is replaced by asking again.
    """
    first = next((person for person in people.of_issuer(connection, FOUNDER) if person.id == ADMINISTRATOR.id), None)
    if first is None or accounts.anybody_came_in(connection):
        return None
    code = new_code()
    accounts.invite(connection, first.id, code, None, Signature(FOUNDER, now))
    return code
