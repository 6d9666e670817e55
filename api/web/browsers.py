"""What a browser is called, by what it says of itself: for people who look where they are signed in."""

import re
from typing import Final

_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
"""The first that is found counts: many say that they are others too."""


def called(said: str) -> str:
    """A browser in a few words, such as `Firefox 130, Windows`; what it says of itself where that tells nothing."""
    browser = next((f"{name} {_version(mark, said)}".strip() for mark, name in _BROWSERS if mark in said), "")
    system = next((name for mark, name in _SYSTEMS if mark in said), "")
    return ", ".join(filter(None, (browser, system))) or said


def _version(mark: str, said: str) -> str:
    found = re.search(r"Version/(\d{1,4})" if mark == "Safari" else rf"{mark}\w*/(\d{{1,4}})", said)
    return found[1] if found else ""
