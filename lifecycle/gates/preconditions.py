"""Preconditions: what must have been decided at other gates before a gate can pass."""

from collections.abc import Iterator
from datetime import datetime

from lifecycle.domain.project import ProjectState, Round
from lifecycle.domain.wording import joined, phrase
from lifecycle.gates.findings import Finding, Result
from lifecycle.gates.obligations import later
from lifecycle.gates.plain_approvals import alternatives
from lifecycle.gates.plain_times import duration_in_words
from lifecycle.gates.policy import Policy
from lifecycle.gates.policy_decisions import Precondition
from lifecycle.gates.rulebook import Context, Rulebook, standing_decision


def preconditions(
    book: Rulebook, state: ProjectState, round_: Round, context: Context, now: datetime
) -> Iterator[Finding]:
    """One finding for each precondition of the round's gate."""
    for number, asked in enumerate(book.policy.gates[round_.gate].requires, start=1):
        stands = book.applies(asked.when, context, round_.gate)
        met = not stands or is_met(book, state, asked, context, round_.gate, now)
        result = Result.NOT_APPLICABLE if not stands else Result.MET if met else Result.NOT_MET
        yield Finding(
            requirement=f"requires.{number}",
            label=asked.label or sentence(book.policy, asked),
            result=result,
            blocking=True,
            remedy="" if met else f"{sentence(book.policy, asked)}: bring that about first.",
        )


def is_met(book: Rulebook, state: ProjectState, asked: Precondition, context: Context, at: str, now: datetime) -> bool:
    """Whether it was decided so; a part that is not asked for is no alternative, and never counts as decided."""
    if asked.gate is not None:
        return _was_decided(book.policy, state, asked, asked.gate, now)
    parts = [part for part in asked.parts if book.applies(part.when, context, at)]
    met = sum(is_met(book, state, part, context, at, now) for part in parts)
    if asked.all:
        return met == len(parts)
    return met >= (asked.at_least or 1)


def _was_decided(policy: Policy, state: ProjectState, asked: Precondition, gate: str, now: datetime) -> bool:
    past = standing_decision(policy, state, gate)
    if past is None or past.outcome not in asked.outcome:
        return False
    other = state.decisions.get(asked.after or "")
    is_newer = other is None or other.seq < past.seq
    return is_newer and (asked.fresh_for is None or now < later(past.at, asked.fresh_for))


def sentence(policy: Policy, asked: Precondition) -> str:
    """A precondition in plain words."""
    if asked.gate is None:
        parts = joined("; ", (sentence(policy, part) for part in asked.parts))
        if asked.at_least:
            return phrase("At least {0} of: {1}", asked.at_least, parts)
        return phrase("All of: {0}", parts) if asked.all else phrase("Any of: {0}", parts)
    rule = policy.gates[asked.gate]
    possible = [outcome for outcome in asked.outcome if outcome in rule.decisions] or asked.outcome
    words = [phrase("{0} decided {1}", rule.called(asked.gate), alternatives(map(rule.named, possible)))]
    if asked.after:
        words.append(phrase("newer than the decision of {0}", policy.gates[asked.after].called(asked.after)))
    words += [phrase("not older than {0}", duration_in_words(asked.fresh_for))] if asked.fresh_for else []
    return joined(", ", words)
