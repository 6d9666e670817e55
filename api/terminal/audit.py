"""`lifecycle audit`: verify the audit trail offline, note its heads, export it through the API."""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, TypeVar

import typer

from api.terminal.output import REFUSED, AsJson, read_text, show, told
from lifecycle.domain.errors import LifecycleError

app = typer.Typer(no_args_is_help=True, help="Verify the audit trail.")
T = TypeVar("T")
Where = Annotated[str | None, typer.Option("--database", help="Address of the database; by default the settings'.")]


@app.command()
def verify(
    database: Where = None,
    noted: Annotated[
        str | None, typer.Option(help="Heads that were noted earlier, by `lifecycle audit heads`.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Recompute the chain of every project and say what does not fit; needs the database alone."""
    from lifecycle.persistence import verifier

    with told():
        before = _heads_in(noted) if noted else None
        report = _reading(lambda: verifier.verify(database or _by_settings(), before))
        lines = [f"{found.chain}{f' row {found.n}' if found.n else ''}: {found.sentence}" for found in report.findings]
        verdict = "everything fits" if report.ok else f"{len(report.findings)} things do not fit"
        show(asdict(report), as_json, [*lines, f"{report.rows} rows in {report.chains} chains: {verdict}"])
        if not report.ok:
            raise typer.Exit(REFUSED)


@app.command()
def heads(database: Where = None) -> None:
    """Print the last row of every chain; kept elsewhere, no later cut or rewrite of what stands now goes unseen."""
    from lifecycle.persistence import verifier

    with told():
        show(_reading(lambda: verifier.heads(database or _by_settings())), True, ())


def _by_settings() -> str:
    from lifecycle.settings import Settings

    return Settings().sql_url


def _reading(work: Callable[[], T]) -> T:
    """The result of a look into the database; what its driver says becomes a sentence."""
    import sqlite3

    import psycopg

    try:
        return work()
    except (sqlite3.Error, psycopg.Error, ValueError) as error:
        sentence = f"The database cannot be read: {' '.join(str(error).split())}."
        remedy = "Correct LIFECYCLE_DATABASE_URL, or give --database."
        raise LifecycleError("database_unreadable", sentence, remedy) from None


def _heads_in(file: str) -> dict[str, list[object]]:
    try:
        content: dict[str, list[object]] = json.loads(read_text(file))
    except json.JSONDecodeError:
        remedy = "Give a file that `lifecycle audit heads` printed."
        raise LifecycleError("not_heads", f"{file} holds no heads.", remedy) from None
    return content
