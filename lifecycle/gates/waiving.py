"""What a waiver could be had of, beside the way to a go: an alternative to ask for, never the way itself."""

from datetime import timedelta
from typing import Final

from lifecycle.domain.values import Names, Value
from lifecycle.gates.criteria import findings_of, missing
from lifecycle.gates.findings import Finding
from lifecycle.gates.journey import Journey, Said, StuckError

_LONG: Final = timedelta(days=30)


class Waivable(Value):
    """A requirement that keeps a gate shut, and who could have it waived: `by` asks, one of `granters` grants.

    `role` is whose it is to grant.
    """

    requirement: str
    label: str
    role: str
    by: str
    granters: Names


def waivable_now(journey: Journey, gate: str) -> tuple[Waivable, ...]:
    """What a waiver could be asked for at a gate as the project stands, where somebody is there who could grant it."""
    round_, rule = journey.state.rounds.get(gate), journey.book.policy.gates[gate]
    if round_ is None or not round_.is_open:
        return ()
    lacking = missing(findings_of(journey.book, journey.state, round_, journey.now))
    tried = (_tried(journey, gate, finding) for finding in lacking if finding.requirement in rule.waivable)
    return tuple(found for found in tried if found)


def _tried(journey: Journey, gate: str, finding: Finding) -> Waivable | None:
    """Have the waiver asked for, see who could grant it, and leave everything as it was."""
    role, mark = journey.book.policy.waives_at(gate, finding.requirement), journey.mark()
    about = {"gate": gate, "requirement": finding.requirement, "reason": "It cannot be had in time."}
    terms = {"compensating_control": "To be agreed.", "expires": journey.now + _LONG}
    try:
        journey.ask(journey.managers, "ask_for_waiver", Said(f"Ask for a waiver of {finding.label}.", gate), **about)
    except StuckError:
        return None
    asked = {"type": "grant_waiver", "id": "waiver", **about, **terms}
    holders = dict.fromkeys(journey.holders(role))
    granters = tuple(holder for holder in holders if journey.may(journey.command(holder, asked)))
    by = journey.legs[-1].by
    journey.back_to(mark)
    if not by or not granters:
        return None
    return Waivable(requirement=finding.requirement, label=finding.label, role=role, by=by, granters=granters)
