"""Separation of duties: who may not act in a round because of what they did, and under which roles nobody may."""

from collections.abc import Collection, Iterable

from lifecycle.domain.people import Roster
from lifecycle.domain.project import ProjectState, Round
from lifecycle.domain.values import FactValue, Names
from lifecycle.gates.policy import Policy
from lifecycle.gates.policy_approvals import AuthorsOf, Participation
from lifecycle.gates.quorums import Way
from lifecycle.gates.rulebook import Rulebook


def excluded(book: Rulebook, state: ProjectState, round_: Round) -> Names:
    """Who may not approve this round, because of what they did; giving up a role since does not help."""
    barred: set[str] = set()
    for taking_part in book.policy.gates[round_.gate].approvals.exclude:
        if isinstance(taking_part, AuthorsOf):
            other = state.rounds.get(taking_part.authors_of)
            barred |= set(other.evidence_authors if other else ())
        else:
            barred |= set(_TOOK_PART[taking_part](round_))
    return tuple(sorted(barred))


_TOOK_PART = {
    Participation.SUBMITTER: lambda round_: round_.submitters,
    Participation.MANAGER: lambda round_: round_.managers,
    Participation.EVIDENCE_AUTHORS: lambda round_: round_.evidence_authors,
}


def acted_under(policy: Policy, round_: Round, people: Collection[str]) -> frozenset[str]:
    """The roles under which any of these people has managed, supplied or voted in a round, whatever became of it."""
    acted = {role for vote in round_.votes if set(vote.people) & set(people) for role in vote.roles}
    if set(round_.managers) & set(people):
        acted.add("project_manager")
    for item, supplied in round_.evidence.items():
        rule = policy.gates[round_.gate].evidence.get(item)
        if rule and rule.by and {supplied.author, supplied.principal} & set(people):
            acted.add(rule.by)
    return frozenset(acted)


def clashing(
    policy: Policy, round_: Round, people: Collection[str], roles: Iterable[str], besides: Iterable[str] = ()
) -> frozenset[str]:
    """Those of the roles that go ill together with another of them, or with what these people did in the round.

    `besides` are roles that they hold otherwise.
    """
    if not policy.incompatible:
        return frozenset()
    held = frozenset(roles)
    met = held.union(besides, acted_under(policy, round_, people))
    return frozenset(role for role in held if keeps_apart(policy, role, met))


def keeps_apart(policy: Policy, role: str, held: Collection[str]) -> bool:
    """Whether the policy keeps a role apart from another that is held besides."""
    return any(role in listed and not set(listed).isdisjoint({*held} - {role}) for listed in policy.incompatible)


def able_to_act(policy: Policy, roster: Roster) -> Roster:
    """The roster without the roles that somebody cannot act under for holding another that is kept apart from it."""
    if not policy.incompatible:
        return roster
    holders = {
        role: tuple(who for who in people if not keeps_apart(policy, role, roles_held(roster, who)))
        for role, people in roster.holders.items()
    }
    return roster.model_copy(update={"holders": holders})


def roles_held(roster: Roster, person: str) -> frozenset[str]:
    """The roles that somebody holds, present or not."""
    return frozenset(role for role, holders in roster.holders.items() if person in holders)


def amount_of(policy: Policy, state: ProjectState) -> FactValue | None:
    """The amount of a project, with which limits of delegations are compared; none if it is not known."""
    return state.facts.get(policy.amount or "")


def personal(found: Iterable[Way]) -> frozenset[str]:
    """The roles that these quorums want in person."""
    return frozenset(seat.role for way in found for seat in way if seat.in_person)
