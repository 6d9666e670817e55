"""What is found at a gate: one finding a requirement."""

from enum import StrEnum

from lifecycle.domain.values import Value


class Result(StrEnum):
    """What was found; only `met` and `not_applicable` let a gate pass."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"
    WAIVED = "waived"


class Finding(Value):
    """One requirement of a gate, what was found, what to do about it; `value` is a scored criterion's share of 1."""

    requirement: str
    label: str
    result: Result
    blocking: bool
    remedy: str = ""
    missing_facts: tuple[str, ...] = ()
    value: float | None = None
    weight: float = 0

    @property
    def passes(self) -> bool:
        """Whether this requirement lets the gate pass."""
        return not self.blocking or self.result in (Result.MET, Result.NOT_APPLICABLE, Result.WAIVED)


Findings = tuple[Finding, ...]
