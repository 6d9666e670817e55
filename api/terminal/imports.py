"""`lifecycle import`: a register of projects, with progress and a result for every row."""

from pathlib import Path
from typing import Annotated, Any

import typer

from api.client import at, content_of
from api.terminal.output import REFUSED, AsJson, show, table, told
from api.terminal.progress import follow
from api.terminal.session import As, open_client


def import_register(
    file: Annotated[Path, typer.Argument(help="A register of projects: CSV or XLSX.")],
    mapping: Annotated[str, typer.Option(help="The mapping of its columns: a name, or a YAML file.")] = "uk-gmpp",
    policy: Annotated[str, typer.Option(help="The policy that governs new projects.")] = "corporate-standard",
    manager: Annotated[str | None, typer.Option(help="Who manages new projects.")] = None,
    sponsor: Annotated[str | None, typer.Option(help="Who sponsors new projects.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen; change nothing.")] = False,
    suggest: Annotated[
        bool, typer.Option("--suggest", help="Print the mapping that suggests itself, to be kept, corrected and given.")
    ] = False,
    result: Annotated[
        Path | None, typer.Option(help="Write the result of every row to this file (.csv or .xlsx).")
    ] = None,
    person: As = None,
    as_json: AsJson = False,
) -> None:
    """Import a register: new projects are registered, known ones updated, leavers reported."""
    with told(), open_client(person) as client:
        if suggest:
            seen = client.upload("POST", "/registers", (file.name, content_of(file), None))
            show(seen, as_json, [seen["mapping_document"].rstrip()])
            return
        fields = {"policy": policy, "dry_run": "true" if dry_run else "false", **_mapping(mapping)}
        fields |= {name: who for name, who in (("manager", manager), ("sponsor", sponsor)) if who}
        started = client.upload("POST", "/imports", (file.name, content_of(file), None), **fields)
        done = follow(client, at("imports", started["id"]), f"Importing {file.name}", "rows")
        if result is not None:
            client.download(at("imports", done["id"], "result"), result, format=result.suffix.lstrip(".") or "csv")
        rows = [row for row in client.pages(at("imports", done["id"], "rows")) if row["outcome"] != "unchanged"]
        columns = {"row": "Row", "key": "Key", "outcome": "Result", "sentence": "Why"}
        gone = [f"Not in it any more: {leaver['key']} {leaver['name']}" for leaver in done["leavers"]]
        show({**done, "rows": rows}, as_json, [*table(rows, columns), "", *gone, summary(done)])
        if done["status"] != "done":
            raise typer.Exit(REFUSED)


def summary(state: Any) -> str:
    """What an import came to, in one line."""
    counts = ", ".join(f"{count} {outcome}" for outcome, count in sorted(state["counts"].items()) if count)
    return f"{state['status']}: {counts or 'nothing'}"


def _mapping(given: str) -> dict[str, str]:
    file = Path(given)
    if file.suffix in (".yaml", ".yml"):
        return {"mapping_document": content_of(file).decode("utf-8", "replace")}
    return {"mapping": given}
