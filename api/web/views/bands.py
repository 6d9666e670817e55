"""The band that a policy tolerates around a baseline, and where the project lies in it, to be drawn."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

from api.web.formats import Formats
from lifecycle.domain.values import FactValue
from lifecycle.gates.policy import Tolerance
from lifecycle.gates.tolerances import MINOR_UNITS
from lifecycle.gates.vocabulary import Kind

WIDTH: Final = 120
"""Of the drawing, in its own units."""
_BEYOND: Final = Fraction(8, 5)
"""So much more than the tolerated drift is drawn; what lies farther off stands at the edge."""
_BESIDE: Final = Fraction(1, 2)
"""So much is drawn on the side on which nothing is tolerated or forbidden."""
_MEASURED: Final = (Kind.DATE, Kind.MONEY, Kind.NUMBER, Kind.INTEGER)


@dataclass(frozen=True, slots=True)
class Band:
    """Where the project lies: `base`, the limits `low` and `high` (if there are) and `now`, from 0 to WIDTH.

    `drift` is how far it lies from the baseline, `room` how far it may, both in words.
    """

    base: int
    low: int | None
    high: int | None
    now: int
    drift: str
    room: str
    breached: bool
    width: int = WIDTH


def band_of(
    tolerance: Tolerance, kind: Kind, value: FactValue | None, before: FactValue | None, breached: bool, say: Formats
) -> Band | None:
    """The band of a fact; none where it, its baseline or its measure is not known."""
    if value is None or before is None or kind not in _MEASURED:
        return None
    over, under = _size(tolerance.over), _size(tolerance.under)
    margin = tolerance.over or tolerance.under or ""
    drift = _drift(kind, margin, value, before)
    if drift is None or not (over or under):
        return None
    lowest = -(under * _BEYOND if under else (over or 0) * _BESIDE)
    highest = over * _BEYOND if over else (under or 0) * _BESIDE

    def at(place: Fraction) -> int:
        share = (place - lowest) / (highest - lowest)
        return round(max(Fraction(0), min(Fraction(1), share)) * WIDTH)

    return Band(
        base=at(Fraction(0)),
        low=at(-under) if under else None,
        high=at(over) if over else None,
        now=at(drift),
        drift=_told(drift, kind, margin, say),
        room=" / ".join(_told(limit, kind, margin, say) for limit in (under and -under, over) if limit),
        breached=breached,
    )


def _size(margin: str | None) -> Fraction | None:
    return Fraction(margin.rstrip("%d")) if margin else None


def _drift(kind: Kind, margin: str, value: FactValue, before: FactValue) -> Fraction | None:
    """How far a value lies from its baseline, in the unit of the margin."""
    if kind is Kind.DATE:
        try:
            return Fraction((date.fromisoformat(str(value)) - date.fromisoformat(str(before))).days)
        except ValueError:
            return None
    drift, base = Fraction(str(value)) - Fraction(str(before)), abs(Fraction(str(before)))
    if margin.endswith("%"):
        return drift / base * 100 if base else None
    return drift / MINOR_UNITS if kind is Kind.MONEY else drift


def _told(drift: Fraction, kind: Kind, margin: str, say: Formats) -> str:
    sign = "+" if drift > 0 else "−" if drift < 0 else "±"
    if kind is Kind.DATE:
        return sign + say.days(abs(int(drift)))
    if margin.endswith("%"):
        return sign + say.percent(float(abs(drift)) / 100)
    return sign + say.number(float(abs(drift)))
