"""The weighted score: who reaches the hurdle under one version and not under the other."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Final

from lifecycle.domain.values import FactValue
from lifecycle.gates.conditions import Kind
from lifecycle.gates.criteria import score_of
from lifecycle.gates.differences.difference import Difference, Direction
from lifecycle.gates.differences.pairs import Context, Pair, worlds
from lifecycle.gates.findings import Result
from lifecycle.gates.policy_requirements import Criterion
from lifecycle.gates.proofs.samples import Samples
from lifecycle.gates.proofs.worlds import World, context_of, count
from lifecycle.gates.rulebook import Rulebook
from lifecycle.gates.tolerances import MINOR_UNITS

MOST_LEVELS: Final = 20
"""So many steps are tried from no marks to full marks."""
_STARTS: Final = 8
_ALMOST_NOTHING: Final = 1e-9
_NUMBERS: Final = (Kind.INTEGER, Kind.NUMBER, Kind.MONEY)


def scores(pair: Pair, gate: str) -> Iterator[Difference]:
    """The differences in what a gate scores, in its weights and in its hurdle."""
    old, new = (book.policy.gates[gate] for book in (pair.before, pair.after))
    before, after = ({name: _scored(c) for name, c in each.criteria.items() if c.should} for each in (old, new))
    hurdles = old.score_at_least, new.score_at_least
    if hurdles == (None, None) or ((before, hurdles[0]) == (after, hurdles[1]) and pair.is_same_ground):
        return

    def judge(first: Context, second: Context) -> tuple[bool, bool]:
        was, will = _reaches(pair.before, gate, first), _reaches(pair.after, gate, second)
        return was and not will, will and not was

    samples, has_all = _with_levels(pair, gate)
    most = pair.spend(samples)
    proven = has_all and count(samples) <= most
    looked_at = worlds(samples, most) if proven else _near_the_hurdle(pair, gate, samples, most)
    found = pair.found(looked_at, samples, judge)
    if hurdles[0] != hurdles[1] and before == after and pair.is_same_ground:
        yield _of_the_hurdle(pair, hurdles, found)
        return
    said = "The score keeps back projects that it let pass.", "The score lets projects pass that it kept back."
    yield from pair.shown("score", found, said, proven=proven, changed=True)


def _scored(criterion: Criterion) -> tuple[object, ...]:
    return criterion.should, criterion.when, criterion.weight, criterion.out_of


def _reaches(book: Rulebook, gate: str, context: Context) -> bool:
    found = score_of(book, gate, context)
    return found is None or found.result is Result.MET


def _share(book: Rulebook, gate: str, context: Context) -> float:
    found = score_of(book, gate, context)
    return (found.value or 0.0) if found else 0.0


def _of_the_hurdle(pair: Pair, hurdles: tuple[str | None, str | None], found: Mapping[Direction, str]) -> Difference:
    """A hurdle that alone has changed has its direction, whether or not a score lies between the two."""
    old, new = (float(hurdle.rstrip("%")) if hurdle else 0.0 for hurdle in hurdles)
    direction = Direction.STRICTER if new > old else Direction.LOOSER
    sentence = f"The score has to reach {hurdles[1] or 'nothing'}; it was {hurdles[0] or 'nothing'}."
    return pair.told("score", direction, sentence, found.get(direction, ""))


def _with_levels(pair: Pair, gate: str) -> tuple[Samples, bool]:
    """Projects from no marks to full marks, and whether there are no others that could matter."""
    asked = [[c for c in book.policy.gates[gate].criteria.values() if c.should] for book in (pair.before, pair.after)]
    before, after = (tuple(text for c in each for text in (c.when, c.should)) for each in asked)
    samples = pair.samples(before, after, scored=True)
    values, has_all = dict(samples.values), samples.exact
    for criterion in (*asked[0], *asked[1]):
        fact = (criterion.should or "").strip()
        kind = samples.kinds.get(fact)
        if kind in _NUMBERS and fact in values:
            known = [value for value in values[fact] if isinstance(value, int | float)]
            unknown = (None,) if None in values[fact] else ()
            values[fact] = (*sorted({*known, *_levels(kind, criterion.out_of)}), *unknown)
            has_all = has_all and kind is Kind.INTEGER and criterion.out_of <= MOST_LEVELS
        elif kind is not Kind.BOOLEAN:
            has_all = has_all and not criterion.out_of > 1
    return replace(samples, values=values), has_all


def _levels(kind: Kind, out_of: float) -> list[FactValue]:
    full = out_of * (MINOR_UNITS if kind is Kind.MONEY else 1)
    if kind is Kind.NUMBER:
        return [full * step / MOST_LEVELS for step in range(MOST_LEVELS + 1)]
    steps = min(MOST_LEVELS, int(full))
    return sorted({round(full * step / steps) for step in range(steps + 1)}) if steps else [0, 1]


def _near_the_hurdle(pair: Pair, gate: str, samples: Samples, most: int) -> Iterator[tuple[World, Context]]:
    """Projects that gain marks fact by fact: first where these count most in one version, then in the other."""
    names = list(samples.values)
    starts = [{name: samples.values[name][0] for name in names}]
    starts += [dict(world) for world, _ in islice(worlds(samples, most), _STARTS)]
    found = (world for start in starts for world in _climbs(pair, gate, samples, start))
    return ((world, context_of(world)) for world in islice(found, most))


def _climbs(pair: Pair, gate: str, samples: Samples, start: World) -> Iterator[World]:
    base = _shares(pair, gate, start)
    gains: dict[str, tuple[float, float]] = {}
    best: dict[str, list[FactValue | None]] = {}
    for name, values in samples.values.items():
        reached = {value: _shares(pair, gate, {**start, name: value}) for value in values}
        best[name] = sorted(values, key=lambda value: sum(reached[value]))
        top = reached[best[name][-1]]
        gains[name] = top[0] - base[0], top[1] - base[1]
    for this, other in ((0, 1), (1, 0)):
        world = {**start, **{name: values[0] for name, values in best.items()}}
        yield world
        for name in sorted(best, key=lambda name: -gains[name][this] / (abs(gains[name][other]) + _ALMOST_NOTHING)):
            for value in best[name]:
                world = {**world, name: value}
                yield world


def _shares(pair: Pair, gate: str, world: World) -> tuple[float, float]:
    context = context_of(world)
    return (
        _share(pair.before, gate, pair.seen(pair.before, context)),
        _share(pair.after, gate, pair.seen(pair.after, context)),
    )
