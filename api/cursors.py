"""Cursors as they travel: opaque to their carrier, and refused unless a page of the same list gave them."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

from lifecycle.persistence.pages import BadCursorError, Cursor


def cursor_of(after: Cursor | None) -> str | None:
    """A cursor for the next page; none at the end of a list."""
    if after is None:
        return None
    return urlsafe_b64encode(json.dumps(after, separators=(",", ":")).encode()).decode().rstrip("=")


def read_cursor(text: str | None) -> Cursor | None:
    """The cursor that travelled; none at the beginning of a list. Raises `BadCursorError`."""
    if text is None:
        return None
    try:
        found = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, RecursionError):
        raise BadCursorError from None
    if not isinstance(found, list) or not all(isinstance(part, str) or type(part) is int for part in found):
        raise BadCursorError
    return tuple(found)
