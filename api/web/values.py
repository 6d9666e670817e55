"""Values of facts and of forms' answers, between how people type and read them and how the product keeps them."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from api.web.formats import Formats
from lifecycle.domain.errors import LifecycleError
from lifecycle.gates.tolerances import MINOR_UNITS
from lifecycle.gates.vocabulary import Kind

_SPACES: Final = re.compile(r"[\s\u00a0\u202f_']")


def typed(kind: Kind, label: str, text: str, of: tuple[str, ...] = ()) -> Any:
    """What somebody typed, as it is kept. Raises LifecycleError `wrong_value`, which says what was expected."""
    match kind:
        case Kind.BOOLEAN:
            return text == "true"
        case Kind.INTEGER:
            return _integer(label, text)
        case Kind.NUMBER:
            return float(_decimal(label, text))
        case Kind.MONEY:
            return int((_decimal(label, text) * MINOR_UNITS).to_integral_value())
        case Kind.DATE:
            return _date(label, text)
        case Kind.CHOICE if text not in of:
            raise _wrong(label, text, f"Choose one of: {', '.join(of)}.")
        case _:
            return text


def field_text(kind: Kind, value: Any) -> str:
    """A kept value as it stands in a field to be typed over."""
    if value is None:
        return ""
    if kind is Kind.BOOLEAN:
        return "true" if value else "false"
    if kind is Kind.MONEY:
        return f"{Decimal(str(value)) / MINOR_UNITS:f}"
    return str(value)


def shown(kind: Kind, value: Any, unit: str, say: Formats) -> str:
    """A kept value as people read it; a dash for what is not known."""
    if value is None:
        return "–"
    match kind:
        case Kind.MONEY:
            return say.money(value, unit)
        case Kind.DATE:
            return say.day(str(value))
        case Kind.BOOLEAN:
            return say.gettext("yes") if value else say.gettext("no")
        case Kind.INTEGER | Kind.NUMBER:
            return f"{say.number(value)} {unit}".strip()
        case Kind.CHOICE:
            return say.named(str(value))
        case _:
            return str(value)


def _integer(label: str, text: str) -> int:
    bare = _SPACES.sub("", text).replace(",", "")
    if re.fullmatch(r"-?[0-9]{1,18}", bare):
        return int(bare)
    raise _wrong(label, text, "Write a whole number, such as 7.")


def _decimal(label: str, text: str) -> Decimal:
    """A number with a point or a comma before its decimals; with both, the last one is."""
    bare = _SPACES.sub("", text)
    point = max(bare.rfind("."), bare.rfind(","))
    if point >= 0 and (bare.count(bare[point]) > 1 or (bare[point] == "," and len(bare) - point == 4)):
        point = len(bare)  # a separator of thousands
    whole, part = (bare[:point], bare[point + 1 :]) if point >= 0 else (bare, "")
    try:
        found = Decimal(f"{whole.replace(',', '').replace('.', '')}.{part or '0'}")
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or abs(found) >= 10**16:
        raise _wrong(label, text, "Write a number, such as 1250000 or 12.5.")
    return found


def _date(label: str, text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise _wrong(label, text, "Write a day as 2026-03-31.") from None


def _wrong(label: str, text: str, remedy: str) -> LifecycleError:
    return LifecycleError("wrong_value", f"{label}: '{text[:60]}' cannot be taken.", remedy)
