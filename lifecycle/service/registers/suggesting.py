"""The mapping that a register suggests by itself: by what its columns are called, and what their cells read as."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from lifecycle.gates.policy import Fact as Declared
from lifecycle.gates.vocabulary import Kind
from lifecycle.service.registers.bundled import bundled_mapping, mapping_names
from lifecycle.service.registers.cells import Known, is_placeholder
from lifecycle.service.registers.columns import MappedColumns
from lifecycle.service.registers.mapping import Conventions, RegisterMapping
from lifecycle.service.registers.problems import RegisterError
from lifecycle.service.registers.reading import Register, column_key

ROWS_TRIED: Final = 200
"""So many rows are read to see what a column holds."""
LONGEST_NAME: Final = 400
"""Characters of the longest column name that a mapping can name."""
_LIKE_ENOUGH: Final = 0.5
_KEY: Final = ("key", "id", "project key", "project id", "project number", "number", "reference", "ref", "code", "nr")
_NAME: Final = ("name", "project name", "project", "title", "project title", "projekt", "projektname", "bezeichnung")
_PORTFOLIO: Final = ("portfolio", "programme", "program", "department", "division", "bereich", "abteilung")
_STAGE: Final = ("stage", "phase")
_NOISE: Final = frozenset(("project", "the", "of", "in", "total", "date", "gbp", "eur", "usd"))
_SAME: Final = {"end": "finish", "completion": "finish", "begin": "start", "beginning": "start"}
_SCALES: Final = {
    **dict.fromkeys(("m", "mn", "mio", "million", "millions"), 1_000_000),
    **dict.fromkeys(("k", "tsd", "thousand", "thousands"), 1_000),
}
_NUMBERS: Final = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.]\d{4}", re.ASCII)
_COMMA: Final = re.compile(r"\D{0,3}\d{1,3}(?:\.?\d{3})*,\d{1,2}\D{0,3}", re.ASCII)
_POINT: Final = re.compile(r"\D{0,3}\d{1,3}(?:,?\d{3})*\.\d{1,2}\D{0,3}", re.ASCII)
_WRITTEN_IN_TWO_WAYS: Final = (Kind.MONEY, Kind.NUMBER, Kind.INTEGER, Kind.DATE)
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_NO_CURRENCY: Final = "XXX"


def suggested(register: Register, declared: Mapping[str, Declared]) -> RegisterMapping:
    """A mapping for a register, to be looked at by a person: a ready one that fits, else one by the columns' looks.

    `declared` are the facts of the policy. Every suggestion can be applied; whether it is right, nobody can know.
    Raises `RegisterError` (`missing_column`) when no column has a name that a mapping can hold.
    """
    return _ready(register) or _by_looks(register, declared)


def reading_of(declared: Declared, columns: Sequence[str], scale: int = 1) -> dict[str, Any]:
    """How columns are read as a declared fact: that part of a mapping document."""
    how: dict[str, Any] = {"columns": list(columns), "as": declared.type.value}
    if declared.type is Kind.MONEY:
        unit = declared.unit or ""
        how |= {"unit": unit if _CURRENCY.fullmatch(unit) else _NO_CURRENCY, "scale": scale}
    if declared.type is Kind.CHOICE:
        how["of"] = {value: value for value in declared.of}
    return how


def kind_of(register: Register) -> str:
    """The name of a mapping for registers with exactly these columns, in any order."""
    keys = "\n".join(sorted(map(column_key, register.columns)))
    return f"columns-{sha256(keys.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


def _ready(register: Register) -> RegisterMapping | None:
    """The ready mapping of which the register has most columns; none if it lacks more than half of them."""
    shares = {
        mapping.mapping: (_share(register, mapping), mapping) for mapping in map(bundled_mapping, mapping_names())
    }
    share, mapping = max(shares.values(), key=lambda found: found[0], default=(0.0, None))
    return mapping if share >= _LIKE_ENOUGH else None


def _share(register: Register, mapping: RegisterMapping) -> float:
    try:
        found = MappedColumns(register, mapping).of_facts
    except RegisterError:
        return 0.0
    return sum(1 for columns in found.values() if columns) / len(found)


@dataclass(frozen=True, slots=True)
class _Match:
    """A column that could give a fact, and how alike their names are, from 0 to 1."""

    likeness: float
    column: str
    fact: str


def _by_looks(register: Register, declared: Mapping[str, Declared]) -> RegisterMapping:
    cells = {
        column: [text for row in register.rows[:ROWS_TRIED] if not is_placeholder(text := row.cells[column])]
        for column in register.columns
        if len(column) <= LONGEST_NAME
    }
    telling = [column for column in cells if _tells_conventions(column, declared)] or list(cells)
    conventions = _conventions(text for column in telling for text in cells[column])
    if not cells:
        sentence = f"No column of the register has a name of at most {LONGEST_NAME} characters."
        raise RegisterError("missing_column", sentence, "Give its columns shorter names, and import again.")
    free = list(cells)
    key = _taken(free, _KEY) or _first(free, lambda column: len(set(cells[column])) == len(register.rows)) or free[0]
    free = [column for column in free if column != key]
    name = _taken(free, _NAME) or _first(free, lambda column: _is_words(cells[column])) or key
    posts = {"portfolio": _taken(free, _PORTFOLIO), "stage": _taken(free, _STAGE)}
    used = {key, name, *posts.values()}
    facts = _facts({column: texts for column, texts in cells.items() if column not in used}, declared, conventions)
    document = {"mapping": kind_of(register), "key": key, "name": name, **posts, "facts": facts}
    return RegisterMapping.model_validate({**document, **conventions.model_dump()})


def _taken(free: list[str], wanted: Iterable[str]) -> str | None:
    """The column with the first of these names, taken out of those that are free."""
    named = {column_key(column): column for column in reversed(free)}
    found = next((named[name] for name in wanted if name in named), None)
    if found is not None:
        free.remove(found)
    return found


def _first(columns: Iterable[str], fits: Any) -> str | None:
    return next((column for column in columns if fits(column)), None)


def _is_words(texts: Sequence[str]) -> bool:
    return bool(texts) and sum(any(letter.isalpha() for letter in text) for text in texts) * 2 > len(texts)


def _facts(
    cells: Mapping[str, Sequence[str]], declared: Mapping[str, Declared], conventions: Conventions
) -> dict[str, Any]:
    """The facts that columns seem to give, one column each, the likeliest pairs first."""
    matches = [
        _Match(_likeness(column, name, fact.label), column, name)
        for column in cells
        for name, fact in declared.items()
        if not fact.by_gates
    ]
    found: dict[str, Any] = {}
    used: set[str] = set()
    for match in sorted(matches, key=lambda match: -match.likeness):
        if match.likeness < _LIKE_ENOUGH or match.fact in found or match.column in used:
            continue
        how = reading_of(declared[match.fact], [match.column], scale_of(match.column))
        if _reads(cells[match.column], how, conventions):
            found[match.fact] = how
            used.add(match.column)
    return found


def _likeness(column: str, *names: str) -> float:
    """How many of the words two names have in common, at best."""
    words = _words(column)
    others = [other for name in names if (other := _words(name))]
    return max((len(words & other) / len(words | other) for other in others), default=0.0)


def _words(name: str) -> frozenset[str]:
    words = frozenset(_SAME.get(word, word) for word in column_key(name).split())
    return words - _NOISE - _SCALES.keys() or words


def scale_of(column: str) -> int:
    """What a column counts in, as far as its name says so: 1000000 for `Cost (£m)`."""
    return next((_SCALES[word] for word in column_key(column).split() if word in _SCALES), 1)


def _reads(texts: Sequence[str], how: Mapping[str, Any], conventions: Conventions) -> bool:
    """Whether at least half of what stands in a column can be read that way."""
    trial = {"mapping": "trial", "key": "key", "name": "name", "facts": {"fact": how}}
    fact = RegisterMapping.model_validate(trial).facts["fact"]
    readable = sum(isinstance(fact.read(text, conventions), Known) for text in texts)
    return 2 * readable >= len(texts)


def _tells_conventions(column: str, declared: Mapping[str, Declared]) -> bool:
    """Whether a column is called like a fact that is a day or a number."""
    return any(
        fact.type in _WRITTEN_IN_TWO_WAYS and _likeness(column, name, fact.label) >= _LIKE_ENOUGH
        for name, fact in declared.items()
    )


def _conventions(texts: Iterable[str]) -> Conventions:
    """How the register writes days and decimals, as far as its own cells give it away."""
    month_first = day_first = commas = points = 0
    for text in texts:
        if found := _NUMBERS.fullmatch(text.strip()):
            month_first += int(found[2]) > 12
            day_first += int(found[1]) > 12
        commas += _COMMA.fullmatch(text.strip()) is not None
        points += _POINT.fullmatch(text.strip()) is not None
    return Conventions(
        date_order="mdy" if month_first > day_first else "dmy", decimal_mark="," if commas > points else "."
    )
