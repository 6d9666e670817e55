"""What a PMO learns about who decides: bodies, roles that can act, exclusions that contradict, what silence does."""

from collections.abc import Iterator

from lifecycle.domain.people import ROLE_PERMISSIONS, Permission, Roster, permissions_of
from lifecycle.domain.project import Outcome
from lifecycle.gates.policy import Policy
from lifecycle.gates.policy_approvals import AuthorsOf, BodySlot, leaves
from lifecycle.gates.proofs.finding import Finding, Path, error, warning
from lifecycle.gates.quorums import named_roles, slots_of


def references(policy: Policy) -> Iterator[Finding]:
    """Every body and gate that approvals name is declared, and no name is a body's and a role's at once."""
    for number, roles in enumerate(policy.incompatible):
        if len(roles) < 2:
            yield error(("incompatible", number), "One role alone goes ill with nothing.", "Name two roles or more.")
    for name, gate in policy.gates.items():
        at: Path = ("gates", name)
        for part in leaves(gate.approvals.all):
            if isinstance(part, BodySlot) and part.body not in policy.bodies:
                remedy = f"Use one of: {', '.join(policy.bodies) or 'none is declared under bodies'}."
                yield error((*at, "approvals"), f"There is no body '{part.body}'.", remedy)
        slots = list(slots_of(policy, name))
        if slots and all(slot.heard for slot in slots):
            sentence = "Everybody is only heard here, and nobody approves."
            yield error((*at, "approvals"), sentence, "Leave 'heard' out for somebody.")
        earlier = [part.authors_of for part in gate.approvals.exclude if isinstance(part, AuthorsOf)]
        for other in earlier:
            if other not in policy.gates:
                yield error(
                    (*at, "approvals"), f"There is no gate '{other}'.", f"Use one of: {', '.join(policy.gates)}."
                )
        for chair in gate.chairs:
            if chair in policy.bodies and policy.bodies[chair].chair is None:
                sentence = f"The body '{chair}' has no chair to take the decision."
                yield error((*at, "chair"), sentence, "Give the body a 'chair', or name a role.")
        yield from _silence(policy, name)
    yield from _without_a_no(policy)


def _without_a_no(policy: Policy) -> Iterator[Finding]:
    """Who may send a gate back: where only a veto does, somebody has one; and nobody judges what they made."""
    for name, gate in policy.gates.items():
        calls = {part.body for part in leaves(gate.approvals.all) if isinstance(part, BodySlot)} & policy.bodies.keys()
        panels = (gate.approvals, *(policy.bodies[body] for body in sorted(calls)))
        if all(panel.rejection == "veto" and not panel.veto for panel in panels) and gate.approvals.all:
            sentence = "Only a veto sends this gate back, and nobody has one: no vote says no."
            remedy = "Give somebody a 'veto', or leave 'rejection' out."
            yield warning(("gates", name, "approvals"), sentence, remedy)
        if gate.approvals.all and not gate.approvals.exclude:
            sentence = "Nobody is excluded: whoever manages, submits or writes the evidence may approve it."
            remedy = "Leave 'exclude' out, or list who took part and may not approve."
            yield warning(("gates", name, "approvals", "exclude"), sentence, remedy)


def _silence(policy: Policy, name: str) -> Iterator[Finding]:
    """What silence decides, the gate can decide; and where it may be kept from deciding, something follows."""
    gate = policy.gates[name]
    for number, step in enumerate(gate.ladder):
        if step.decide is None:
            continue
        at = ("gates", name, "ladder", number, "decide")
        if step.decide not in gate.decisions:
            remedy = f"Choose one of: {', '.join(gate.decisions)}."
            yield error(at, f"The gate cannot decide {step.decide}.", remedy)
        elif step.decide is Outcome.GO and number == len(gate.ladder) - 1:
            sentence = "Silence opens no gate whose criteria are not met, and nothing follows then."
            yield warning(at, sentence, "Add a last step with 'hold' or 'raise_to'.")


def able(policy: Policy) -> Iterator[Finding]:
    """Whoever is called may vote at all, and every name is a role's or a body's."""
    for name, gate in policy.gates.items():
        steps = [
            step.role for step in gate.ladder if step.role and (step.widen_to or step.reassign_to or step.raise_to)
        ]
        steps += [gate.call_in] if gate.call_in else []
        for role in sorted({*(slot.role for slot in slots_of(policy, name)), *steps}):
            if role in ROLE_PERMISSIONS and Permission.GATE_VOTE not in permissions_of([role]):
                sentence = f"The gate asks the {role.replace('_', ' ')} for a vote, who may prepare gates but not vote."
                yield error(("gates", name, "approvals"), sentence, "Ask a gatekeeper's role.", role)
    roles = {role for name in policy.gates for role in named_roles(policy, name)}
    for name in sorted(roles & policy.bodies.keys()):
        yield error(("bodies", name), f"'{name}' is a body's name and a role's.", "Give one of them another name.")
    called = {
        part.body for gate in policy.gates.values() for part in leaves(gate.approvals.all) if isinstance(part, BodySlot)
    }
    chairs = {chair for gate in policy.gates.values() for chair in gate.chairs}
    for name in policy.bodies.keys() - called - chairs:
        yield warning(("bodies", name), f"No gate calls the body '{name}'.", "Call it, or remove it.")


def people(policy: Policy, roster: Roster) -> Iterator[Finding]:
    """Nobody holds roles that go ill together, and evidence that is a role's to give has somebody to give it."""
    for number, listed in enumerate(policy.incompatible):
        held = {role: set(roster.holders.get(role, ())) for role in listed}
        both = sorted({who for role in listed for other in listed if role < other for who in held[role] & held[other]})
        if both:
            sentence = f"Somebody holds several of {', '.join(listed)}, and so can act under none of them."
            remedy = "Take all but one of these roles from them."
            yield warning(("incompatible", number), sentence, remedy, ", ".join(both))
    for name, gate in policy.gates.items():
        for item, rule in gate.evidence.items():
            if rule.by and rule.by != "sponsor" and not roster.present(rule.by):
                sentence = f"Nobody can give '{item}': nobody holds the role '{rule.by}'."
                yield warning(("gates", name, "evidence", item, "by"), sentence, "Give the role to somebody.", rule.by)
