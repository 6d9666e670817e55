"""Everything that a policy names, it also declares."""

from collections.abc import Iterator
from difflib import get_close_matches
from itertools import accumulate

from lifecycle.gates.conditions import Kind
from lifecycle.gates.currencies import CURRENCIES, WITHOUT_HUNDREDTHS
from lifecycle.gates.lookalikes import mixed
from lifecycle.gates.policy import CLOSED, Fact, Policy, Tolerance
from lifecycle.gates.policy_approvals import leaves
from lifecycle.gates.policy_gates import Gate
from lifecycle.gates.policy_words import ByTier
from lifecycle.gates.proofs.finding import Finding, Path, error, warning
from lifecycle.gates.proofs.written import conditions_of
from lifecycle.gates.rulebook import POSTS

MOST_GATES = 200
MOST_CONDITIONS = 1_000
LONGEST_TOGETHER = 100_000
_UNSPEAKABLE = frozenset({"in", "null", "true", "false"})


def references(policy: Policy) -> Iterator[Finding]:
    """Everything that a policy names, it also declares."""
    tiers = [tier.id for tier in policy.tiers]
    for path, names in ((("stages",), list(policy.stages)), (("tiers",), tiers)):
        if doubled := sorted({name for name in names if names.count(name) > 1}):
            yield error(path, f"'{doubled[0]}' stands twice.", "Give each its own name.")
    if reserved := {CLOSED, "killed"} & set(policy.stages):
        yield error(
            ("stages",), f"'{min(reserved)}' is no stage's name: every project ends there.", "Name it otherwise."
        )
    for name in sorted(POSTS.keys() & policy.facts.keys()):
        yield error(("facts", name), f"Every project has '{name}' without declaring it.", "Remove the fact.")
    for name in sorted(_UNSPEAKABLE & policy.facts.keys()):
        yield error(("facts", name), f"No condition could name the fact '{name}'.", "Name it otherwise.")
    given = {
        fact for gate in policy.gates.values() for outcome in gate.decisions for fact in gate.decision(outcome).set
    }
    for name, fact in policy.facts.items():
        yield from _fact(("facts", name), fact)
        if fact.by_gates and name not in given:
            sentence = f"Only gates change '{name}', and no gate sets it: as a project brings it, so it stays."
            yield warning(("facts", name, "by_gates"), sentence, "Let a decision 'set' it, or leave 'by_gates' out.")
    if policy.amount and getattr(policy.facts.get(policy.amount), "type", None) is not Kind.MONEY:
        yield error(("amount",), f"'{policy.amount}' is no money fact.", "Name a declared fact of type money.")
    for number, tier in enumerate(policy.tiers):
        if tier.when is None and number < len(tiers) - 1:
            remedy = "Give it a 'when', or make it the last."
            yield error(("tiers", number), f"The tier '{tier.id}' has no condition: no later tier can apply.", remedy)
    for name, tolerance in policy.tolerances.items():
        yield from _tolerance(policy, name, tolerance)
    for name, gate in policy.gates.items():
        yield from _gate_references(policy, name, gate, set(tiers))


def size(policy: Policy) -> Iterator[Finding]:
    """A policy is small enough to be proven, and read, in a moment."""
    if len(policy.gates) > MOST_GATES:
        yield error(("gates",), f"There are {len(policy.gates)} gates.", f"Use at most {MOST_GATES}.")
        return
    written = list(conditions_of(policy))
    if len(written) > MOST_CONDITIONS:
        sentence = f"There are {len(written)} conditions."
        yield error(written[MOST_CONDITIONS].path, sentence, f"Use at most {MOST_CONDITIONS}.")
    lengths = accumulate(len(each.text) for each in written)
    beyond = next((each for each, length in zip(written, lengths, strict=True) if length > LONGEST_TOGETHER), None)
    if beyond:
        sentence = f"The conditions are longer than {LONGEST_TOGETHER:,} characters together."
        yield error(beyond.path, sentence, "Say the same once, as a fact that the project carries.")


def _fact(path: Path, fact: Fact) -> Iterator[Finding]:
    if fact.type is Kind.MONEY and fact.unit is not None and fact.unit not in CURRENCIES:
        near = get_close_matches(fact.unit.upper(), sorted(CURRENCIES), n=1, cutoff=0.5)
        remedy = f"Did you mean {near[0]}?" if near else "Write its code of three letters (ISO 4217), such as GBP."
        yield error((*path, "unit"), f"There is no currency '{fact.unit[:20]}'.", remedy)
    elif fact.type is Kind.MONEY and fact.unit in WITHOUT_HUNDREDTHS:
        sentence = f"{fact.unit} does not come in hundredths, and amounts are carried in hundredths here."
        yield warning((*path, "unit"), sentence, "Give amounts with two decimals, as in 1000.00.")
    if doubled := sorted({value for value in fact.of if fact.of.count(value) > 1}):
        yield error((*path, "of"), f"'{doubled[0]}' stands twice.", "List each value once.")
    for number, value in enumerate(fact.of):
        if odd := mixed(value):
            yield warning((*path, "of", number), f"'{value[:40]}' contains {odd}.", "Write it in one alphabet.")


def _tolerance(policy: Policy, name: str, tolerance: Tolerance) -> Iterator[Finding]:
    if tolerance.fact is None:
        return
    path = ("tolerances", name, "fact")
    fact = policy.facts.get(tolerance.fact)
    if fact is None:
        yield error(path, f"There is no fact '{tolerance.fact}'.", f"Use one of: {', '.join(policy.facts)}.")
        return
    margins = [margin for margin in (tolerance.over, tolerance.under) if margin]
    if fact.type is Kind.DATE and not all(margin.endswith("d") for margin in margins):
        yield error(path, f"'{tolerance.fact}' is a date.", "Give the tolerance in days, such as 30d.")
    elif fact.type not in (Kind.DATE, Kind.MONEY, Kind.NUMBER, Kind.INTEGER):
        yield error(path, f"'{tolerance.fact}' is a {fact.type}, which cannot drift.", "Use 'when' with a condition.")
    elif fact.type is not Kind.DATE and any(margin.endswith("d") for margin in margins):
        yield error(path, f"'{tolerance.fact}' is no date.", "Give the tolerance in percent, such as 10%.")


def _gate_references(policy: Policy, name: str, gate: Gate, tiers: set[str]) -> Iterator[Finding]:
    at = ("gates", name)
    for key, stages in (("from", [gate.from_]), ("to", [gate.to]), ("during", gate.during)):
        known = (*policy.stages, CLOSED) if key == "to" else policy.stages
        for stage in stages:
            if stage is not None and stage not in known:
                yield error((*at, key), f"There is no stage '{stage}'.", f"Use one of: {', '.join(known)}.")
    for tolerance in gate.on_breach_of:
        if tolerance not in policy.tolerances:
            remedy = f"Use one of: {', '.join(policy.tolerances) or 'none is declared'}."
            yield error((*at, "on_breach_of"), f"There is no tolerance '{tolerance}'.", remedy)
    answers = [field for rule in gate.evidence.values() for field in rule.fields]
    for field in sorted(_UNSPEAKABLE & set(answers)):
        yield error((*at, "evidence"), f"No condition could name the answer '{field}'.", "Name it otherwise.")
    if doubled := sorted({field for field in answers if answers.count(field) > 1}):
        yield error((*at, "evidence"), f"Two forms ask for '{doubled[0]}'.", "Give each question its own name.")
    for path, length in _lengths(gate):
        if isinstance(length, dict) and set(length) != tiers:
            odd = sorted(set(length) ^ tiers)[0]
            yield error(
                (*at, *path),
                f"The durations and the tiers differ at '{odd}'.",
                f"Name each of: {', '.join(sorted(tiers))}.",
            )
    if isinstance(gate.chair, dict) and set(gate.chair) != tiers:
        odd = sorted(set(gate.chair) ^ tiers)[0]
        yield error(
            (*at, "chair"), f"The chairs and the tiers differ at '{odd}'.", f"Name each of: {', '.join(sorted(tiers))}."
        )
    reads = {item for slot in leaves(gate.approvals.all) for item in slot.reads}
    if unknown := sorted(reads - gate.evidence.keys()):
        yield error((*at, "approvals"), f"There is no evidence '{unknown[0]}' to read.", "Name evidence of this gate.")
    scored = [rule for rule in gate.criteria.values() if rule.should]
    if gate.score_at_least and not scored:
        yield error((*at, "score_at_least"), "There is nothing to score.", "Add a criterion with 'should'.")


def _lengths(gate: Gate) -> Iterator[tuple[tuple[str | int, ...], ByTier]]:
    spans = ("submit_within", gate.submit_within), ("decide_within", gate.decide_within), ("every", gate.every)
    for key, length in spans:
        if length is not None:
            yield (key,), length
    for key, ladder in (("submit_ladder", gate.submit_ladder), ("ladder", gate.ladder)):
        yield from (((key, number, "after"), step.after) for number, step in enumerate(ladder))
