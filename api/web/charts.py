"""Charts as shapes: pure functions from numbers to rectangles, lines and words, which a template writes as SVG.

Everything is in units of the drawing, `WIDTH` of them across; `written` says how a number is written for its reader.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

WIDTH: Final = 340
_RIGHT: Final = 40
"""Kept free for the number after a bar."""
_LETTER: Final = 6.5
"""How wide a letter is, about."""
_LEFT: Final = 112
"""Kept free for the names before cells."""
_LONGEST: Final = 16
"""Characters of a name that there is room for beside cells; the table has them all."""
_TALL: Final = 150
_STEPS: Final = 4
"""Shades of a grid above the empty one."""
Written = Callable[[float], str]


class Look(NamedTuple):
    """How a series looks: a tone, and a pattern besides, so that colour is never the only sign."""

    name: str
    tone: str
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A rectangle of a series."""

    x: float
    y: float
    width: float
    height: float
    tone: str
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A line: an axis, a line of the grid, a whisker."""

    x1: float
    y1: float
    x2: float
    y2: float
    tone: str = "rule"


@dataclass(frozen=True, slots=True)
class Label:
    """Words at a place; `anchor` says which part of them stands there."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Shapes in the order in which they are drawn."""

    height: float
    marks: tuple[Mark, ...] = ()
    rules: tuple[Rule, ...] = ()
    labels: tuple[Label, ...] = ()


def columns(
    names: Sequence[str], stacks: Sequence[Sequence[float]], looks: Sequence[Look], written: Written
) -> Drawing:
    """A column for each name, of one value a series; each column says its sum."""
    top = round_up(max((sum(stack) for stack in stacks), default=0))
    step, floor = WIDTH / max(1, len(names)), _TALL - 18
    wide, scale = step * 0.68, (floor - 22) / top
    marks: list[Mark] = []
    labels: list[Label] = []
    for place, (name, stack) in enumerate(zip(names, stacks, strict=True)):
        x, y = place * step + (step - wide) / 2, float(floor)
        for look, value in zip(looks, stack, strict=True):
            y -= value * scale
            if value:
                marks.append(Mark(_r(x), _r(y), _r(wide), _r(value * scale), look.tone, look.pattern))
        middle = _r(x + wide / 2)
        if sum(stack):
            labels.append(Label(middle, _r(y - 5), written(sum(stack)), "middle", "value"))
        labels.append(Label(_within(middle, name), _TALL - 3, name, "middle"))
    return Drawing(_TALL, tuple(marks), (Rule(0, floor, WIDTH, floor),), tuple(labels))


def bars(names: Sequence[str], stacks: Sequence[Sequence[float]], looks: Sequence[Look], written: Written) -> Drawing:
    """A bar under each name, of one value a series; each bar is followed by its sum."""
    scale = (WIDTH - _RIGHT) / (max((sum(stack) for stack in stacks), default=0) or 1)
    marks: list[Mark] = []
    labels: list[Label] = []
    for place, (name, stack) in enumerate(zip(names, stacks, strict=True)):
        x, y = 0.0, place * 42
        for look, value in zip(looks, stack, strict=True):
            if value:
                marks.append(Mark(_r(x), y + 19, _r(value * scale), 14, look.tone, look.pattern))
            x += value * scale
        labels += [Label(0, y + 13, name), Label(_r(x + 6), y + 30, written(sum(stack)), "start", "value")]
    return Drawing(len(names) * 42, tuple(marks), (), tuple(labels))


def boxes(names: Sequence[str], spans: Sequence[tuple[float, float, float]], written: Written) -> Drawing:
    """Under each name the middle half of what there was, from quartile to quartile, and the median across it."""
    wide = WIDTH - 1.6 * _RIGHT
    scale = wide / (max((high for _, _, high in spans), default=0) or 1)
    marks: list[Mark] = []
    rules: list[Rule] = []
    labels: list[Label] = []
    for place, (name, (low, middle, high)) in enumerate(zip(names, spans, strict=True)):
        y = place * 42
        rules.append(Rule(0, y + 26, wide, y + 26))
        marks.append(Mark(_r(low * scale), y + 19, max(2, _r((high - low) * scale)), 14, "one"))
        rules.append(Rule(_r(middle * scale), y + 15, _r(middle * scale), y + 37, "median"))
        labels += [Label(0, y + 13, name), Label(WIDTH, y + 30, written(middle), "end", "value")]
    return Drawing(len(names) * 42, tuple(marks), tuple(rules), tuple(labels))


def heat(rows: Sequence[str], across: Sequence[str], counts: Sequence[Sequence[int]], written: Written) -> Drawing:
    """A row of cells with their numbers; the more there are, the deeper the shade of a cell."""
    most = max((number for row in counts for number in row), default=0)
    wide, tall, above = (WIDTH - _LEFT) / max(1, len(across)), 34, 22
    marks: list[Mark] = []
    labels = [Label(_r(_LEFT + (c + 0.5) * wide), 13, _cut(name), "middle") for c, name in enumerate(across)]
    for r, (name, row) in enumerate(zip(rows, counts, strict=True)):
        y = above + r * tall
        labels.append(Label(0, y + 21, _cut(name)))
        for c, number in enumerate(row):
            shade = shade_of(number, most)
            marks.append(Mark(_r(_LEFT + c * wide), y, _r(wide), tall, f"shade-{shade}"))
            words = written(number) if number else ""
            labels.append(Label(_r(_LEFT + (c + 0.5) * wide), y + 21, words, "middle", f"value on-{shade}"))
    return Drawing(above + len(rows) * tall, tuple(marks), (), tuple(labels))


def shade_of(number: int, most: int) -> int:
    """How deep a number is shaded where the largest is `most`: 0 for none, up to `_STEPS` for the largest."""
    return -(-number * _STEPS // most) if most else 0


def round_up(value: float) -> float:
    """The next number of the kind 1, 2, 5, 10, 20, 50 that is not smaller; 1 for nothing."""
    size = 1.0
    while True:
        for step in (1, 2, 5):
            if step * size >= value:
                return step * size
        size *= 10


def _within(middle: float, name: str) -> float:
    """The middle of a name that stays within the drawing."""
    half = len(name) * _LETTER / 2
    return _r(min(max(middle, half), WIDTH - half))


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


def _r(value: float) -> float:
    return round(value, 1)
