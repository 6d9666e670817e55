"""One thing that was found about a policy."""

from lifecycle.domain.values import Value

ERROR = "error"
WARNING = "warning"
INFORMATION = "information"

Path = tuple[str | int, ...]
"""Where something stands in a policy: keys and positions from the top."""


class Finding(Value):
    """Something wrong (error), doubtful (warning) or good to know (information): where, why, and the remedy.

    The `witness` is a concrete project, or people, with whom it shows. `offset` is the character of a condition at
    which its error lies.
    """

    severity: str
    path: Path
    sentence: str
    remedy: str
    witness: str = ""
    offset: int = 0


def error(path: Path, sentence: str, remedy: str, witness: str = "") -> Finding:
    """What keeps a policy from being published."""
    return Finding(severity=ERROR, path=path, sentence=sentence, remedy=remedy, witness=witness)


def warning(path: Path, sentence: str, remedy: str, witness: str = "") -> Finding:
    """What its author should look at again."""
    return Finding(severity=WARNING, path=path, sentence=sentence, remedy=remedy, witness=witness)


def information(path: Path, sentence: str, remedy: str, witness: str = "") -> Finding:
    """What is good to know."""
    return Finding(severity=INFORMATION, path=path, sentence=sentence, remedy=remedy, witness=witness)
