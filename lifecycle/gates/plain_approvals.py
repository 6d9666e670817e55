"""Who decides, in plain language: bodies, approvals, vetoes, advice and exclusions."""

from collections.abc import Iterator

from lifecycle.gates.policy import Policy
from lifecycle.gates.policy_approvals import AllOf, AnyOf, Approval, AuthorsOf, BodySlot, Panel, Participation, Slot
from lifecycle.gates.policy_gates import Gate


def bodies(policy: Policy) -> Iterator[str]:
    """The bodies of a policy, and the roles that it keeps apart, as Markdown lines."""
    if policy.bodies:
        yield from ("## Bodies", "")
        for name, body in policy.bodies.items():
            yield f"- **{_body(policy, name)}**{': ' + body.guidance if body.guidance else ''}"
            yield from (f"    - Member: {_approval(policy, part)}" for part in body.all)
            yield from (f"    - {line}" for line in _besides(body))
            if body.chair:
                yield f"    - Chair: {role_in_words(body.chair)}"
        yield ""
    if policy.incompatible:
        yield from ("## Roles kept apart", "")
        for listed in policy.incompatible:
            yield f"- Nobody acts under two of: {', '.join(map(role_in_words, listed))}."
        yield ""


def approvals(policy: Policy, gate: Gate) -> Iterator[str]:
    """Who approves a gate, who is heard, who may not, and who takes the decision."""
    asked = gate.approvals
    yield from (f"- Approval: {_approval(policy, part)}" for part in asked.all)
    yield from (f"- {line}" for line in _besides(asked))
    yield f"- May not approve: {', '.join(map(_excluded, asked.exclude)) or 'nobody is excluded'}."
    for chair in gate.chairs:
        tiers = [tier for tier, named in gate.chair.items() if named == chair] if isinstance(gate.chair, dict) else []
        where = f" in the tier {' and '.join(tiers)}" if tiers else ""
        if chair in policy.bodies:
            yield f"- The {_body(policy, chair)} takes the decision{where}, by its chair."
        else:
            yield f"- The {role_in_words(chair)} takes the decision{where}."
    if gate.call_in:
        yield f"- The {role_in_words(gate.call_in)} may call the decision in."
    if gate.reauthenticate:
        yield "- Whoever votes or decides proves anew who they are, at most five minutes before."


def role_in_words(role: str) -> str:
    """A role as people say it."""
    return role.replace("_", " ")


def _body(policy: Policy, name: str) -> str:
    body = policy.bodies.get(name)
    return body.label if body and body.label else role_in_words(name)


def _besides(panel: Panel) -> Iterator[str]:
    if panel.veto:
        yield f"Veto: {', '.join(map(role_in_words, panel.veto))}"
    if panel.advice:
        yield f"Advice, which is recorded and stops nothing: {', '.join(map(role_in_words, panel.advice))}"
    if panel.rejection == "veto":
        yield "Only a veto sends it back."
    if panel.dissent_to:
        yield f"A no that does not stop it is told at once to the {role_in_words(panel.dissent_to)}."


def _excluded(part: Participation | AuthorsOf) -> str:
    return f"authors of {role_in_words(part.authors_of)}" if isinstance(part, AuthorsOf) else role_in_words(part)


def _approval(policy: Policy, part: Approval) -> str:
    if isinstance(part, Slot):
        count = f"{part.count} of " if part.count > 1 else ""
        how = [", in person"] * part.in_person + [", to be heard"] * part.heard
        return f"{count}{role_in_words(part.role)}{''.join(how)}{_when(part.when)}"
    if isinstance(part, BodySlot):
        return f"the {_body(policy, part.body)}{_when(part.when)}"
    if isinstance(part, AllOf):
        return f"all of ({_each(policy, part.all)})"
    if isinstance(part, AnyOf):
        return f"any of ({_each(policy, part.any)})"
    return f"at least {part.at_least} of ({_each(policy, part.of)})"


def _each(policy: Policy, parts: tuple[Approval, ...]) -> str:
    return "; ".join(_approval(policy, part) for part in parts)


def _when(condition: str | None) -> str:
    return f", when `{condition}`" if condition else ""
