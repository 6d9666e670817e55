"""What a command prints: tables and sentences for people, JSON for programs, one sentence and a code for errors."""

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from lifecycle.domain.errors import LifecycleError

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]

REFUSED = 1
"""Exit code: what was asked for was refused, or a check found errors."""
UNUSABLE = 2
"""Exit code: the request itself could not be understood."""
AWAY = 3
"""Exit code: a part of the product does not answer."""
UNKNOWN_YET = 4
"""Exit code: the outcome is not known yet."""

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_CODES = {
    **dict.fromkeys(("service_away", "engine_away", "store_unavailable", "project_busy"), AWAY),
    "unknown_yet": UNKNOWN_YET,
}


def show(content: Any, as_json: bool, text: Iterable[str]) -> None:
    """Print a result: as JSON, or as the lines of text that say the same."""
    if as_json:
        print(json.dumps(content, ensure_ascii=False, indent=2, default=str))
        return
    for line in text:
        print(line)


def table(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> Iterator[str]:
    """Lines of a plain table: `columns` maps a row's key to its heading."""
    if not rows:
        yield "(nothing)"
        return
    cells = [[_cell(row.get(key)) for key in columns] for row in rows]
    titles = list(columns.values())
    widths = [min(60, max(len(title), *(len(line[n]) for line in cells))) for n, title in enumerate(titles)]
    for line in (titles, *cells):
        yield "  ".join(_cut(cell, width).ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()


def _cell(value: Any) -> str:
    """A value as people read it: lists joined, instants to the minute, nothing as a dash."""
    if value is None or value == [] or value == "":
        return "-"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    text = str(value)
    return moment(text) if _INSTANT.fullmatch(text) else text


def moment(instant: str) -> str:
    """An instant of an answer as people read it, to the minute."""
    return f"{instant[:10]} {instant[11:16]} UTC"


def _cut(cell: str, width: int) -> str:
    flat = " ".join(cell.split())
    return flat if len(flat) <= width else flat[: width - 1] + "…"


@contextmanager
def told() -> Iterator[None]:
    """Turn what went wrong into one sentence, what to do next, and an exit code; nobody sees a stack trace."""
    try:
        yield
    except LifecycleError as error:
        print(f"{error.sentence} {error.remedy}".strip(), file=sys.stderr)
        raise typer.Exit(_CODES.get(error.code, REFUSED)) from None
    except BrokenPipeError:
        raise typer.Exit(0) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def read_text(path: str) -> str:
    """The text of a file, or of standard input for `-`. LifecycleError when there is no such text."""
    try:
        if path == "-":
            return sys.stdin.read()
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        raise LifecycleError("no_file", f"There is no file {path}.", "Check the name.") from None
    except UnicodeDecodeError:
        raise LifecycleError("not_text", f"{path} is no UTF-8 text.", "Save it as UTF-8.") from None
    except OSError as error:
        raise LifecycleError("no_file", f"{path} cannot be read: {error.strerror}.", "Check the file.") from None
