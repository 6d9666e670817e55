"""`lifecycle audit`: verify the audit trail offline, note its heads, export it through the API."""

import asyncio
import gc
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from api.terminal.output import REFUSED, AsJson, read_text, show, told
from lifecycle.domain.errors import LifecycleError

if TYPE_CHECKING:
    from lifecycle.persistence.verifier import Finding

SECONDS = 10.0
"""How long a workflow's answer is waited for."""
app = typer.Typer(no_args_is_help=True, help="Verify the audit trail.")
T = TypeVar("T")
Where = Annotated[str | None, typer.Option("--database", help="Address of the database; by default the settings'.")]
Key = Annotated[str | None, typer.Option(help="File with the secret that heads are signed with, and checked.")]


@app.command()
def verify(
    database: Where = None,
    noted: Annotated[
        str | None, typer.Option(help="Heads that were noted earlier, by `lifecycle audit heads`.")
    ] = None,
    key: Key = None,
    live: Annotated[bool, typer.Option("--live", help="Ask the workflows too: do they hold what is recorded?")] = False,
    as_json: AsJson = False,
) -> None:
    """Recompute the chain of every project and say what does not fit; needs the database alone, unless --live."""
    from lifecycle.persistence import verifier

    with told():
        before = _heads_in(noted, key) if noted else None
        report = _reading(lambda: verifier.verify(database or _by_settings(), before))
        if live:
            differences = _reading(lambda: _differences(database or _by_settings()))
            report = replace(report, findings=(*report.findings, *differences))
        lines = [f"{found.chain}{f' row {found.n}' if found.n else ''}: {found.sentence}" for found in report.findings]
        verdict = "everything fits" if report.ok else f"{len(report.findings)} things do not fit"
        show(asdict(report), as_json, [*lines, f"{report.rows} rows in {report.chains} chains: {verdict}"])
        if not report.ok:
            raise typer.Exit(REFUSED)


@app.command()
def heads(database: Where = None, key: Key = None) -> None:
    """Print the last row of every chain; kept elsewhere, no later cut or rewrite of what stands now goes unseen."""
    from lifecycle.persistence import verifier
    from lifecycle.service.checkpoints import checkpoint

    with told():
        found = _reading(lambda: verifier.heads(database or _by_settings()))
        show(checkpoint(found, datetime.now(UTC), _key_in(key)), True, ())


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


def _differences(database: str) -> "tuple[Finding, ...]":
    """Where the workflows differ from the records."""
    from lifecycle.persistence import verifier
    from lifecycle.service.comparing import differences
    from lifecycle.service.decider import Decider, connect
    from lifecycle.settings import Settings

    async def compare() -> "tuple[Finding, ...]":
        settings = Settings()
        client = await connect(settings.temporal_address, settings.temporal_namespace)
        decider = Decider(client, settings.task_queue, SECONDS)
        return await differences(lambda: verifier.standings(database), decider)

    try:
        return asyncio.run(compare())
    finally:
        gc.collect()
        time.sleep(0.1)  # Temporal's client may abort an interpreter that ends while it still lets go


def _heads_in(file: str, key: str | None) -> "Mapping[str, Sequence[Any]]":
    from lifecycle.service.checkpoints import noted_in

    try:
        content = json.loads(read_text(file))
    except json.JSONDecodeError:
        content = None
    return noted_in(content, _key_in(key))


def _key_in(file: str | None) -> bytes | None:
    return read_text(file).strip().encode() if file else None
