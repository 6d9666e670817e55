"""`lifecycle project`: register, find and read projects; amend, hold, resume, kill."""

from collections.abc import Iterable
from typing import Annotated, Any

import typer

from api.client import at
from api.terminal.output import AsJson, moment, show, table, told
from api.terminal.session import As, Because, For, Key, open_client
from api.terminal.values import facts_of

app = typer.Typer(no_args_is_help=True, help="Register, find and read projects; hold, resume, kill.")

Facts = Annotated[
    list[str] | None, typer.Option("--fact", metavar="NAME=VALUE", help="A fact; empty makes it unknown.")
]
COLUMNS = {"key": "Key", "name": "Name", "stage": "Stage", "status": "Status", "tier": "Tier", "portfolio": "Portfolio"}


@app.command("list")
def list_projects(
    stage: Annotated[str | None, typer.Option()] = None,
    status: Annotated[str | None, typer.Option()] = None,
    text: Annotated[str | None, typer.Option(help="Part of the key or the name.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500)] = 50,
    person: As = None,
    as_json: AsJson = False,
) -> None:
    """List the projects that you may see."""
    with told(), open_client(person) as client:
        page = client.get("/projects", stage=stage, status=status, text=text, limit=limit)
        show(page, as_json, table(page["items"], COLUMNS))


@app.command("show")
def show_project(key: Key, person: As = None, as_json: AsJson = False) -> None:
    """Show where a project stands, and what is open."""
    with told(), open_client(person) as client:
        project = client.get(at("projects", key))
        show(project, as_json, _project(project))


@app.command()
def register(
    key: Key,
    name: Annotated[str, typer.Option()],
    portfolio: Annotated[str, typer.Option()],
    policy: Annotated[str, typer.Option(help="The policy that governs it.")] = "corporate-standard",
    manager: Annotated[str | None, typer.Option()] = None,
    sponsor: Annotated[str | None, typer.Option()] = None,
    fact: Facts = None,
    person: As = None,
    as_json: AsJson = False,
) -> None:
    """Take a project into governance."""
    with told(), open_client(person) as client:
        body = {"key": key, "name": name, "portfolio": portfolio, "policy": policy, "facts": facts_of(fact or [])}
        posts = {"manager": manager, "sponsor": sponsor}
        done = client.send("POST", "/projects", {**body, **{post: who for post, who in posts.items() if who}})
        show(done, as_json, happened(done))


@app.command()
def amend(
    key: Key,
    fact: Facts = None,
    name: Annotated[str | None, typer.Option()] = None,
    manager: Annotated[str | None, typer.Option()] = None,
    sponsor: Annotated[str | None, typer.Option()] = None,
    because: Because = "",
    person: As = None,
    as_json: AsJson = False,
) -> None:
    """Change facts, the name or the posts of a project."""
    with told(), open_client(person) as client:
        named = {"name": name, "manager": manager, "sponsor": sponsor}
        body = {"facts": facts_of(fact or []), "reason": because, **{k: v for k, v in named.items() if v}}
        done = client.send("PATCH", at("projects", key, "facts"), body)
        show(done, as_json, happened(done))


@app.command()
def actions(key: Key, person: As = None, as_json: AsJson = False) -> None:
    """Say what you may do on a project now, and for the rest why not."""
    with told(), open_client(person) as client:
        found = client.get(at("projects", key, "actions"))
        rows = [
            {**item, **(item.get("refusal") or {}), "may": "yes" if item["allowed"] else "no"}
            for item in found["items"]
        ]
        columns = {"may": "May", "action": "Action", "subject": "On", "sentence": "Why not", "remedy": "What to do"}
        show(found, as_json, table(rows, columns))


@app.command()
def events(
    key: Key, limit: Annotated[int, typer.Option(min=1, max=500)] = 50, person: As = None, as_json: AsJson = False
) -> None:
    """Print the audit trail of a project."""
    with told(), open_client(person) as client:
        page = client.get(at("projects", key, "events"), limit=limit)
        columns = {"n": "No.", "at": "When", "person": "Who", "acting_for": "For", "type": "What", "gate": "Gate"}
        show(page, as_json, table(page["items"], columns))


@app.command()
def hold(key: Key, because: Because, person: As = None, acting_for: For = None, as_json: AsJson = False) -> None:
    """Stop every clock of a project."""
    _life(key, "hold", because, person, acting_for, as_json)


@app.command()
def resume(key: Key, because: Because, person: As = None, acting_for: For = None, as_json: AsJson = False) -> None:
    """Let a held project go on from where it stood."""
    _life(key, "resume", because, person, acting_for, as_json)


@app.command()
def kill(
    key: Key,
    because: Because,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again.")] = False,
    person: As = None,
    acting_for: For = None,
    as_json: AsJson = False,
) -> None:
    """Stop a project for good."""
    if not yes and not typer.confirm(f"Kill {key}? This ends the project for good, and is recorded."):
        raise typer.Exit(1)
    _life(key, "kill", because, person, acting_for, as_json)


def _life(key: str, what: str, because: str, person: str | None, acting_for: str | None, as_json: bool) -> None:
    with told(), open_client(person, acting_for) as client:
        done = client.send("POST", at("projects", key, what), {"reason": because})
        show(done, as_json, happened(done))


def happened(done: Any) -> Iterable[str]:
    """What an accepted command made happen, a line an event, and where the project stands now."""
    yield from (f"{event['type']}{f' ({gate})' if (gate := event.get('gate')) else ''}" for event in done["events"])
    if project := done.get("project"):
        status = project["status"].replace("_", " ")
        yield f"{project['key']} is {status} in {project['stage']} (version {done['version']})"


def _project(project: Any) -> Iterable[str]:
    yield f"{project['key']}: {project['name']}"
    status, since = project["status"].replace("_", " "), project["stage_since"][:10]
    yield f"{status} in {project['stage']} since {since}, tier {project['tier']}"
    yield f"manager {project['manager'] or '-'}, sponsor {project['sponsor'] or '-'}, portfolio {project['portfolio']}"
    yield from (f"  {name}: {value}" for name, value in sorted(project["facts"].items()))
    for round_ in project.get("rounds", ()):
        yield f"  gate {round_['gate']}, round {round_['number']}: {round_['status'].replace('_', ' ')}"
    for owed in project.get("conditions", ()):
        yield f"  condition {owed['id']}, {owed['owner']} until {moment(owed['due'])}: {owed['status']}: {owed['text']}"
