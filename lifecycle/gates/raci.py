"""Who is responsible, accountable, consulted and informed at each gate, and what a role may do: from the data."""

from collections.abc import Iterable, Iterator

from lifecycle.domain.values import Names, Value
from lifecycle.gates.plain_approvals import role_in_words
from lifecycle.gates.policy import Pmo, Policy
from lifecycle.gates.policy_approvals import BodySlot, Panel, Slot, leaves

MANAGER = "project_manager"


class Raci(Value):
    """The roles of one gate.

    `responsible` supply and submit, `accountable` approve, veto or take the decision, `consulted` are heard, and
    `informed` are told when time runs out or somebody dissents.
    """

    gate: str
    label: str
    responsible: Names
    accountable: Names
    consulted: Names
    informed: Names


class Powers(Value):
    """What a role may do at a gate, in words."""

    gate: str
    label: str
    words: tuple[str, ...]


def raci(policy: Policy) -> tuple[Raci, ...]:
    """One line a gate, in the policy's order; whoever is accountable is not named as consulted besides."""
    return tuple(_raci(policy, name) for name in policy.gates)


def powers(policy: Policy, roles: Iterable[str]) -> tuple[Powers, ...]:
    """What somebody with these roles may do, gate by gate; gates at which they may do nothing are left out."""
    held = frozenset(roles)
    found = (
        Powers(gate=name, label=gate.called(name), words=tuple(_powers(policy, name, held)))
        for name, gate in policy.gates.items()
    )
    return tuple(each for each in found if each.words)


def as_table(policy: Policy) -> Iterator[str]:
    """The table as Markdown."""
    yield "| gate | responsible | accountable | consulted | informed |"
    yield "|---|---|---|---|---|"
    for line in raci(policy):
        cells = (line.responsible, line.accountable, line.consulted, line.informed)
        yield f"| {line.label} | {' | '.join(_listed(roles) for roles in cells)} |"


def _listed(roles: Names) -> str:
    return ", ".join(map(role_in_words, roles)) or "-"


def _raci(policy: Policy, name: str) -> Raci:
    gate = policy.gates[name]
    accountable = {*_deciders(policy, name), *_approvers(policy, name), *_vetoes(policy, name)}
    steps = (*gate.submit_ladder, *gate.ladder)
    told = {step.role for step in steps if step.role} | {p.dissent_to for p in _panels(policy, name) if p.dissent_to}
    return Raci(
        gate=name,
        label=gate.called(name),
        responsible=(MANAGER, *(rule.by for rule in gate.evidence.values() if rule.by)),
        accountable=tuple(accountable),
        consulted=tuple(_heard(policy, name) - accountable),
        informed=tuple(told - accountable),
    )


def _powers(policy: Policy, name: str, held: frozenset[str]) -> Iterator[str]:
    gate = policy.gates[name]
    supplies = [rule.label or item.replace("_", " ") for item, rule in gate.evidence.items() if rule.by in held]
    if supplies:
        yield f"supply {', '.join(supplies)}"
    if held & _deciders(policy, name):
        yield "take the decision"
    if held & _approvers(policy, name):
        yield "approve"
    if held & _vetoes(policy, name):
        yield "veto"
    if held & _heard(policy, name):
        yield "be heard"
    if gate.call_in in held:
        yield "call the decision in"
    if held & set(policy.waivers_at(name).values()):
        yield "grant waivers"
    for step in gate.ladder:
        if step.role in held and not step.notify:
            yield f"{'decide' if step.raise_to else 'approve'}, once the ladder comes to it"


def _panels(policy: Policy, name: str) -> tuple[Panel, ...]:
    """The gate's own panel, and the bodies that it calls."""
    asked = policy.gates[name].approvals
    called = [policy.bodies[leaf.body] for leaf in leaves(asked.all) if isinstance(leaf, BodySlot)]
    return (asked, *called)


def _seats(policy: Policy, name: str) -> Iterator[Slot]:
    for panel in _panels(policy, name):
        yield from (leaf for leaf in leaves(panel.all) if isinstance(leaf, Slot))


def _deciders(policy: Policy, name: str) -> set[str]:
    if policy.pmo is Pmo.DIRECTIVE:
        return {policy.pmo_role}
    if policy.pmo is Pmo.SUPPORTIVE:
        return {MANAGER}
    return {*policy.chairs_of(name)}


def _approvers(policy: Policy, name: str) -> set[str]:
    return {slot.role for slot in _seats(policy, name) if not slot.heard}


def _vetoes(policy: Policy, name: str) -> set[str]:
    return {role for panel in _panels(policy, name) for role in panel.veto}


def _heard(policy: Policy, name: str) -> set[str]:
    heard = {slot.role for slot in _seats(policy, name) if slot.heard}
    return heard | {role for panel in _panels(policy, name) for role in panel.advice}
