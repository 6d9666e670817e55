"""The rules of conditions: who proves what was promised, and who accepts the proof."""

from lifecycle.domain.project import ConditionStatus
from lifecycle.domain.verdicts import Reason, Refusal
from lifecycle.gates.case import Case, refuse
from lifecycle.gates.quorums import named_roles


def condition_is_known(case: Case) -> Refusal | None:
    """A condition is one that a decision has set."""
    if case.command.condition in case.state.conditions:
        return None
    sentence = "This project has no such condition."
    return refuse(
        Reason.UNKNOWN_CONDITION, sentence, f"Use one of: {', '.join(sorted(case.state.conditions)) or 'none'}."
    )


def condition_awaits_proof(case: Case) -> Refusal | None:
    """Proof is given for a condition that is not settled yet."""
    status = case.state.conditions[case.command.condition].status
    if status in (ConditionStatus.OPEN, ConditionStatus.MISSED):
        return None
    return refuse(Reason.NOTHING_CHANGED, f"The condition is already {status}.", "There is nothing to prove.")


def owner_proves(case: Case) -> Refusal | None:
    """A condition is proved by its owner or the project manager."""
    owner = case.state.conditions[case.command.condition].owner
    if {owner, case.state.manager} & set(case.asked.actor.people):
        return None
    return refuse(
        Reason.NOT_CONDITION_OWNER, "This condition is not yours to prove.", f"Ask {owner} to supply the proof."
    )


def condition_is_proved(case: Case) -> Refusal | None:
    """Only a proof that was given can be accepted or sent back."""
    condition = case.state.conditions[case.command.condition]
    if condition.status is not ConditionStatus.MET and condition.proof is not None:
        return None
    return refuse(Reason.NOT_PROVED, "No proof awaits acceptance.", "Wait for the owner's proof.")


def nobody_accepts_their_own_proof(case: Case) -> Refusal | None:
    """Who owes or proved a condition, or acts for one who did, does not accept the proof."""
    condition = case.state.conditions[case.command.condition]
    if not {condition.owner, *condition.proved_by} & set(case.asked.actor.people):
        return None
    return refuse(
        Reason.OWN_PROOF, "You owe or proved this condition yourself.", "Ask another gatekeeper to accept it."
    )


def gatekeeper_accepts(case: Case) -> Refusal | None:
    """A proof is accepted by a gatekeeper of the gate that set the condition, or by the PMO."""
    policy, gate = case.book.policy, case.state.conditions[case.command.condition].gate
    roles = {policy.pmo_role, *(named_roles(policy, gate) if gate in policy.gates else ())}
    if roles & case.roles:
        return None
    return refuse(Reason.NOT_PERMITTED, "You are no gatekeeper of that gate.", f"Ask: {', '.join(sorted(roles))}.")
