"""`lifecycle gate waive` and what belongs to it: ask for a waiver, grant it, decline it, take it back."""

from typing import Annotated, Any

import typer

from api.client import at
from api.terminal.output import AsJson, show, told
from api.terminal.projects import happened
from api.terminal.session import As, Because, For, GateName, Key, open_client
from api.terminal.values import end_of

Requirement = Annotated[str, typer.Argument(metavar="evidence.ITEM|criteria.NAME", help="What to pass without.")]


def waive(
    key: Key,
    gate: GateName,
    requirement: Requirement,
    because: Because,
    instead: Annotated[str, typer.Option("--instead", help="The control that stands in for it.")],
    until: Annotated[str, typer.Option("--until", metavar="DAY", help="Until when: 2027-03-31.")],
    person: As = None,
    acting_for: For = None,
    as_json: AsJson = False,
) -> None:
    """Let a gate pass without one requirement, for a while."""
    body = {"gate": gate, "requirement": requirement, "reason": because, "compensating_control": instead}
    _send(person, acting_for, as_json, at("projects", key, "waivers"), {**body, "expires": end_of(until)})


def ask_for_waiver(
    key: Key,
    gate: GateName,
    requirement: Requirement,
    because: Because,
    person: As = None,
    acting_for: For = None,
    as_json: AsJson = False,
) -> None:
    """Ask whoever may grant it that a gate passes without one requirement."""
    body = {"gate": gate, "requirement": requirement, "reason": because}
    _send(person, acting_for, as_json, at("projects", key, "waivers", "request"), body)


def decline_waiver(
    key: Key,
    gate: GateName,
    requirement: Requirement,
    because: Because,
    person: As = None,
    acting_for: For = None,
    as_json: AsJson = False,
) -> None:
    """Say no to a request for a waiver."""
    body = {"gate": gate, "requirement": requirement, "reason": because}
    _send(person, acting_for, as_json, at("projects", key, "waivers", "refusal"), body)


def revoke_waiver(
    key: Key,
    gate: GateName,
    requirement: Requirement,
    because: Because,
    person: As = None,
    acting_for: For = None,
    as_json: AsJson = False,
) -> None:
    """Ask for a requirement again that was waived, while its gate is open."""
    body = {"gate": gate, "requirement": requirement, "reason": because}
    _send(person, acting_for, as_json, at("projects", key, "waivers", "revocation"), body)


def _send(person: str | None, acting_for: str | None, as_json: bool, address: str, body: dict[str, Any]) -> None:
    with told(), open_client(person, acting_for) as client:
        done = client.send("POST", address, body)
        show(done, as_json, happened(done))
