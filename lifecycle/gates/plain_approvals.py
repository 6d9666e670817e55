"""Who decides, in plain language: bodies, approvals, vetoes, advice and exclusions."""

from collections.abc import Iterable, Iterator
from functools import reduce

from lifecycle.domain.wording import joined, phrase
from lifecycle.gates.policy import Policy
from lifecycle.gates.policy_approvals import AllOf, AnyOf, Approval, AuthorsOf, BodySlot, Panel, Participation, Slot
from lifecycle.gates.policy_gates import Gate


def bodies(policy: Policy) -> Iterator[str]:
    """The bodies of a policy, and the roles that it keeps apart, as Markdown lines."""
    if policy.bodies:
        yield from (phrase("## Bodies"), "")
        for name, body in policy.bodies.items():
            called = f"**{_body(policy, name)}**"
            yield f"- {called}: {body.guidance}" if body.guidance else f"- {called}"
            yield from (phrase("    - Member: {0}", _approval(policy, part)) for part in body.all)
            yield from (phrase("    - {0}", line) for line in _besides(body))
            if body.chair:
                yield phrase("    - Chair: {0}", role_in_words(body.chair))
        yield ""
    if policy.incompatible:
        yield from (phrase("## Roles kept apart"), "")
        yield from (phrase("- Nobody acts under two of: {0}.", _roles(listed)) for listed in policy.incompatible)
        yield ""


def approvals(policy: Policy, gate: Gate) -> Iterator[str]:
    """Who approves a gate, who is heard, who may not, and who takes the decision."""
    asked = gate.approvals
    yield from (phrase("- Approval: {0}", _approval(policy, part)) for part in asked.all)
    yield from (phrase("- {0}", line) for line in _besides(asked))
    excluded = joined(", ", map(_excluded, asked.exclude)) if asked.exclude else phrase("nobody is excluded")
    yield phrase("- May not approve: {0}.", excluded)
    for chair in gate.chairs:
        tiers = [tier for tier, named in gate.chair.items() if named == chair] if isinstance(gate.chair, dict) else []
        decides = phrase("The {0} takes the decision", _body(policy, chair))
        if tiers:
            decides = phrase("{0} in the tier {1}", decides, both(tiers))
        yield phrase("- {0}, by its chair.", decides) if chair in policy.bodies else phrase("- {0}.", decides)
    if gate.call_in:
        yield phrase("- The {0} may call the decision in.", role_in_words(gate.call_in))
    if gate.reauthenticate:
        yield phrase("- Whoever votes or decides proves anew who they are, at most five minutes before.")


def role_in_words(role: str) -> str:
    """A role as people say it."""
    return role.replace("_", " ")


def both(parts: Iterable[str]) -> str:
    """All of some parts."""
    return reduce(lambda before, part: phrase("{0} and {1}", before, part), parts)


def alternatives(parts: Iterable[str]) -> str:
    """Any of some parts."""
    return reduce(lambda before, part: phrase("{0} or {1}", before, part), parts)


def _roles(roles: Iterable[str]) -> str:
    return joined(", ", map(role_in_words, roles))


def _body(policy: Policy, name: str) -> str:
    body = policy.bodies.get(name)
    return body.label if body and body.label else role_in_words(name)


def _besides(panel: Panel) -> Iterator[str]:
    if panel.veto:
        yield phrase("Veto: {0}", _roles(panel.veto))
    if panel.advice:
        yield phrase("Advice, which is recorded and stops nothing: {0}", _roles(panel.advice))
    if panel.rejection == "veto":
        yield phrase("Only a veto sends it back.")
    if panel.dissent_to:
        yield phrase("A no that does not stop it is told at once to the {0}.", role_in_words(panel.dissent_to))


def _excluded(part: Participation | AuthorsOf) -> str:
    if isinstance(part, AuthorsOf):
        return phrase("authors of {0}", role_in_words(part.authors_of))
    return role_in_words(part)


def _approval(policy: Policy, part: Approval) -> str:
    if isinstance(part, Slot):
        role = role_in_words(part.role)
        who = phrase("{0} of {1}", part.count, role) if part.count > 1 else role
        who = phrase("{0}, in person", who) if part.in_person else who
        return _when(phrase("{0}, to be heard", who) if part.heard else who, part.when)
    if isinstance(part, BodySlot):
        return _when(phrase("the {0}", _body(policy, part.body)), part.when)
    if isinstance(part, AllOf):
        return phrase("all of ({0})", _each(policy, part.all))
    if isinstance(part, AnyOf):
        return phrase("any of ({0})", _each(policy, part.any))
    return phrase("at least {0} of ({1})", part.at_least, _each(policy, part.of))


def _each(policy: Policy, parts: tuple[Approval, ...]) -> str:
    return joined("; ", (_approval(policy, part) for part in parts))


def _when(who: str, condition: str | None) -> str:
    return phrase("{0}, when `{1}`", who, condition) if condition else who
