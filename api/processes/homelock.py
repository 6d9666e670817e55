"""One running product per home folder."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from lifecycle.domain.errors import LifecycleError


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """Hold the folder `home` (made when missing) for this process; the system lets go when the process ends.

    Raises LifecycleError `home_in_use`, which says who holds it, or `home_unusable`.
    """
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = (home / "lifecycle.lock").open("a+", encoding="utf-8")
    except OSError as error:
        raise LifecycleError(
            "home_unusable",
            f"The folder {home} cannot be written: {error.strerror}.",
            "Give this user the right to write there, or choose another folder with LIFECYCLE_HOME.",
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise LifecycleError(
                "home_in_use",
                f"The folder {home} is already in use by {file.read() or 'another process'}.",
                "Use the product that is running, stop it with Ctrl-C, or choose another folder with LIFECYCLE_HOME.",
            ) from error
        file.truncate(0)
        file.write(f"process {os.getpid()} since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC")
        file.flush()
        yield
