"""What was noted of the trail is believed only as it was noted."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from lifecycle.domain.errors import LifecycleError
from lifecycle.service.checkpoints import checkpoint, noted_in

AT = datetime(2026, 3, 31, 17, tzinfo=UTC)
HEADS = {"tram": (12, "sha256:ab"), "heads": (3, "sha256:cd")}
KEY = b"0123456789abcdef"


def kept(key: bytes | None = None) -> Any:
    """A checkpoint as it comes back from wherever it was kept."""
    return json.loads(json.dumps(checkpoint(HEADS, AT, key)))


def test_what_was_noted_comes_back() -> None:
    expected = {chain: list(head) for chain, head in HEADS.items()}
    assert noted_in(kept()) == noted_in(kept(KEY)) == noted_in(kept(KEY), KEY) == expected


@pytest.mark.parametrize(
    "change",
    [
        {"at": "2026-04-01T17:00:00+00:00"},
        {"heads": {"tram": [11, "sha256:ab"]}},
        {"signature": None},
        {"signature": kept(b"fedcba9876543210")["signature"]},
    ],
)
def test_what_was_changed_since_is_not_believed(change: dict[str, Any]) -> None:
    with pytest.raises(LifecycleError) as forged:
        noted_in({**kept(KEY), **change}, KEY)
    assert forged.value.code == "checkpoint_forged"


@pytest.mark.parametrize("content", [None, [], {}, {"heads": 3}, "heads", {"tram": [12, "sha256:ab"]}])
def test_what_is_no_checkpoint_is_refused(content: object) -> None:
    with pytest.raises(LifecycleError) as wrong:
        noted_in(content)
    assert wrong.value.code == "not_heads"


def test_a_key_that_can_be_guessed_is_refused() -> None:
    with pytest.raises(LifecycleError) as weak:
        checkpoint(HEADS, AT, b"secret")
    assert weak.value.code == "weak_key"
