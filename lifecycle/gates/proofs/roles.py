"""Whether the roles that a policy names are meant: misspelt ones, ones that nobody has, and ones that cannot act."""

from collections.abc import Iterator

from lifecycle.domain.people import ROLE_PERMISSIONS, Permission, Roster, permissions_of
from lifecycle.gates.lookalikes import is_slip
from lifecycle.gates.policy import Pmo, Policy
from lifecycle.gates.policy_approvals import Panel, Participation, Slot, placed
from lifecycle.gates.policy_gates import Gate
from lifecycle.gates.proofs.finding import Finding, Path, error, warning

MOST_ROLES = 300
"""Among more roles than these no slip is looked for."""
_MANAGER = "project_manager"
_POSTS = (_MANAGER, "sponsor")


def roles(policy: Policy) -> Iterator[Finding]:
    """Roles that are probably misspelt, and roles that decide or waive without being able to."""
    yield from _misspelt(policy)
    for name, gate in policy.gates.items():
        if gate.chairs and policy.pmo is not Pmo.CONTROLLING:
            yield _unheard(policy, ("gates", name, "chair"), " or ".join(policy.chairs_of(name)))
        elif _MANAGER in policy.chairs_of(name) and Participation.MANAGER in gate.approvals.exclude:
            sentence = "The project manager takes part in every round, is excluded here, and so can never decide."
            yield error(("gates", name, "chair"), sentence, "Name another role, or take 'manager' out of 'exclude'.")
        for waives, path in _waiving(gate):
            if Permission.WAIVER_GRANT not in permissions_of([waives]):
                sentence = f"The {waives.replace('_', ' ')} may not grant waivers."
                yield error(("gates", name, *path), sentence, "Name a gatekeeper's role, or leave it to the PMO's.")


def unheld(policy: Policy, roster: Roster) -> Iterator[Finding]:
    """Roles beside the quorums that nobody holds, and so nobody fills."""
    seen: set[str] = set()
    for role, path in named(policy):
        is_beside = {"veto", "advice", "dissent_to", "call_in", "waivers_by", "waived_by"} & set(map(str, path[2:]))
        if is_beside and role not in _POSTS and role not in seen and not roster.present(role):
            seen.add(role)
            yield warning(path, f"Nobody holds the role '{role}'.", "Give it to somebody, or correct its name.", role)


def named(policy: Policy) -> Iterator[tuple[str, Path]]:
    """Every place at which a policy names a role."""
    yield policy.pmo_role, ("pmo_role",)
    for number, listed in enumerate(policy.incompatible):
        yield from ((role, ("incompatible", number, place)) for place, role in enumerate(listed))
    for name, body in policy.bodies.items():
        yield from _of_panel(("bodies", name), body)
        if body.chair:
            yield body.chair, ("bodies", name, "chair")
    for name, gate in policy.gates.items():
        yield from _of_panel(("gates", name, "approvals"), gate.approvals)
        yield from _of_gate(policy, ("gates", name), gate)


def _of_panel(at: Path, panel: Panel) -> Iterator[tuple[str, Path]]:
    for path, part in placed(panel.all, (*at, "all")):
        if isinstance(part, Slot):
            yield part.role, (*path, "role")
    yield from ((role, (*at, "veto", number)) for number, role in enumerate(panel.veto))
    yield from ((role, (*at, "advice", number)) for number, role in enumerate(panel.advice))
    if panel.dissent_to:
        yield panel.dissent_to, (*at, "dissent_to")


def _of_gate(policy: Policy, at: Path, gate: Gate) -> Iterator[tuple[str, Path]]:
    chairs = [(path, role) for path, role in _chairs(gate) if role not in policy.bodies]
    yield from ((role, (*at, *path)) for path, role in chairs)
    if gate.call_in:
        yield gate.call_in, (*at, "call_in")
    yield from ((role, (*at, *path)) for role, path in _waiving(gate))
    for item, rule in gate.evidence.items():
        if rule.by:
            yield rule.by, (*at, "evidence", item, "by")
    for key, ladder in (("submit_ladder", gate.submit_ladder), ("ladder", gate.ladder)):
        for number, step in enumerate(ladder):
            if step.role:
                yield step.role, (*at, key, number)


def _waiving(gate: Gate) -> Iterator[tuple[str, Path]]:
    """Who is said to waive, for the gate and for single requirements."""
    if gate.waivers_by:
        yield gate.waivers_by, ("waivers_by",)
    for key, parts in (("evidence", gate.evidence), ("criteria", gate.criteria)):
        yield from ((rule.waived_by, (key, name, "waived_by")) for name, rule in parts.items() if rule.waived_by)


def _chairs(gate: Gate) -> list[tuple[Path, str]]:
    if isinstance(gate.chair, dict):
        return [(("chair", tier), role) for tier, role in gate.chair.items()]
    return [(("chair",), gate.chair)] if gate.chair else []


def _misspelt(policy: Policy) -> Iterator[Finding]:
    """A role that is named once, and nearly as another that the office knows or the policy names more often."""
    places: dict[str, list[Path]] = {}
    for role, path in named(policy):
        places.setdefault(role, []).append(path)
    if len(places) > MOST_ROLES:
        return
    usual = [*ROLE_PERMISSIONS, *(role for role, at in places.items() if len(at) > 1)]
    for role, at in places.items():
        meant = next((other for other in usual if is_slip(role, other)), None)
        if len(at) == 1 and meant and role not in ROLE_PERMISSIONS:
            sentence = f"The role '{role}' is named here alone, and looks like '{meant}'."
            yield warning(at[0], sentence, f"Write '{meant}' if it is meant.", role)


def _unheard(policy: Policy, at: Path, chair: str) -> Finding:
    decides = policy.pmo_role if policy.pmo is Pmo.DIRECTIVE else _MANAGER
    sentence = (
        f"The PMO is {policy.pmo}: the {decides.replace('_', ' ')} decides, and not the {chair.replace('_', ' ')}."
    )
    return warning(at, sentence, "Leave the chair out, or write 'pmo: controlling'.")
