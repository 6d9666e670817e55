"""The commands that run the product's processes: `up`, `api`, `worker` and `migrate`."""

import asyncio
import gc
import runpy
import sys
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from os.path import relpath
from pathlib import Path
from secrets import token_hex
from shutil import which
from typing import TYPE_CHECKING, Annotated

import typer

from api.client import Client, at, keep_private, keep_sign_ins, sign_ins
from api.terminal.output import told
from lifecycle.domain.errors import LifecycleError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lifecycle.settings import Settings

SAMPLE_REGISTER = "gmpp_2022.csv"
FIRST_CODE = "first-code"
"""In the home of the embedded profile, until it is used: the code by which the first administrator signs in."""
WEBHOOK_KEY = "webhook-key"
"""In the home of the embedded profile: what the secrets of webhooks follow from."""


def up(
    sample: Annotated[bool, typer.Option("--sample", help="With a sample office and a real portfolio in it.")] = False,
) -> None:
    """Bring up everything on this machine: Temporal, database, worker and API; Ctrl-C stops it."""
    from api.processes.homelock import locked
    from api.processes.log import ProcessLog
    from api.processes.profile import processes_of
    from api.processes.supervisor import Supervisor
    from lifecycle.settings import Settings

    settings = Settings()
    with told(), locked(settings.home):
        settings = _keyed(settings)
        migrate_command = (sys.executable, "-P", "-m", "api.cli", "migrate", *(["--sample"] if sample else []))
        with closing(ProcessLog(settings.home / "logs" / "lifecycle.log")) as log:
            supervisor = Supervisor(processes_of(settings, migrate_command), log, partial(print, flush=True))
            asyncio.run(supervisor.run(lambda: _welcome(settings, sample)))


def _keyed(settings: "Settings") -> "Settings":
    """The settings with a key for webhooks, which stays the same as long as the home does."""
    from pydantic import SecretStr

    if settings.webhook_key is not None:
        return settings
    kept = settings.home / WEBHOOK_KEY
    if not kept.exists():
        keep_private(kept, token_hex(32))
    return settings.model_copy(update={"webhook_key": SecretStr(kept.read_text(encoding="utf-8"))})


async def _welcome(settings: "Settings", sample: bool) -> None:
    address = settings.address
    known = sign_ins(settings.home)
    if sample and "analyst" in known:
        try:
            await asyncio.to_thread(_fill, address, known)
        except LifecycleError as error:
            print(f"The sample portfolio is not complete: {error.sentence} {error.remedy}")
    lines = [
        "",
        f"The product is up:   {address}",
        f"API, to try by hand: {address}/docs",
        "",
        "Sign-ins (bearer tokens):",
    ]
    lines += [f"  {person:<14} {token}" for person, token in known.items()]
    first = settings.home / FIRST_CODE
    if first.exists():
        lines += ["", _first_steps(address, first.read_text(encoding="utf-8"))]
    lines += ["", "Try next, in another terminal:"]
    command = _command()
    lines += [
        f"  {command} inbox --as pm",
        f"  {command} project list --as analyst",
        f"  {command} policy show corporate-standard",
    ]
    print(
        "\n".join([*lines, "", f"Log: {settings.home / 'logs' / 'lifecycle.log'}   Ctrl-C stops everything."]),
        flush=True,
    )


def _command() -> str:
    """How the command line is called from here: by its name alone only where a shell finds this very one."""
    beside = Path(sys.executable).with_name("lifecycle")
    found = which("lifecycle")
    return "lifecycle" if found and Path(found).samefile(beside) else relpath(beside)


def _first_steps(address: str, code: str) -> str:
    return f"First administrator: choose a password at {address}/welcome with the code {code} (it works once)."


def _fill(address: str, known: Mapping[str, str]) -> None:
    """Import the sample register, unless there are projects already; what that tells their one manager is no news."""
    from api.terminal.progress import follow
    from lifecycle.service.registers.bundled import sample_register

    with Client(address, known["analyst"]) as client:
        if client.get("/projects", limit=1)["items"]:
            return
        fields = {"mapping": "uk-gmpp", "manager": "pm", "sponsor": "sponsor"}
        started = client.upload(
            "POST", "/imports", (SAMPLE_REGISTER, sample_register(SAMPLE_REGISTER), "text/csv"), **fields
        )
        follow(client, at("imports", started["id"]), f"Importing {SAMPLE_REGISTER}", "rows")
    with Client(address, known["pm"]) as manager:
        manager.send("POST", "/notices/seen", {})


def serve_api() -> None:
    """Run the API."""
    _become("api")


def work() -> None:
    """Run the worker: workflows, activities and background loops."""
    _become("worker")


def _become(program: str) -> None:
    """Run another of the product's programs in this process; by name, because doors do not know each other."""
    with told():
        runpy.run_module(program, run_name="__main__")


def migrate(
    sample: Annotated[bool, typer.Option("--sample", help="Found a sample office in an empty database.")] = False,
) -> None:
    """Bring the database to this release; found the office when it is empty, and keep the first sign-ins."""
    from lifecycle.persistence.migrate import migrate as bring
    from lifecycle.persistence.session import Database
    from lifecycle.service.founding import first_code, found
    from lifecycle.settings import Settings

    gc.disable()  # this process ends soon
    settings = Settings()
    with told():
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        bring(settings.sql_url)
        with Database(settings.sql_url) as database:
            handed = database.write_now(lambda connection: found(connection, datetime.now(UTC), sample=sample))
            code = database.write_now(lambda connection: first_code(connection, datetime.now(UTC)))
        if settings.embedded:
            _keep(settings.home, handed, code)
            return
        if handed:
            print("\n".join(f"First sign-in, shown once: {person} {token}" for person, token in handed.items()))
        if code:
            print(_first_steps(settings.address, code))


def _keep(home: "Path", handed: "Mapping[str, str]", code: str | None) -> None:
    """Keep what was handed over beside the embedded product."""
    if handed:
        keep_sign_ins(home, handed)
    if code:
        keep_private(home / FIRST_CODE, code)
    else:
        (home / FIRST_CODE).unlink(missing_ok=True)
