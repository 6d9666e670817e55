"""Money and numbers as registers write them, exact in decimals, read without guessing."""

import re
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Literal

from lifecycle.service.registers.cells import Known, Malformed, Reading, failed

DecimalMark = Literal[".", ","]
MAX_MINOR_UNITS = 2**53 - 1
"""The largest amount that every JSON reader keeps exact: some 90 trillion in a currency with cents."""
MAX_ATTEMPT = 60
SYMBOLS = {
    "£": frozenset({"GBP"}),
    "€": frozenset({"EUR"}),
    "$": frozenset({"USD", "AUD", "CAD", "HKD", "MXN", "NZD", "SGD"}),
    "¥": frozenset({"JPY", "CNY"}),
}
MINOR_DIGITS = dict.fromkeys(("CLP", "ISK", "JPY", "KRW", "VND"), 0) | dict.fromkeys(
    ("BHD", "JOD", "KWD", "OMR", "TND"), 3
)
MAGNITUDES = {
    **dict.fromkeys(("k", "thousand", "tsd"), 1_000),
    **dict.fromkeys(("m", "mn", "mil", "mio", "million", "millions"), 1_000_000),
    **dict.fromkeys(("bn", "billion", "billions", "mrd"), 1_000_000_000),
}
REMEDY = "Write the amount as digits with a point before the decimals, such as 12743.00, and import again."
_SPACES = dict.fromkeys(map(ord, "\u00a0\u2007\u2009\u202f"), " ")
_SIGNS = {ord("−"): "-", ord("–"): "-", ord("’"): "'"}
_TOKEN = re.compile(
    r"(?P<number>\d(?:[\d.,' ]*\d)?|\.\d+)|(?P<word>[A-Za-z]+)|(?P<symbol>[£€$¥])|(?P<sign>[-+()])"
    r"|(?P<space>\s)|(?P<other>.)",
    re.ASCII,
)
_SHAPES = {"#": 1, "+#": 1, "-#": -1, "#-": -1, "(#)": -1}


def read_money(text: str, unit: str, scale: int, mark: DecimalMark = ".") -> Reading:
    """The amount in minor units of `unit`, as an integer; half a minor unit goes to the even one.

    `scale` is what the column counts in (1000000 for millions); a cell that says `12.5m` or `3 bn` itself overrides it.
    Another currency than `unit` is malformed, for nothing here knows a rate. Parentheses and a minus sign are negative.
    """
    found = _amount(text, mark, unit)
    if found is None:
        return failed(text, "is no amount of money that can be read without guessing", REMEDY)
    if isinstance(found, Malformed):
        return found
    number, magnitude = found
    with localcontext() as exact:
        exact.prec = 2 * MAX_ATTEMPT
        factor = Decimal(magnitude or scale).scaleb(MINOR_DIGITS.get(unit, 2))
        minor = int((number * factor).to_integral_value(ROUND_HALF_EVEN))
    if abs(minor) > MAX_MINOR_UNITS:
        return Malformed("is more money than there is", f"Check the amount and the mapping's scale of {scale}.")
    return Known(minor)


def read_number(text: str, mark: DecimalMark = ".") -> Reading:
    """The number, as a float; words such as million are not read here."""
    number = _bare(text, mark)
    return Known(float(number)) if isinstance(number, Decimal) else number


def read_integer(text: str, mark: DecimalMark = ".") -> Reading:
    """The whole number; one with a fraction is malformed."""
    number = _bare(text, mark)
    if not isinstance(number, Decimal):
        return number
    if number != number.to_integral_value() or abs(number) > MAX_MINOR_UNITS:
        return Malformed("is no whole number", "Write it without a fraction, and import again.")
    return Known(int(number))


def _bare(text: str, mark: DecimalMark) -> Decimal | Reading:
    found = _amount(text, mark, None)
    if isinstance(found, tuple) and found[1] is None:
        return found[0]
    return failed(text, "is no number that can be read without guessing", REMEDY)


def _amount(text: str, mark: DecimalMark, unit: str | None) -> tuple[Decimal, int | None] | Malformed | None:
    """The signed number and the magnitude that the cell itself names; None for what is no amount."""
    line = " ".join(text.translate(_SPACES | _SIGNS)[: MAX_ATTEMPT + 1].split())
    if not line or len(line) > MAX_ATTEMPT:
        return None
    shape = ""
    number: Decimal | None = None
    magnitude: int | None = None
    currency: str | None = None
    for token in _TOKEN.finditer(line):
        kind, value = token.lastgroup, token[0]
        if kind == "number":
            number, shape = decimal(value, mark), shape + "#"
        elif kind == "sign":
            shape += value
        elif kind == "word" and magnitude is None and number is not None and value.lower() in MAGNITUDES:
            magnitude = MAGNITUDES[value.lower()]
        elif currency is None and (kind == "symbol" or (kind == "word" and len(value) == 3 and value.isupper())):
            currency = value
        elif kind != "space":
            return None
    if number is None or shape not in _SHAPES or (currency is not None and unit is None):
        return None
    if currency is not None and currency != unit and unit not in SYMBOLS.get(currency, ()):
        return Malformed(f"is not in {unit}, and no rate is known", f"Give the amount in {unit}, and import again.")
    return number * _SHAPES[shape], magnitude


def decimal(digits: str, mark: DecimalMark = ".") -> Decimal | None:
    """The number that digits with separators name, or None when they name none or might name two.

    Two kinds of separators speak for themselves (12,743.00 and 12.743,00), and so do several groups (1.234.567);
    a single one before exactly three digits is what `mark` says.
    """
    other = "," if mark == "." else "."
    grouped = rf"\d{{1,3}}(?:\{other}\d{{3}})+"
    if re.fullmatch(rf"\d*\{mark}?\d+|{grouped}(?:\{mark}\d+)?", digits, re.ASCII):
        return Decimal(digits.replace(other, "").replace(mark, "."))
    if re.fullmatch(
        rf"\d{{1,3}}(?:(?:\{mark}\d{{3}}){{2,}}|(?:\{mark}\d{{3}})+\{other}\d+)|\d+\{other}\d{{1,2}}", digits, re.ASCII
    ):
        return Decimal(digits.replace(mark, "").replace(other, "."))
    if found := re.fullmatch(r"(\d{1,3}(?:([ '])\d{3})(?:\2\d{3})*)(?:[.,](\d+))?", digits, re.ASCII):
        return Decimal(f"{re.sub('[^0-9]', '', found[1])}.{found[3] or 0}")
    return None
