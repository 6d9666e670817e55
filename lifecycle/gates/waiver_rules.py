"""The rules of waivers: who may ask for one, grant, decline or revoke it, and of which requirement."""

from lifecycle.domain.verdicts import Reason, Refusal
from lifecycle.gates.case import Case, refuse
from lifecycle.gates.criteria import findings_of, missing


def requirement_can_be_waived(case: Case) -> Refusal | None:
    """A waiver is of a requirement of the gate that the policy lets be waived."""
    waivable = case.gate.waivable
    if case.command.requirement in waivable:
        return None
    sentence = f"'{case.command.requirement}' cannot be waived here."
    return refuse(Reason.NOT_WAIVABLE, sentence, f"What can be: {', '.join(waivable) or 'nothing'}.")


def waiver_ends_ahead(case: Case) -> Refusal | None:
    """A waiver ends on a day to come."""
    if case.command.expires > case.now:
        return None
    return refuse(Reason.WRONG_VALUE, "The waiver would already have expired.", "Give it a later end.")


def waiver_is_the_granters(case: Case) -> Refusal | None:
    """A waiver is granted, declined and revoked by the role that its requirement names, or the gate, else the PMO's."""
    role = case.book.policy.waives_at(case.command.gate, case.command.requirement)
    if role in case.roles:
        return None
    return refuse(Reason.NOT_PERMITTED, f"Waivers here are the {role}'s to grant.", f"Ask the {role}.", (role,))


def waiver_is_needed(case: Case) -> Refusal | None:
    """Nobody asks for a waiver of what does not keep the gate shut."""
    lacking = missing(findings_of(case.book, case.state, case.round, case.now))
    if any(finding.requirement == case.command.requirement for finding in lacking):
        return None
    sentence = f"'{case.command.requirement}' does not keep the gate shut."
    return refuse(Reason.NO_WAIVER_NEEDED, sentence, "See on the gate's page what does.")


def waiver_is_asked_for_once(case: Case) -> Refusal | None:
    """A request that awaits its answer is not made again."""
    request = case.round.request_for(case.command.requirement)
    if request is None:
        return None
    sentence = f"A waiver of '{case.command.requirement}' has been asked for already."
    return refuse(Reason.WAIVER_ASKED_ALREADY, sentence, f"Wait for the answer of the {request.role}.", (request.role,))


def waiver_was_asked_for(case: Case) -> Refusal | None:
    """Only what was asked for is declined."""
    if case.round.request_for(case.command.requirement):
        return None
    sentence = f"Nobody has asked for a waiver of '{case.command.requirement}'."
    return refuse(Reason.UNKNOWN_WAIVER, sentence, "See on the gate's page what was asked for.")


def nobody_grants_their_own_request(case: Case) -> Refusal | None:
    """Whoever asked for a waiver, or had it asked for, does not grant it."""
    request = case.round.request_for(case.command.requirement)
    if request is None or not set(request.asked_by) & set(case.asked.actor.people):
        return None
    sentence = "You asked for this waiver, or act for somebody who did."
    return refuse(Reason.OWN_REQUEST, sentence, "Leave it to another holder of the role.")


def a_waiver_stands(case: Case) -> Refusal | None:
    """Only a waiver that stands is revoked."""
    if case.state.waivers_of(case.command.gate, case.command.requirement, case.now):
        return None
    sentence = f"No waiver of '{case.command.requirement}' stands here."
    return refuse(Reason.UNKNOWN_WAIVER, sentence, "See on the gate's page which waivers there are.")
