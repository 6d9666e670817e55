"""Brings the style sheet and the script of others into the package, out of wheels that are needed for building alone.

Each file is checked by its SHA-256; nothing of it is committed, and no page asks another host for anything.
"""

import hashlib
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VENDOR = Path("api", "web", "static", "vendor")
BROUGHT = {
    "bootstrap.min.css": (
        "bootstrap-flask",
        "flask_bootstrap/static/bootstrap5/css/bootstrap.min.css",
        "d85327d99c7a3ee1f9b5d0500d1370acea3ad2db39c163c2f51f232baedbdede",
    ),
    "htmx.min.js": (
        "django-htmx",
        "django_htmx/static/django_htmx/htmx-2.min.js",
        "71ea67185bfa8c98c39d31717c6fce5d852370fcdfd129db4543774d3145c0de",
    ),
}
"""Where each file comes from: the wheel, the file in it, and its SHA-256."""


class Brought(BuildHookInterface):  # type: ignore[type-arg] # hatchling leaves its generic interface open
    """Runs before a wheel or an editable install is built."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Put every file in its place. Raises RuntimeError for one that is missing or is not the one that is meant."""
        folder = Path(self.root) / VENDOR
        folder.mkdir(parents=True, exist_ok=True)
        for name, (wheel, path, expected) in BROUGHT.items():
            content = _content(wheel, path)
            found = hashlib.sha256(content).hexdigest()
            if found != expected:
                raise RuntimeError(f"{path} of {wheel} has the digest {found}, not {expected}; pin the known version.")
            (folder / name).write_bytes(content)
        build_data["artifacts"].append(f"/{VENDOR.as_posix()}/*")


def _content(wheel: str, path: str) -> bytes:
    try:
        listed = files(wheel) or []
    except PackageNotFoundError:
        listed = []
    found = next((file for file in listed if file.as_posix() == path), None)
    if found is None:
        raise RuntimeError(f"{path} of {wheel} is not installed; install requirements/assets.txt before building.")
    return found.read_binary()
