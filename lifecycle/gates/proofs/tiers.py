"""The table of tiers: rows that never apply, holes between its bands, and bands that overlap at their edges.

The first tier that applies is a project's, and the last takes the rest; so rows may well cover each other, and the rest
may be meant. Doubtful is a rest that lies between two bands, and an overlap between two bands that are else apart.
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise, product

from lifecycle.domain.values import FactValue
from lifecycle.gates.conditions import Condition, Kind, Truth
from lifecycle.gates.derivation import Derivation
from lifecycle.gates.proofs.finding import Finding, error, information, warning
from lifecycle.gates.proofs.prover import Prover
from lifecycle.gates.proofs.samples import Samples
from lifecycle.gates.proofs.witness import in_words
from lifecycle.gates.proofs.worlds import World, count, every

MOST_PROJECTS = 6_000
"""So many projects, times conditions, are held against the table."""

_ORDERED = (Kind.INTEGER, Kind.NUMBER, Kind.MONEY, Kind.DATE, Kind.CHOICE)

Met = frozenset[int]
"""The rows whose conditions a project meets."""


def tier_table(prover: Prover) -> Iterator[Finding]:
    """What is wrong or doubtful about the table of tiers."""
    policy = prover.book.policy
    rows = {n: prover.book.condition(tier.when) for n, tier in enumerate(policy.tiers) if tier.when}
    if not rows:
        return
    if strange := list(_strange(rows)):
        yield from strange
        return
    samples = prover.samples(list(rows.values()))
    if count(samples) * len(rows) > min(MOST_PROJECTS, prover.budget.left):
        sentence = (
            "It is not proven that the tiers have neither holes nor rows that never apply: there are too many cases."
        )
        yield information(("tiers",), sentence, "Use fewer facts in the conditions of tiers.")
        return
    prover.budget.left -= count(samples) * len(rows)
    table = _Table(rows, samples, prover.book.derivation)
    ids = [tier.id for tier in policy.tiers]
    yield from _idle_rows(table, ids)
    yield from _holes(table, ids, has_rest=policy.tiers[-1].when is None)
    yield from _overlaps(table, ids)


def _strange(rows: Mapping[int, Condition]) -> Iterator[Finding]:
    """A tier is not found from the tier; a row that needs it never applies."""
    for number, row in rows.items():
        if "tier" in row.references:
            sentence = "The tier is not known before it is found."
            yield error(("tiers", number, "when"), sentence, "Write the tier with facts of the project.")


class _Table:
    """Which rows apply to which project."""

    def __init__(self, rows: Mapping[int, Condition], samples: Samples, derivation: Derivation) -> None:
        self.rows, self.samples = rows, samples
        self.names = list(samples.values)
        self.met: dict[tuple[FactValue | None, ...], Met] = {}
        self.judged_all = True
        for world, context in every(samples):
            whole = derivation.added(context)
            truths = {number: row.judge(whole).truth for number, row in rows.items()}
            self.judged_all = self.judged_all and Truth.UNKNOWN not in truths.values()
            self.met[tuple(world.values())] = frozenset(n for n, truth in truths.items() if truth is Truth.MET)

    def words(self, point: tuple[FactValue | None, ...]) -> str:
        return in_words(self.samples.kinds, self.world(point))

    def world(self, point: tuple[FactValue | None, ...]) -> World:
        return dict(zip(self.names, point, strict=True))

    def neighbours(self, point: tuple[FactValue | None, ...]) -> Iterator[tuple[list[Met], list[Met]]]:
        """For every fact that has an order: what applies to the projects with less of it, and with more."""
        for at, name in enumerate(self.names):
            value = point[at]
            if self.samples.kinds[name] not in _ORDERED or value is None:
                continue
            values = [value for value in self.samples.values[name] if value is not None]
            here = values.index(value)
            row = [self.met[(*point[:at], value, *point[at + 1 :])] for value in values]
            yield row[:here], row[here + 1 :]


def _idle_rows(table: _Table, ids: list[str]) -> Iterator[Finding]:
    """A row that no project reaches: its condition is never true, or earlier rows take every project first."""
    if not table.samples.exact:
        return
    for number in table.rows:
        fitting = [met for met in table.met.values() if number in met]
        path = ("tiers", number, "when")
        if not fitting:
            yield error(path, f"No project can be of the tier '{ids[number]}'.", "Correct the condition.")
        elif all(min(met) < number for met in fitting):
            earlier = " and ".join(f"'{ids[n]}'" for n in sorted({min(met) for met in fitting}))
            sentence = f"The tier '{ids[number]}' never applies: {earlier} take every such project first."
            point = next(point for point, met in table.met.items() if number in met)
            yield error(path, sentence, "Put it before them, or change the conditions.", f"{table.words(point)}.")
    if len(table.rows) < len(ids) and table.judged_all and all(table.met.values()):
        yield error(
            ("tiers", len(ids) - 1),
            f"The tier '{ids[-1]}' never applies: the tiers before it take every project.",
            "Remove it, or change the conditions.",
        )


def _holes(table: _Table, ids: list[str], has_rest: bool) -> Iterator[Finding]:
    """A project that falls to the last tier although projects with less and with more of one fact do not."""
    for point, met in table.met.items():
        if met:
            continue
        if not has_rest:
            sentence = f"No tier's condition holds, so '{ids[-1]}' applies."
            remedy = "Give the last tier no 'when', so that it is said to be for all others."
            yield warning(("tiers",), sentence, remedy, f"{table.words(point)}.")
            return
        if any(any(below) and any(above) for below, above in table.neighbours(point)):
            sentence = (
                f"There is a hole between the tiers: such a project falls to '{ids[-1]}', which is for all others."
            )
            yield warning(("tiers",), sentence, "Close the hole, or write the case out.", f"{table.words(point)}.")
            return


def _overlaps(table: _Table, ids: list[str]) -> Iterator[Finding]:
    """Two rows that both apply at one place, though else one stands below it and the other above."""
    told: set[tuple[int, int]] = set()
    for point, met in table.met.items():
        for first, second in product(sorted(met), sorted(met)):
            if first >= second or (first, second) in told or min(met) != first:
                continue
            if any(_apart(below, above, first, second) for below, above in table.neighbours(point)):
                told.add((first, second))
                sentence = f"The tiers '{ids[first]}' and '{ids[second]}' both apply; '{ids[first]}' is taken."
                remedy = "Say which of the two the edge belongs to, with < instead of <=, or another value."
                yield warning(("tiers", second, "when"), sentence, remedy, f"{table.words(point)}.")


def _apart(below: list[Met], above: list[Met], first: int, second: int) -> bool:
    """Whether only one of two rows applies somewhere below, and only the other somewhere above."""

    def only(mets: list[Met], one: int, other: int) -> bool:
        return any(one in met and other not in met for met in mets)

    return any(only(below, a, b) and only(above, b, a) for a, b in pairwise((first, second, first)))
