"""The rules that hold for a project as a whole: who may ask, whether it lives, and which facts it may carry."""

import re
from collections.abc import Mapping
from datetime import date, datetime

from lifecycle.domain.commands import SupplyEvidence
from lifecycle.domain.people import Actor, Permission, covers, permissions_of
from lifecycle.domain.project import Status
from lifecycle.domain.values import FactValue
from lifecycle.domain.verdicts import Reason, Refusal
from lifecycle.gates.case import Case, refuse
from lifecycle.gates.conditions import Kind
from lifecycle.gates.machine import project_may
from lifecycle.gates.policy import Fact
from lifecycle.gates.policy_requirements import FormField
from lifecycle.gates.separation import amount_of

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_LARGEST = 2**53
LONGEST_TEXT = 2_000


def actor_is_permitted(case: Case) -> Refusal | None:
    """Only somebody whose role allows it may ask for it."""
    needs = case.asked.needs
    if needs in permissions_of(case.roles) or _gives_what_is_theirs(case):
        return None
    sentence = "None of your roles on this project allows this."
    return refuse(Reason.NOT_PERMITTED, sentence, f"Ask the PMO for a role with the permission {needs}.")


def _gives_what_is_theirs(case: Case) -> bool:
    """Whether the policy asks for this item of evidence from a role of the person, who then needs no other right."""
    if not isinstance(case.command, SupplyEvidence):
        return False
    gate = case.book.policy.gates.get(case.command.gate)
    rule = gate.evidence.get(case.command.evidence.item) if gate else None
    return rule is not None and rule.by in case.roles


def directory_is_current(case: Case) -> Refusal | None:
    """Roles that were read before the directory last changed do not count."""
    if case.asked.actor.directory_version >= case.state.directory_version:
        return None
    sentence = "Roles have changed since yours were read."
    return refuse(Reason.STALE_DIRECTORY, sentence, "Send the request again.")


def delegation_is_valid(case: Case) -> Refusal | None:
    """Who acts for another needs that person's own delegation, running now, for this project and this amount."""
    amount = amount_of(case.book.policy, case.state)
    return misdelegated(case.asked.actor, case.state.project, case.state.portfolio, amount, case.now)


def misdelegated(actor: Actor, project: str, portfolio: str, amount: FactValue | None, now: datetime) -> Refusal | None:
    """What is wrong with acting for somebody on a project of this amount, as a refusal; none in one's own name."""
    if actor.acting_for is None:
        return None
    given = actor.delegation
    remedy = f"Ask {actor.acting_for} or the PMO director for a delegation that covers this project today."
    if given is None or given.receiver != actor.person:
        return refuse(Reason.DELEGATION_INVALID, f"{actor.acting_for} has not delegated to you.", remedy)
    if given.giver != actor.acting_for:
        sentence = f"A delegation by {given.giver} passes on nothing that {actor.acting_for} delegated to them."
        return refuse(Reason.DELEGATION_CASCADE, sentence, remedy)
    if given.giver == given.receiver:
        return refuse(Reason.DELEGATION_INVALID, "Nobody can delegate to themselves.", "Act in your own name.")
    if not given.running(now):
        return refuse(Reason.DELEGATION_INVALID, "The delegation has not begun or has ended.", remedy)
    if not covers(given.scope, project, portfolio):
        return refuse(Reason.DELEGATION_INVALID, "The delegation does not cover this project.", remedy)
    if not given.reaches(amount):
        sentence = "The project's amount is above the delegation's limit, or not known."
        return refuse(Reason.DELEGATION_INVALID, sentence, remedy)
    return None


def state_was_seen(case: Case) -> Refusal | None:
    """A request that was made on an older state of the project is not carried out."""
    seen = case.asked.expected_version
    if seen is None or seen == case.state.seq:
        return None
    sentence = f"The project has changed since you looked (you saw version {seen}, it is at {case.state.seq})."
    return refuse(Reason.STALE, sentence, "Look at the project again, then repeat the request.")


def project_lives(case: Case) -> Refusal | None:
    """A closed or killed project takes no more commands, except at its benefits gates."""
    if not case.state.is_over or (case.state.status is Status.CLOSED and case.is_after_closing):
        return None
    return refuse(Reason.PROJECT_OVER, f"The project is {case.state.status}.", "Register a new project to go on.")


def project_was_not_killed(case: Case) -> Refusal | None:
    """A killed project is history."""
    if case.state.status is not Status.KILLED:
        return None
    return refuse(Reason.PROJECT_OVER, "The project was killed.", "Register a new project to go on.")


def project_is_not_on_hold(case: Case) -> Refusal | None:
    """While a project is on hold its gates rest."""
    if case.state.status is not Status.ON_HOLD:
        return None
    return refuse(Reason.PROJECT_ON_HOLD, "The project is on hold.", "Resume the project first.")


def project_can_be_held(case: Case) -> Refusal | None:
    """Only an active project can be put on hold."""
    if project_may("hold", case.state.status):
        return None
    return refuse(Reason.PROJECT_ON_HOLD, f"The project is {case.state.status}.", "Resume it, or leave it as it is.")


def project_can_be_resumed(case: Case) -> Refusal | None:
    """Only a project on hold can be resumed."""
    if project_may("resume", case.state.status):
        return None
    return refuse(Reason.NOT_ON_HOLD, "The project is not on hold.", "There is nothing to resume.")


def review_lies_ahead(case: Case) -> Refusal | None:
    """A hold is reviewed on a day to come."""
    if case.command.review_at is None or case.command.review_at > case.now:
        return None
    return refuse(Reason.WRONG_VALUE, "The review date lies in the past.", "Name a later date, or none.")


def something_is_amended(case: Case) -> Refusal | None:
    """An amendment changes something."""
    asked = case.command
    before = {name: case.state.facts.get(name) for name in asked.facts}
    named = [(value, getattr(case.state, key)) for key in _NAMED if (value := getattr(asked, key)) is not None]
    if before != asked.facts or any(new != old for new, old in named):
        return None
    return refuse(Reason.NOTHING_CHANGED, "Everything you sent is already so.", "There is nothing to do.")


_NAMED = ("name", "portfolio", "manager", "sponsor")


def posts_are_the_offices(case: Case) -> Refusal | None:
    """Who manages, sponsors or owns a project is named by the office, not by the project."""
    asked = case.command
    if asked.manager is None and asked.sponsor is None and asked.portfolio is None:
        return None
    if Permission.PROJECT_REGISTER in permissions_of(case.roles):
        return None
    sentence = "The manager, the sponsor and the portfolio are named by the PMO."
    return refuse(Reason.NOT_PERMITTED, sentence, "Ask the PMO to name them.")


def facts_fit(case: Case) -> Refusal | None:
    """A project carries only the facts that its policy declares, in the declared form."""
    return wrong_fact(case.book.policy.facts, case.command.facts)


def fact_is_not_a_gates(case: Case) -> Refusal | None:
    """A fact that gates decide is changed by a gate alone."""
    owned = sorted(name for name in case.command.facts if case.book.policy.facts[name].by_gates)
    if not owned:
        return None
    sentence = f"'{owned[0]}' is what a gate has decided."
    return refuse(Reason.NOT_PERMITTED, sentence, "Have it decided at the gate that sets it.")


def wrong_fact(declared: Mapping[str, Fact], facts: Mapping[str, FactValue | None]) -> Refusal | None:
    """The first fact that is not declared or not in its form, as a refusal."""
    for name in sorted(facts):
        value = facts[name]
        if name not in declared:
            remedy = f"Use one of: {', '.join(sorted(declared)) or 'none, the policy declares no facts'}."
            return refuse(Reason.UNKNOWN_FACT, f"The policy declares no fact '{name}'.", remedy)
        if value is not None and (expected := misfit(declared[name], value)):
            return refuse(Reason.WRONG_VALUE, f"'{value}' is no value for '{name}'."[:300], f"Give {expected}.")
    return None


def misfit(declared: Fact | FormField, value: FactValue) -> str | None:
    """What was expected instead of this value; none when it fits."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= _LARGEST
    fits = {
        Kind.BOOLEAN: isinstance(value, bool),
        Kind.INTEGER: is_number and isinstance(value, int),
        Kind.MONEY: is_number and isinstance(value, int),
        Kind.NUMBER: is_number,
        Kind.TEXT: isinstance(value, str) and len(value) <= LONGEST_TEXT,
        Kind.CHOICE: value in declared.of and isinstance(value, str),
        Kind.DATE: isinstance(value, str) and _is_date(value),
    }
    return None if fits[declared.type] else _EXPECTED[declared.type].format(values=", ".join(declared.of))


_EXPECTED = {
    Kind.BOOLEAN: "true or false",
    Kind.INTEGER: "a whole number",
    Kind.MONEY: "a whole number of the currency's smallest unit (pence, cents)",
    Kind.NUMBER: "a number",
    Kind.TEXT: f"a text of at most {LONGEST_TEXT} characters",
    Kind.CHOICE: "one of: {values}",
    Kind.DATE: "a date that exists, as YYYY-MM-DD",
}


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
