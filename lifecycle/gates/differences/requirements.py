"""What a gate asks to see and judges by: evidence, criteria, the score, preconditions."""

from collections.abc import Iterator

from lifecycle.gates.conditions import Truth
from lifecycle.gates.differences.difference import Difference, Direction
from lifecycle.gates.differences.earlier import preconditions
from lifecycle.gates.differences.fields import by_fields
from lifecycle.gates.differences.pairs import Context, Pair
from lifecycle.gates.differences.scores import scores
from lifecycle.gates.differences.spans import longer_or_shorter
from lifecycle.gates.policy_requirements import Criterion, EvidenceRule, FormField
from lifecycle.gates.rulebook import Rulebook


def requirements(pair: Pair, gate: str) -> Iterator[Difference]:
    """The differences in what a gate requires."""
    yield from _evidence(pair, gate)
    yield from _criteria(pair, gate)
    yield from scores(pair, gate)
    yield from preconditions(pair, gate)
    yield from _presence(pair, gate)


def _evidence(pair: Pair, gate: str) -> Iterator[Difference]:
    before, after = (book.policy.gates[gate].evidence for book in (pair.before, pair.after))
    for item in dict.fromkeys((*before, *after)):
        old, new = before.get(item), after.get(item)
        if old == new and pair.is_same_ground:
            continue

        def judge(
            first: Context, second: Context, old: EvidenceRule | None = old, new: EvidenceRule | None = new
        ) -> tuple[bool, bool]:
            was, will = _asked(pair.before, gate, old, first), _asked(pair.after, gate, new, second)
            return will and not was, was and not will

        said = f"The evidence '{item}' is asked for where it was not.", f"The evidence '{item}' is asked for no longer."
        if _conditions(old) != _conditions(new) or not pair.is_same_ground:
            yield from pair.compare(f"evidence.{item}", _conditions(old), _conditions(new), judge, said)
        if old and new:
            yield from _supply(pair, item, old, new)


def _conditions(rule: EvidenceRule | None) -> tuple[str | None, ...]:
    return (rule.when, rule.unless) if rule else ()


def _asked(book: Rulebook, gate: str, rule: EvidenceRule | None, context: Context) -> bool:
    if rule is None or not book.applies(rule.when, context, gate):
        return False
    return rule.unless is None or book.holds(rule.unless, context, gate).truth is not Truth.MET


def _supply(pair: Pair, item: str, old: EvidenceRule, new: EvidenceRule) -> Iterator[Difference]:
    """What may be supplied, by whom, how fresh."""
    aspect = f"evidence.{item}"
    if old.fresh_for != new.fresh_for:
        spans = [span or "however long" for span in (new.fresh_for, old.fresh_for)]
        sentence = f"The evidence '{item}' may now be {spans[0]} old; it was {spans[1]}."
        yield pair.told(aspect, longer_or_shorter(old.fresh_for, new.fresh_for), sentence)
    yield from _waivable(pair, aspect, f"the evidence '{item}'", old, new)
    yield from by_fields(pair, f"{aspect}.", old, new)
    for name in dict.fromkeys((*old.fields, *new.fields)):
        yield from _question(pair, f"{aspect}.fields.{name}", old.fields.get(name), new.fields.get(name))


def _question(pair: Pair, aspect: str, old: FormField | None, new: FormField | None) -> Iterator[Difference]:
    if old and new:
        yield from by_fields(pair, f"{aspect}.", old, new)
    elif new:
        direction = Direction.OTHER if new.optional else Direction.STRICTER
        yield pair.told(aspect, direction, f"The question '{aspect.rpartition('.')[2]}' is new.")
    elif old:
        yield pair.told(aspect, Direction.LOOSER, f"The question '{aspect.rpartition('.')[2]}' is gone.")


def _waivable(
    pair: Pair, aspect: str, what: str, old: EvidenceRule | Criterion, new: EvidenceRule | Criterion
) -> Iterator[Difference]:
    if old.waivable and not new.waivable:
        yield pair.told(aspect, Direction.STRICTER, f"Nobody can waive {what} any more.")
    elif new.waivable and not old.waivable:
        yield pair.told(aspect, Direction.LOOSER, f"A waiver can now stand in for {what}.")
    elif pair.gate and old.waived_by != new.waived_by:
        was, will = (book.policy.waives_at(pair.gate, aspect) for book in (pair.before, pair.after))
        sentence = f"The {will.replace('_', ' ')} may waive {what}; it was the {was.replace('_', ' ')}."
        yield pair.told(f"{aspect}.waived_by", Direction.BOTH, sentence)


def _criteria(pair: Pair, gate: str) -> Iterator[Difference]:
    before, after = (book.policy.gates[gate].criteria for book in (pair.before, pair.after))
    for item in dict.fromkeys((*before, *after)):
        old, new = (each if each and each.must else None for each in (before.get(item), after.get(item)))
        if (old is None and new is None) or (old == new and pair.is_same_ground):
            continue

        def judge(
            first: Context, second: Context, old: Criterion | None = old, new: Criterion | None = new
        ) -> tuple[bool, bool]:
            was, will = _passes(pair.before, gate, old, first), _passes(pair.after, gate, new, second)
            return was and not will, will and not was

        said = (
            f"The criterion '{item}' keeps back projects that passed.",
            f"The criterion '{item}' lets projects pass that it kept back.",
        )
        texts = tuple((rule.when, rule.must) if rule else () for rule in (old, new))
        if texts[0] != texts[1] or not pair.is_same_ground:
            yield from pair.compare(f"criteria.{item}", texts[0], texts[1], judge, said)
        if old and new:
            yield from _waivable(pair, f"criteria.{item}", f"the criterion '{item}'", old, new)


def _passes(book: Rulebook, gate: str, rule: Criterion | None, context: Context) -> bool:
    if rule is None or rule.must is None or not book.applies(rule.when, context, gate):
        return True
    return book.holds(rule.must, context, gate).truth is Truth.MET


def _presence(pair: Pair, gate: str) -> Iterator[Difference]:
    """For which projects the gate stands at all."""
    old, new = (book.policy.gates[gate] for book in (pair.before, pair.after))
    if old.when != new.when or not pair.is_same_ground:

        def judge(first: Context, second: Context) -> tuple[bool, bool]:
            was, will = pair.before.applies(old.when, first, gate), pair.after.applies(new.when, second, gate)
            return will and not was, was and not will

        said = "The gate stands for projects for which it did not.", "The gate falls away for projects that had it."
        yield from pair.compare("when", (old.when,), (new.when,), judge, said)
