"""Capacities: in whose name somebody can act, and whether a judgement would let them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from lifecycle.domain.commands import AcceptCondition, CastVote, Command, DecideGate, GrantWaiver, SupplyEvidence
from lifecycle.domain.people import EVERYWHERE, Actor, Delegation, Grant, covers
from lifecycle.domain.project import Condition, ProjectState, Round, VoteVerdict
from lifecycle.domain.waivers import WaiverRequest
from lifecycle.gates.approvals import heard_besides, standing
from lifecycle.gates.case import Case
from lifecycle.gates.criteria import findings_of, missing_evidence
from lifecycle.gates.decide import RULES
from lifecycle.gates.deciding import decider
from lifecycle.gates.explain import any_evidence
from lifecycle.gates.rulebook import Rulebook
from lifecycle.persistence.turns import Seat

Books = Mapping[str, Rulebook]
"""Rulebooks by the digest of their edition."""

POSTS: Final = frozenset({"project_manager", "sponsor"})
"""Roles that a project itself gives somebody."""

_A_WORD: Final = "inbox"
_SOME_DAY: Final = datetime(2000, 1, 1, tzinfo=UTC)


_Place = tuple[str, str, tuple[str, ...] | None]
"""A gate, a role that has something to do there, and the tiers in which it has, none for all."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """A person acting in the name of a principal, themselves or who delegated to them, who holds these grants.

    `own` are the grants that the person has besides, when they act for another.
    """

    person: str
    principal: str
    delegation: Delegation | None
    grants: tuple[Grant, ...]
    own: tuple[Grant, ...] = ()

    @property
    def within(self) -> str:
        """The scope in which the capacity counts."""
        return self.delegation.scope if self.delegation else EVERYWHERE

    @property
    def acting_for(self) -> str | None:
        """The principal, if it is somebody else."""
        return self.principal if self.delegation else None

    def roles_on(self, state: ProjectState) -> frozenset[str]:
        """The principal's roles on a project, by grant or post."""
        return _covering(self.grants, state) | frozenset(state.posts_of(self.principal))

    def seats(self, books: Books) -> tuple[Seat, ...]:
        """The gates that the principal may decide by a role or a post, under each edition."""
        return tuple(self._seats(books, _deciding))

    def giving(self, books: Books) -> tuple[Seat, ...]:
        """The gates that ask a role or a post of the principal for evidence, under each edition."""
        return tuple(self._seats(books, _giving))

    def _seats(self, books: Books, placed: Callable[[Rulebook], Iterable[_Place]]) -> Iterator[Seat]:
        scopes: defaultdict[str, list[str]] = defaultdict(list)
        for grant in self.grants:
            scopes[grant.role].append(grant.scope)
        for digest, book in sorted(books.items()):
            for gate, role, tiers in placed(book):
                if role in scopes or role in POSTS:
                    yield Seat(digest, gate, role, tuple(scopes.get(role, ())), tiers)

    def owes(self, books: Books, state: ProjectState, round_: Round, now: datetime) -> tuple[str, ...]:
        """The items of evidence that are missing from a round and theirs alone to give, and that they may give."""
        book = books[state.policy.digest]
        rules, roles = book.policy.gates[round_.gate].evidence, self.roles_on(state)
        absent = (
            each.requirement.partition(".")[2] for each in missing_evidence(findings_of(book, state, round_, now))
        )
        theirs = (item for item in absent if rules[item].by in roles)
        return tuple(item for item in theirs if self._may_give(books, state, round_, item, now))

    def _may_give(self, books: Books, state: ProjectState, round_: Round, item: str, now: datetime) -> bool:
        rule = books[state.policy.digest].policy.gates[round_.gate].evidence[item]
        content = {"gate": round_.gate, "evidence": any_evidence(item, rule, now)}
        return self._passes(books, state, SupplyEvidence, content, now)

    def may_vote(self, books: Books, state: ProjectState, round_: Round, now: datetime) -> bool:
        """Whether the approval would count for something still open, or the role can at least veto or advise."""
        book = books[state.policy.digest]
        approves = {**_shown(round_), "verdict": VoteVerdict.APPROVE, "rationale": _A_WORD}
        if not self._passes(books, state, CastVote, approves, now):
            return False
        asked = {*standing(book, state, round_).pending_roles, *heard_besides(book, state, round_)}
        return bool(asked & self.roles_on(state))

    def may_decide(self, books: Books, state: ProjectState, round_: Round, now: datetime) -> bool:
        """Whether a decision, at least to send the gate back, would be accepted."""
        outcome = books[state.policy.digest].policy.gates[round_.gate].on_reject
        return self._passes(books, state, DecideGate, {**_shown(round_), "outcome": outcome, "rationale": _A_WORD}, now)

    def may_waive(self, books: Books, state: ProjectState, asked: tuple[Round, WaiverRequest], now: datetime) -> bool:
        """Whether they may grant what somebody asks for at a round."""
        round_, request = asked
        terms = {"compensating_control": _A_WORD, "expires": now + timedelta(days=1)}
        content = {"gate": round_.gate, "requirement": request.requirement, "reason": _A_WORD, **terms}
        return self._passes(books, state, GrantWaiver, content, now)

    def may_accept(self, books: Books, state: ProjectState, condition: Condition, now: datetime) -> bool:
        """Whether they may accept the proof of a condition."""
        return self._passes(books, state, AcceptCondition, {"condition": condition.id}, now)

    def _passes(
        self, books: Books, state: ProjectState, kind: type[Command], content: Mapping[str, Any], now: datetime
    ) -> bool:
        actor = Actor(
            person=self.person,
            roles=tuple(self.roles_on(state)),
            own_roles=tuple(_covering(self.own, state)),
            acting_for=self.acting_for,
            delegation=self.delegation,
            directory_version=state.directory_version,
            proved_at=now,
        )
        command = kind.model_validate({"id": _A_WORD, "actor": actor, **content})
        case = Case(books[state.policy.digest], books, state, command, now)
        return all(rule(case) is None for rule in RULES[kind])


@lru_cache(maxsize=256)
def _deciding(book: Rulebook) -> tuple[_Place, ...]:
    """The roles that decide the gates of an edition."""
    found = []
    for gate in book.policy.gates:
        rounds = [Round(gate=gate, number=1, opened_at=_SOME_DAY, tier=tier.id) for tier in book.policy.tiers]
        deciding = [(decider(book, round_)[0], round_.tier) for round_ in rounds]
        for role in sorted({role for role, _ in deciding if role}):
            tiers = tuple(tier for decides, tier in deciding if decides == role)
            found.append((gate, role, None if len(tiers) == len(rounds) else tiers))
    return tuple(found)


@lru_cache(maxsize=256)
def _giving(book: Rulebook) -> tuple[_Place, ...]:
    """The roles that owe the gates of an edition evidence."""
    return tuple(
        (name, role, None)
        for name, gate in book.policy.gates.items()
        for role in sorted({rule.by for rule in gate.evidence.values() if rule.by})
    )


def _covering(grants: Iterable[Grant], state: ProjectState) -> frozenset[str]:
    return frozenset(grant.role for grant in grants if covers(grant.scope, state.project, state.portfolio))


def _shown(round_: Round) -> dict[str, Any]:
    return {"gate": round_.gate, "round": round_.number, "evidence_digest": round_.evidence_digest or ""}
