"""`lifecycle policy propose`, `publish`, `proposals`, `review`: changes of policies, which take two people."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final

import typer

from api.client import at
from api.terminal.output import AsJson, show, table, told
from api.terminal.policy import File, text_of, with_editions
from api.terminal.session import As, Because, open_client

Proposal = Annotated[str, typer.Argument(metavar="PROPOSAL", help="The proposal's id.")]
_DAY: Final = ["%Y-%m-%d"]
_PLACE: Final = "/policies/proposals"


def propose(
    file: File,
    because: Because,
    from_: Annotated[
        datetime | None,
        typer.Option("--from", formats=_DAY, help="In force from this day on (UTC), instead of at once."),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option("--break-glass-until", formats=_DAY, help="Urgent: at once, and no longer unless it is upheld."),
    ] = None,
    person: As = None,
    as_json: AsJson = False,
) -> None:
    """Propose a policy as a new edition; somebody else publishes it."""
    with told(), open_client(person) as client:
        source, _ = text_of(file)
        order: dict[str, Any] = {"source": source, "reason": because}
        days = {"effective_from": from_, "until": until}
        order |= {name: day.replace(tzinfo=UTC).isoformat() for name, day in days.items() if day}
        found = client.send("POST", _PLACE, order)
        edition = f"{found['policy']['id']} version {found['policy']['version']}"
        show(found, as_json, [f"{edition} is proposed: {found['id']}"])


def publish(proposal: Proposal, person: As = None, as_json: AsJson = False) -> None:
    """Publish what somebody else has proposed."""
    with told(), open_client(person) as client:
        edition = client.send("POST", f"{_PLACE}{at(proposal, 'publication')}")
        show(edition, as_json, [f"{edition['id']} version {edition['version']} is published, {edition['digest']}"])


def list_proposals(person: As = None, as_json: AsJson = False) -> None:
    """List proposed changes of policies, the newest first."""
    with told(), open_client(person) as client:
        found = client.get(_PLACE)["items"]
        rows = with_editions(found)
        columns = {"id": "Id", "edition": "Edition", "status": "Status", "proposed_by": "By", "reason": "Why"}
        show(found, as_json, table(rows, columns))


def review(
    proposal: Proposal,
    because: Because,
    uphold: Annotated[bool, typer.Option("--uphold/--end", help="Whether the urgent change stays.")],
    person: As = None,
    as_json: AsJson = False,
) -> None:
    """Uphold a change that was published in break-glass, or end it."""
    with told(), open_client(person) as client:
        found = client.send("POST", f"{_PLACE}{at(proposal, 'review')}", {"upheld": uphold, "remark": because})
        show(found, as_json, [f"{found['id']}: {found['status']}"])
