"""`lifecycle rollout`: bring an edition to running projects, slice by slice, and back if need be."""

from collections.abc import Iterable
from typing import Annotated, Any

import typer

from api.client import at
from api.terminal.output import AsJson, show, table, told
from api.terminal.session import As, Because, open_client

app = typer.Typer(no_args_is_help=True, help="Bring an edition of a policy to running projects.")

Rollout = Annotated[str, typer.Argument(help="The id of the roll-out.")]


@app.command()
def plan(
    policy: Annotated[str, typer.Argument(help="The policy.")],
    version: Annotated[int, typer.Argument(help="The version to bring.")],
    because: Because,
    canary: Annotated[int, typer.Option(help="How many projects first.")] = 5,
    slice_: Annotated[int, typer.Option("--slice", help="How many projects at a time after that.")] = 50,
    leave_out: Annotated[list[str] | None, typer.Option(help="A project that stays as it is; may be repeated.")] = None,
    person: As = None,
    as_json: AsJson = False,
) -> None:
    """Say what would become of every running project; nothing is bound yet."""
    order = {"policy": policy, "version": version, "reason": because, "canary": canary, "slice": slice_}
    with told(), open_client(person) as client:
        planned = client.send("POST", "/rollouts", {**order, "leave_out": leave_out or []})
        projects = list(client.pages(at("rollouts", planned["id"], "projects")))
        show({**planned, "projects": projects}, as_json, [*_told(planned), *_projects(projects)])


@app.command("show")
def show_rollout(rollout: Rollout, person: As = None, as_json: AsJson = False) -> None:
    """Show how far a roll-out has come, project by project."""
    with told(), open_client(person) as client:
        found = client.get(at("rollouts", rollout))
        projects = list(client.pages(at("rollouts", rollout, "projects")))
        show({**found, "projects": projects}, as_json, [*_told(found), *_projects(projects)])


@app.command()
def start(rollout: Rollout, person: As = None, as_json: AsJson = False) -> None:
    """Begin with the canary."""
    with told(), open_client(person) as client:
        begun = client.send("POST", at("rollouts", rollout, "start"))
        show(begun, as_json, _told(begun))


@app.command()
def move(
    rollout: Rollout,
    what: Annotated[str, typer.Argument(metavar="go_on|pause|roll_back")],
    person: As = None,
    as_json: AsJson = False,
) -> None:
    """Go on after the canary or a pause, pause, or set every project back."""
    with told(), open_client(person) as client:
        moved = client.send("POST", at("rollouts", rollout, "moves"), {"move": what})
        show(moved, as_json, _told(moved))


def _told(rollout: Any) -> Iterable[str]:
    yield f"Roll-out {rollout['id']} of {rollout['policy']} version {rollout['version']}: {rollout['phase']}"
    for heading, counted in (("Foreseen", rollout["verdicts"]), ("So far", rollout["counts"])):
        yield f"{heading}: {', '.join(f'{n} {name}' for name, n in counted.items()).replace('_', ' ') or 'nothing'}"


def _projects(projects: list[Any]) -> Iterable[str]:
    columns = {"project": "Project", "verdict": "Foreseen", "status": "Became", "sentence": "Why"}
    yield from table(projects, columns)
