"""The commands of the whole office: inbox, overdue gates, portfolio, people, and the outcome of a command."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from api.client import at
from api.terminal.output import AsJson, show, table, told
from api.terminal.session import As, Because, Key, open_client


def inbox(person: As = None, as_json: AsJson = False) -> None:
    """What waits for you, ordered by deadline: decisions, questions, conditions."""
    with told(), open_client(person) as client:
        content = client.get("/inbox")
        columns = {
            "kind": "What",
            "project": "Project",
            "name": "Name",
            "gate": "Gate",
            "due": "Until",
            "acting_for": "For",
        }
        show(content, as_json, table(content["items"], columns))


def overdue(person: As = None, as_json: AsJson = False) -> None:
    """Gates past their deadline: since when, how far up the ladder, and what happens next."""
    with told(), open_client(person) as client:
        content = client.get("/overdue")
        columns = {
            "project": "Project",
            "gate": "Gate",
            "due": "Was due",
            "ladder_level": "Steps taken",
            "next_at": "Next step",
        }
        show(content, as_json, table(content["items"], columns))


def portfolio(
    xlsx: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the projects to a workbook.")] = None,
    csv: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the projects to a table in CSV.")] = None,
    stage: Annotated[str | None, typer.Option(help="Of a file: only projects in this stage.")] = None,
    status: Annotated[str | None, typer.Option(help="Of a file: only projects with this status.")] = None,
    text: Annotated[str | None, typer.Option(help="Of a file: only projects with these words.")] = None,
    person: As = None,
    as_json: AsJson = False,
) -> None:
    """The portfolio in numbers, by stage, status and tier; or as a file, every project with its facts."""
    with told(), open_client(person) as client:
        narrowed = {name: value for name, value in (("stage", stage), ("status", status), ("text", text)) if value}
        for file, form in ((xlsx, "xlsx"), (csv, "csv")):
            if file:
                client.download("/portfolio/export", file, format=form, **narrowed)
        if written := [str(file) for file in (xlsx, csv) if file]:
            show({"files": written}, as_json, [f"Written: {file}" for file in written])
            return
        content = client.get("/portfolio")
        lines = [
            f"{title}: " + ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in content[key].items())
            for title, key in (("Stage", "by_stage"), ("Status", "by_status"), ("Tier", "by_tier"))
        ]
        show(content, as_json, lines)


def kpis(
    portfolio: Annotated[str | None, typer.Option(help="Of one portfolio alone.")] = None,
    person: As = None,
    as_json: AsJson = False,
) -> None:
    """Indicators: decisions by month, time to decide by whom it waited on, time in stages, what was late by week."""
    with told(), open_client(person) as client:
        content = client.get("/kpis", portfolio=portfolio)
        show(content, as_json, _kpis(content))


def _kpis(content: Any) -> Iterable[str]:
    months = [
        {
            "month": each["month"],
            "decided": sum(each["decisions"].values()),
            "how": ", ".join(f"{outcome.replace('_', ' ')} {count}" for outcome, count in each["decisions"].items()),
        }
        for each in content["decisions"]
    ]
    yield from table(months, {"month": "Month", "decided": "Decided", "how": "How"})
    yield ""
    days = {"submitter": "Submitter", "gatekeepers": "Gatekeepers", "hold": "On hold"}
    yield from table(content["gates"], {"gate": "Gate, working days", "rounds": "Rounds", **days})
    yield ""
    quartiles = {"lower": "A quarter", "median": "Half", "upper": "Three quarters"}
    yield from table(content["stages"], {"stage": "Stage, days", "projects": "Projects", **quartiles})
    yield ""
    yield from table(content["overdue"], {"until": "Until", "overdue": "Late gates"})


def command(
    id: Annotated[str, typer.Argument(help="The id that the answer named.")],
    person: As = None,
    as_json: AsJson = False,
) -> None:
    """What became of a command whose outcome was not known."""
    with told(), open_client(person) as client:
        content = client.get(at("commands", id))
        show(content, as_json, [f"{id}: {content['status']}"])


def api_reference() -> None:
    """Print the reference of the HTTP API in Markdown."""
    from api.terminal.api_reference import api_reference as text

    sys.stdout.write(text())


people = typer.Typer(no_args_is_help=True, help="People and what they may do.")


@people.command("list")
def list_people(person: As = None, as_json: AsJson = False) -> None:
    """List the people of the directory."""
    with told(), open_client(person) as client:
        content = client.get("/people")
        show(content, as_json, table(content["items"], {"id": "Id", "name": "Name", "active": "Active"}))


@people.command()
def delegate(
    to: Annotated[str, typer.Argument(help="Who may act for you.")],
    starts: Annotated[str, typer.Option("--from", help="From when: 2027-03-01T09:00:00Z.")],
    ends: Annotated[str, typer.Option("--until", help="Until when.")],
    because: Because,
    scope: Annotated[str, typer.Option(help="everywhere, portfolio:<id> or project:<key>.")] = "everywhere",
    person: As = None,
    as_json: AsJson = False,
) -> None:
    """Let somebody act for you for a while."""
    with told(), open_client(person) as client:
        body = {"receiver": to, "starts": starts, "ends": ends, "reason": because, "scope": scope}
        content = client.send("POST", "/delegations", body)
        show(content, as_json, [f"{to} may act for you: delegation {content['id']}"])


condition = typer.Typer(no_args_is_help=True, help="Prove conditions, accept proofs.")


@condition.command()
def prove(key: Key, id: str, proof: str, person: As = None, as_json: AsJson = False) -> None:
    """Say, with proof, that a condition is fulfilled."""
    _condition(at("projects", key, "conditions", id, "proof"), {"proof": proof}, person, as_json)


@condition.command()
def accept(key: Key, id: str, because: Because = "", person: As = None, as_json: AsJson = False) -> None:
    """Accept the proof of a condition."""
    _condition(
        at("projects", key, "conditions", id, "acceptance"), {"accepted": True, "rationale": because}, person, as_json
    )


def _condition(path: str, body: dict[str, object], person: str | None, as_json: bool) -> None:
    from api.terminal.projects import happened

    with told(), open_client(person) as client:
        done = client.send("POST", path, body)
        show(done, as_json, happened(done))
