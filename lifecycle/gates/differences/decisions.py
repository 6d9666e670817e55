"""What a gate can decide: which decisions there are, when they may be taken, and what follows from them."""

from collections.abc import Iterator, Sequence

from lifecycle.domain.project import OPENING, Outcome
from lifecycle.gates.conditions import Kind, Truth
from lifecycle.gates.derivation import as_fact
from lifecycle.gates.differences.difference import Difference, Direction
from lifecycle.gates.differences.pairs import Context, Pair, worlds
from lifecycle.gates.policy_decisions import DecisionRule
from lifecycle.gates.proofs.worlds import count
from lifecycle.gates.rulebook import Rulebook


def decisions(pair: Pair, gate: str) -> Iterator[Difference]:
    """The differences in who decides, in what can be decided, and in who may waive."""
    yield from _chair(pair, gate)
    old, new = (book.policy.gates[gate] for book in (pair.before, pair.after))
    for outcome in dict.fromkeys((*old.decisions, *new.decisions)):
        if outcome in old.decisions and outcome in new.decisions:
            was, will = old.decision(outcome), new.decision(outcome)
            yield from _available(pair, gate, outcome, was, will)
            yield from _what_follows(pair, gate, outcome, was, will)
        elif outcome in old.decisions or outcome in new.decisions:
            yield _come_or_gone(pair, gate, outcome)
    before, after = (book.policy.waives_at(gate) for book in (pair.before, pair.after))
    if before != after:
        sentence = f"The {after.replace('_', ' ')} may waive its requirements; it was the {before.replace('_', ' ')}."
        yield pair.told("waivers_by", Direction.BOTH, sentence)


def _chair(pair: Pair, gate: str) -> Iterator[Difference]:
    """Beside approvals a chair is stricter; where nobody else is asked, a chair opens what no votes ever would."""
    come = Direction.STRICTER if pair.after.policy.gates[gate].approvals.all else Direction.LOOSER
    changes: dict[tuple[str | None, str | None], list[str]] = {}
    for tier in dict.fromkeys(tier.id for book in (pair.before, pair.after) for tier in book.policy.tiers):
        change = pair.before.policy.chair_of(gate, tier), pair.after.policy.chair_of(gate, tier)
        changes.setdefault(change, []).append(tier)
    for (was, will), within in changes.items():
        if was == will:
            continue
        direction = come if was is None else come.turned if will is None else Direction.BOTH
        now, before = ((chair or "votes").replace("_", " ") for chair in (will, was))
        sentence = f"The decision lies with the {now}; it lay with the {before}."
        if len(changes) > 1:
            tiers = ", ".join(within)
            sentence = f"In the tier {tiers} the decision lies with the {now}; it lay with the {before}."
        yield pair.told("chair", direction, sentence)


def _come_or_gone(pair: Pair, gate: str, outcome: Outcome) -> Difference:
    come = outcome in pair.after.policy.gates[gate].decisions
    rule = (pair.after if come else pair.before).policy.gates[gate].decision(outcome)
    if outcome in OPENING:
        direction = Direction.LOOSER
    else:
        direction = Direction.BOTH if rule.to or rule.set else Direction.STRICTER
    verb = "can now be decided" if come else "can no longer be decided"
    return pair.told("decisions", direction if come else direction.turned, f"{_named(outcome)} {verb}.")


def _available(pair: Pair, gate: str, outcome: Outcome, old: DecisionRule, new: DecisionRule) -> Iterator[Difference]:
    """For which projects a decision may be taken: a go for more is looser, and so is a no for fewer."""
    if old.when == new.when and (pair.is_same_ground or old.when is None):
        return

    def judge(first: Context, second: Context) -> tuple[bool, bool]:
        was, will = _may(pair.before, gate, old.when, first), _may(pair.after, gate, new.when, second)
        return was and not will, will and not was

    said = f"{_named(outcome)} can no longer be decided.", f"{_named(outcome)} can now be decided."
    for each in pair.compare("decisions", (old.when,), (new.when,), judge, said):
        direction = each.direction if outcome in OPENING else each.direction.turned
        yield each.model_copy(update={"direction": direction})


def _may(book: Rulebook, gate: str, when: str | None, context: Context) -> bool:
    return when is None or book.holds(when, context, gate).truth is Truth.MET


def _what_follows(
    pair: Pair, gate: str, outcome: Outcome, old: DecisionRule, new: DecisionRule
) -> Iterator[Difference]:
    name = _named(outcome)
    if old.to != new.to:
        there, before = new.to or "where such a decision leads by itself", old.to or "where it leads by itself"
        yield pair.told("decisions", Direction.BOTH, f"{name} leads to {there}; it led to {before}.")
    for fact in sorted({*old.set, *new.set}):
        yield from _made(pair, gate, name, fact, old.set.get(fact), new.set.get(fact))
    conditions = f"{name} imposes a condition that it did not.", f"{name} imposes a condition no longer."
    gates = f"{name} opens a gate that it did not.", f"{name} opens a gate no longer."
    for was, will, said in ((old.imposes, new.imposes, conditions), (old.opens, new.opens, gates)):
        yield from _added(pair, said, was, will)
    if old.label != new.label:
        yield pair.told("decisions", Direction.OTHER, f"{name} has another name.")


def _added(pair: Pair, said: tuple[str, str], old: Sequence[object], new: Sequence[object]) -> Iterator[Difference]:
    """What follows besides makes a decision stricter; `said` of it when it comes, and when it goes."""
    come, gone = said
    if any(each not in old for each in new):
        yield pair.told("decisions", Direction.STRICTER, come)
    if any(each not in new for each in old):
        yield pair.told("decisions", Direction.LOOSER, gone)


def _made(pair: Pair, gate: str, name: str, fact: str, old: str | None, new: str | None) -> Iterator[Difference]:
    """Another value of a fact may make later gates stricter or looser: it is both, for a project that gets another."""
    known = [book.policy.facts.get(fact) for book in (pair.before, pair.after)]
    if (old == new and pair.is_same_ground) or None in known or len({each.type for each in known if each}) > 1:
        return
    kind = next(each.type for each in known if each)

    def differs(first: Context, second: Context) -> tuple[bool, bool]:
        was, will = (_value(*each, gate, fact, kind) for each in ((pair.before, old, first), (pair.after, new, second)))
        return was != will, False

    samples = pair.samples((old,), (new,), kind=kind)
    most = pair.spend(samples)
    found = pair.found(worlds(samples, most), samples, differs)
    if found or not (samples.exact and count(samples) <= most):
        sentence = f"{name} makes '{fact}' {new or 'no other than it was'}; it made it {old or 'no other than it was'}."
        yield pair.told("decisions", Direction.BOTH, sentence, next(iter(found.values()), ""), proven=bool(found))


def _value(book: Rulebook, text: str | None, context: Context, gate: str, fact: str, kind: Kind) -> object:
    return as_fact(kind, book.expression(text, kind, gate).value(context)) if text else f"{fact} as it was"


def _named(outcome: Outcome) -> str:
    return outcome.replace("_", " ").capitalize()
