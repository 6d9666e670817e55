"""Whether the people there are could open a gate: the counter-example when they could not, and how few keep it open."""

from collections.abc import Iterator

from lifecycle.domain.people import Roster
from lifecycle.gates.approvals import ways
from lifecycle.gates.policy import Pmo
from lifecycle.gates.policy_approvals import Participation
from lifecycle.gates.proofs.finding import Finding, error, warning
from lifecycle.gates.proofs.prover import first_round
from lifecycle.gates.rulebook import Rulebook

_POSTS = ("project_manager", "sponsor")


def people(book: Rulebook, roster: Roster) -> Iterator[Finding]:
    """Every gate has a set of distinct people who may open it, whoever manages the project."""
    for name, gate in book.policy.gates.items():
        for tier in book.policy.tiers:
            if witness := unfillable(book, name, tier.id, roster):
                sentence = f"Nobody can open the gate '{name}' in the tier '{tier.id}'."
                remedy = "Give the missing roles to more people, lower the count, or change the exclusions."
                yield error(("gates", name, "approvals"), sentence, remedy, witness)
                break
        steps = (*gate.submit_ladder, *gate.ladder)
        for role in sorted({step.role for step in steps if step.role and not roster.present(step.role)}):
            sentence = f"The ladder calls '{role}', which nobody holds."
            yield warning(("gates", name, "ladder"), sentence, "Give the role to somebody.", role)


def unfillable(book: Rulebook, gate: str, tier: str, roster: Roster) -> str | None:
    """Why nobody could open the gate in this tier, as a sentence about real roles and people; none when it can be.

    Conditions that depend on a project's facts are taken to stand. Manager and sponsor are named project by project:
    each is somebody who holds the role, or else a person of their own.
    """
    rule = book.policy.gates[gate]
    if book.policy.pmo is Pmo.SUPPORTIVE:
        return None
    decider = book.policy.pmo_role if book.policy.pmo is Pmo.DIRECTIVE else rule.chair
    round_ = first_round(gate, tier)
    quorums = () if book.policy.pmo is Pmo.DIRECTIVE else ways(book, round_, {"tier": tier})
    if decider is None and not quorums:
        return "The gate asks for no approval at all, and nobody decides it."
    excludes_manager = Participation.MANAGER in rule.approvals.exclude
    managers: tuple[str | None, ...] = (None, *roster.present("project_manager")) if excludes_manager else (None,)
    for manager in managers:
        if quorums and not any(_fits([slot.role for slot in way], roster, manager) for way in quorums):
            best = min(quorums, key=len)
            return _witness([slot.role for slot in best], roster, manager)
        if decider and not _candidates(decider, roster, manager):
            return _witness([decider], roster, manager)
    return None


def _candidates(role: str, roster: Roster, manager: str | None) -> tuple[str, ...]:
    people = tuple(person for person in roster.present(role) if person != manager)
    return people or ((f"(the project's {role})",) if role in _POSTS and not roster.holders.get(role) else ())


def _fits(roles: list[str], roster: Roster, manager: str | None) -> bool:
    """Whether distinct people can fill the roles: a matching by augmenting paths."""
    taken: dict[str, int] = {}
    fits = [_candidates(role, roster, manager) for role in roles]

    def place(slot: int, seen: set[str]) -> bool:
        for person in fits[slot]:
            if person not in seen:
                seen.add(person)
                if person not in taken or place(taken[person], seen):
                    taken[person] = slot
                    return True
        return False

    return all(place(slot, set()) for slot in range(len(roles)))


def _witness(roles: list[str], roster: Roster, manager: str | None) -> str:
    asked = {role: roles.count(role) for role in dict.fromkeys(roles)}
    wants = ", ".join(f"{count} x {role}" for role, count in asked.items())
    has = "; ".join(f"{role}: {', '.join(_candidates(role, roster, manager)) or 'nobody'}" for role in asked)
    who = f"When {manager} manages the project, it" if manager else "It"
    return f"{who} needs distinct people for {wants}, and there are {has}."
