"""What lists have judged lately: whoever looks again is not judged again, line by line, where nothing has changed."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from lifecycle.persistence.rounds import RoundLine
from lifecycle.service.capacities import Capacity

Said = tuple[Mapping[str, Any], ...]
"""What a list says of a round besides what its row holds, once for each thing to do; nothing where nothing is."""
_Key = tuple[str, str, int, str, str]


class Judged:
    """What the rounds in lists ask of whoever looks, each judged once a minute while its project stays as it is.

    What time alone changes is seen a minute late at most; every act is judged again when it is done.
    """

    def __init__(self) -> None:
        self._minute: datetime | None = None
        self._known: dict[Capacity, dict[_Key, Said]] = {}

    def of(self, capacity: Capacity, now: datetime) -> "JudgedFor":
        """What was judged for somebody in this minute."""
        minute = now.replace(second=0, microsecond=0)
        if minute != self._minute:
            self._minute, self._known = minute, {}
        return JudgedFor(self._known.setdefault(capacity, {}))


class JudgedFor:
    """What was judged for one capacity."""

    def __init__(self, known: dict[_Key, Said]) -> None:
        self._known = known

    def unknown(self, kind: str, lines: Iterable[RoundLine]) -> tuple[RoundLine, ...]:
        """Those of the lines that were not judged yet as they now are."""
        return tuple(line for line in lines if _key(kind, line) not in self._known)

    def note(self, kind: str, line: RoundLine, said: Iterable[Mapping[str, Any]]) -> None:
        """Keep what was judged."""
        self._known[_key(kind, line)] = tuple(said)

    def said(self, kind: str, line: RoundLine) -> Said:
        """What was judged of a line that is not unknown."""
        return self._known[_key(kind, line)]


def _key(kind: str, line: RoundLine) -> _Key:
    return kind, line.project, line.version, line.policy, line.round.gate
