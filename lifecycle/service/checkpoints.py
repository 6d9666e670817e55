"""Checkpoints of the audit trail: where every chain stood at an instant, to be kept out of the office's reach.

Signed with a key that the office does not hold, a checkpoint may be kept anywhere: it cannot be replaced unseen.
"""

import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from lifecycle.domain.errors import LifecycleError

LEAST_KEY_BYTES: Final = 16


def checkpoint(heads: Mapping[str, Sequence[object]], at: datetime, key: bytes | None = None) -> dict[str, Any]:
    """The heads as they are noted at an instant; the signature is none without a key.

    Raises LifecycleError `weak_key` for a key of fewer than sixteen bytes.
    """
    said = {"at": at.isoformat(), "heads": {chain: list(head) for chain, head in heads.items()}}
    return {**said, "signature": _signature(said, key) if key is not None else None}


def noted_in(content: Any, key: bytes | None = None) -> dict[str, Sequence[Any]]:
    """The heads in a checkpoint; with a key, only if it was signed with it.

    Raises LifecycleError `not_heads` for what is no checkpoint, `checkpoint_forged` when the signature is missing or
    another's, `weak_key`.
    """
    if not isinstance(content, dict) or not isinstance(content.get("heads"), dict):
        remedy = "Give a file that `lifecycle audit heads` printed."
        raise LifecycleError("not_heads", "There are no heads in the file.", remedy)
    heads: dict[str, Sequence[Any]] = content["heads"]
    said = {"at": content.get("at"), "heads": heads}
    if key is not None and not hmac.compare_digest(str(content.get("signature")), _signature(said, key)):
        sentence = "The heads were not signed with this key, or were changed since."
        raise LifecycleError("checkpoint_forged", sentence, "Ask where the file came from; compare with other copies.")
    return heads


def _signature(said: Mapping[str, Any], key: bytes) -> str:
    if len(key) < LEAST_KEY_BYTES:
        remedy = "Make one with: openssl rand -hex 32"
        raise LifecycleError("weak_key", f"A key has at least {LEAST_KEY_BYTES} bytes.", remedy)
    text = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return f"hmac-sha256:{hmac.new(key, text.encode(), sha256).hexdigest()}"
