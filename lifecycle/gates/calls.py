"""Whom rounds call, and which votes stand, when something changes under them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from lifecycle.domain.events import FactsAmended, FactsSet, PolicyBound, TierChanged
from lifecycle.domain.gate_events import EvidenceSupplied, VotesVoided
from lifecycle.domain.project import ProjectState, Vote, VoteVerdict
from lifecycle.domain.values import Names
from lifecycle.gates.approvals import called_roles
from lifecycle.gates.ledger import Ledger
from lifecycle.gates.quorums import Way, ways
from lifecycle.gates.rulebook import Rulebook, context_of


def change(ledger: Ledger, event: FactsAmended | FactsSet | EvidenceSupplied | TierChanged | PolicyBound) -> None:
    """Something happens under open rounds: roles that are called anew are named, and where less is asked votes fall.

    Who has voted knew what was asked of the others; when that is lowered, the votes are asked for again.
    """
    asked, called = _asked(ledger.book, ledger.state), _called(ledger.book, ledger.state)
    book, after = ledger.foresee(event)
    anew = {gate: roles for gate, roles in _called(book, after).items() if called.get(gate) != roles}
    ledger.add(event.model_copy(update={"called": anew}))
    for gate, quorums in _asked(book, after).items():
        if gate in asked and _asks_less(asked[gate], quorums):
            fall(ledger, gate, _given(ledger, gate), "Fewer approvals are asked for than before.")


def void_votes(ledger: Ledger, gate: str, item: str) -> None:
    """A change of evidence voids exactly the votes that relied on it."""
    votes = [vote for vote in _given(ledger, gate) if item in vote.relied_on]
    fall(ledger, gate, votes, f"The evidence '{item}' changed.")


def void_all(ledger: Ledger, gate: str, because: str) -> None:
    """Every vote of a round falls; who recused stays out of it."""
    fall(ledger, gate, _given(ledger, gate), because)


def fall(ledger: Ledger, gate: str, votes: Sequence[Vote], because: str) -> None:
    """These votes of a round count no more."""
    if votes:
        voters = tuple(vote.voter for vote in votes)
        number = ledger.state.rounds[gate].number
        ledger.add(VotesVoided(gate=gate, round=number, voters=voters, because=because))


def _given(ledger: Ledger, gate: str) -> list[Vote]:
    return [vote for vote in ledger.state.rounds[gate].standing_votes if vote.verdict is not VoteVerdict.RECUSE]


def _asked(book: Rulebook, state: ProjectState) -> dict[str, tuple[Way, ...]]:
    """The quorums of the rounds in which somebody has voted."""
    voted = [round_ for round_ in state.open_rounds if round_.standing_votes and round_.gate in book.policy.gates]
    return {round_.gate: _needed(ways(book, round_, context_of(book, state, round_))) for round_ in voted}


def _needed(found: Iterable[Way]) -> tuple[Way, ...]:
    """The quorums by whom they need, whoever else could stop them."""
    return tuple(tuple(replace(seat, stops=True) for seat in way) for way in found)


def _called(book: Rulebook, state: ProjectState) -> dict[str, Names]:
    """The roles that the rounds before their approvers call."""
    waiting = [round_ for round_ in state.open_rounds if round_.is_before_approvers]
    return {round_.gate: called_roles(book, state, round_) for round_ in waiting if round_.gate in book.policy.gates}


def _asks_less(before: Sequence[Way], after: Sequence[Way]) -> bool:
    """Whether some way to a quorum now leads past a slot that every way before asked for in one form or another."""
    return not all(any(Counter(old) <= Counter(new) for old in before) for new in after)
