"""Whether the people there are could open a gate: the counter-example when they could not, and how few keep it open."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from lifecycle.domain.people import Roster
from lifecycle.gates.matching import all_are_served
from lifecycle.gates.policy import Pmo
from lifecycle.gates.policy_approvals import Participation, leaves
from lifecycle.gates.proofs.finding import Finding, error, information, warning
from lifecycle.gates.proofs.prover import Context, Prover, first_round
from lifecycle.gates.proofs.witness import in_words
from lifecycle.gates.quorums import slots_of, ways
from lifecycle.gates.rulebook import Rulebook
from lifecycle.gates.separation import able_to_act, personal

MOST_PROJECTS = 300
"""So many kinds of projects are told apart for one gate."""

MOST_ABSENCES = 2_000
"""So many absences, times ways to a quorum, are tried for one gate in one tier."""

_POSTS = ("project_manager", "sponsor")


def people(book: Rulebook, roster: Roster) -> Iterator[Finding]:
    """Every gate has distinct people who may open it, whoever manages the project, and does not hang on one of them."""
    roster = able_to_act(book.policy, roster)
    prover = Prover(book)
    for name, gate in book.policy.gates.items():
        path = ("gates", name, "approvals")
        asked = list(_whom(prover, name))
        shut = next(((who, witness) for who in asked if (witness := who.unfillable(roster))), None)
        if shut:
            who, witness = shut
            remedy = "Give the missing roles to more people, lower the count, or change the exclusions."
            yield error(path, f"Nobody can open the gate '{name}'{who.of_whom}.", remedy, witness)
        else:
            yield from _thin(path, name, asked, roster)
        steps = (*gate.submit_ladder, *gate.ladder)
        for role in sorted({step.role for step in steps if step.role and not roster.present(step.role)}):
            sentence = f"The ladder calls '{role}', which nobody holds."
            yield warning(("gates", name, "ladder"), sentence, "Give the role to somebody.", role)


def _whom(prover: Prover, gate: str) -> Iterator["_Asked"]:
    """Whom a gate asks, for every kind of project that its approvals tell apart."""
    book = prover.book
    for tier in book.policy.tiers:
        yield _Asked.of(book, gate, {"tier": tier.id}, f" in the tier '{tier.id}'")
    asking = [*leaves(book.policy.gates[gate].approvals.all), *slots_of(book.policy, gate)]
    conditions = [book.condition(when, gate) for when in dict.fromkeys(slot.when for slot in asking) if when]
    if book.policy.pmo is not Pmo.CONTROLLING or not conditions:
        return
    kinds, told = prover.samples(conditions).kinds, set[tuple[tuple[str, ...], ...]]()
    for world, context in prover.worlds(conditions, MOST_PROJECTS) or ():
        asked = _Asked.of(book, gate, context, f" of a project with {in_words(kinds, world)}")
        if asked.quorums and asked.quorums not in told:
            told.add(asked.quorums)
            yield asked


def _thin(path: tuple[str, ...], gate: str, asked: Sequence["_Asked"], roster: Roster) -> Iterator[Finding]:
    """Whose absence alone, or whose two absences together, would keep a gate shut whatever its ladder does."""
    missed = min((who for each in asked if (who := each.indispensable(roster))), key=len, default=())
    if len(missed) == 1:
        sentence = f"The gate '{gate}' cannot open while {missed[0]} is away: nobody may be absent."
        yield warning(path, sentence, "Give one of the roles to somebody else too, or widen the call on the ladder.")
    elif missed:
        one, other = missed
        sentence = f"The gate '{gate}' cannot open while {one} and {other} are both away: one may be absent."
        yield information(path, sentence, "Give one of the roles to somebody else too, if that is too few.")


@dataclass(frozen=True, slots=True)
class _Asked:
    """Whom a gate asks in a tier: alternative sets of roles, who decides, and what the ladder brings later.

    A condition stands unless it surely does not. Manager and sponsor are named project by project:
    each is somebody who holds the role, or else a person of their own.
    """

    of_whom: str
    quorums: tuple[tuple[str, ...], ...]
    decider: str | None
    widened: tuple[str, ...]
    in_person: frozenset[str]
    passed_on: tuple[str, ...]
    raised: tuple[str, ...]
    bars_manager: bool
    advisory: bool

    @classmethod
    def of(cls, book: Rulebook, gate: str, context: Context, of_whom: str) -> "_Asked":
        """Whom the gate asks of a project of which this is known."""
        rule, pmo = book.policy.gates[gate], book.policy.pmo
        tier = str(context.get("tier", ""))
        found = () if pmo is Pmo.DIRECTIVE else ways(book, first_round(gate), context)
        return cls(
            of_whom=of_whom,
            quorums=tuple(tuple(slot.role for slot in way) for way in found),
            decider=book.policy.pmo_role if pmo is Pmo.DIRECTIVE else book.policy.chair_of(gate, tier),
            widened=tuple(step.widen_to for step in rule.ladder if step.widen_to),
            in_person=personal(found),
            passed_on=tuple(step.reassign_to for step in rule.ladder if step.reassign_to),
            raised=tuple(step.raise_to for step in rule.ladder if step.raise_to),
            bars_manager=Participation.MANAGER in rule.approvals.exclude,
            advisory=pmo is Pmo.SUPPORTIVE,
        )

    def unfillable(self, roster: Roster) -> str | None:
        """Why nobody could open the gate, as a sentence about real roles and people; none when it can be."""
        if self.advisory:
            return None
        if self.decider is None and not self.quorums:
            return "The gate asks for no approval at all, and nobody decides it."
        for manager in self._managers(roster):
            if self.quorums and not any(_fits([(role,) for role in way], roster, manager) for way in self.quorums):
                return _witness(min(self.quorums, key=len), roster, manager)
            if self.decider and not _candidates(self.decider, roster, manager):
                return _witness([self.decider], roster, manager)
        return None

    def indispensable(self, roster: Roster) -> tuple[str, ...]:
        """The one or two people without whom the gate stays shut in the end; nobody when it takes more.

        Whoever manages the project counts as somebody else.
        """
        if self.advisory or not self._opens(roster):
            return ()
        few = sorted({person for role in self._scarce(roster) for person in roster.present(role)})
        for size in (1, 2):
            absences = list(combinations(few, size))
            if len(absences) * max(1, len(self.quorums)) > MOST_ABSENCES:
                return ()
            for absent in absences:
                if not self._opens(roster.model_copy(update={"absent": (*roster.absent, *absent)})):
                    return absent
        return ()

    def _opens(self, roster: Roster) -> bool:
        """Whether the people there are can open the gate, at the latest when the ladder has done all it does."""
        if any(_candidates(role, roster, None) for role in self.raised):
            return True
        filled = not self.quorums or any(
            _fits([self._in_the_end(role) for role in way], roster, None) for way in self.quorums
        )
        return filled and (self.decider is None or bool(_candidates(self.decider, roster, None)))

    def _in_the_end(self, role: str) -> tuple[str, ...]:
        """The roles whose people can fill a slot of this role before the ladder has ended."""
        return (role, *self.passed_on, *(() if role in self.in_person else self.widened))

    def _scarce(self, roster: Roster) -> list[str]:
        """The roles that so few hold that one or two absences, or a manager among them, can matter."""
        most = max((len(way) for way in self.quorums), default=1) + 1
        later = {*self.widened, *self.passed_on, *self.raised, self.decider or ""}
        named = {role for way in self.quorums for role in way} | later
        return [role for role in sorted(named) if 0 < len(roster.present(role)) <= most]

    def _managers(self, roster: Roster) -> tuple[str | None, ...]:
        """Who might manage the project and would be missed as an approver; none stands for everybody else."""
        scarce = {person for role in self._scarce(roster) for person in roster.present(role)}
        held = roster.present("project_manager") if self.bars_manager else ()
        return (None, *(person for person in held if person in scarce))


def _candidates(role: str, roster: Roster, manager: str | None) -> tuple[str, ...]:
    people = tuple(person for person in roster.present(role) if person != manager)
    return people or ((f"(the project's {role})",) if role in _POSTS and not roster.holders.get(role) else ())


def _fits(slots: Sequence[tuple[str, ...]], roster: Roster, manager: str | None) -> bool:
    """Whether distinct people can fill the slots, each of which takes some roles."""
    return all_are_served([[who for role in roles for who in _candidates(role, roster, manager)] for roles in slots])


def _witness(roles: Sequence[str], roster: Roster, manager: str | None) -> str:
    asked = {role: roles.count(role) for role in dict.fromkeys(roles)}
    wants = ", ".join(f"{count} x {role}" for role, count in asked.items())
    has = "; ".join(f"{role}: {', '.join(_candidates(role, roster, manager)) or 'nobody'}" for role in asked)
    if manager:
        return f"When {manager} manages the project, it needs distinct people for {wants}, and there are {has}."
    return f"It needs distinct people for {wants}, and there are {has}."
