"""The rules of a gate before its decision: what may be opened, supplied, submitted and answered."""

from lifecycle.domain.evidence import EvidenceKind
from lifecycle.domain.verdicts import Reason, Refusal
from lifecycle.gates.approval_rules import keep_apart
from lifecycle.gates.case import Case, refuse
from lifecycle.gates.criteria import findings_of, missing, missing_evidence
from lifecycle.gates.machine import round_may
from lifecycle.gates.policy import Pmo
from lifecycle.gates.policy_gates import GateKind
from lifecycle.gates.rulebook import context_of
from lifecycle.gates.rules import misfit
from lifecycle.gates.separation import clashing

ON_REQUEST = (GateKind.CHANGE, GateKind.EXCEPTION, GateKind.REVIEW)
"""The kinds of gates that people open."""


def gate_is_known(case: Case) -> Refusal | None:
    """A gate is one of the project's policy."""
    known = case.book.policy.gates
    if case.command.gate in known:
        return None
    return refuse(Reason.UNKNOWN_GATE, "The policy has no such gate.", f"Use one of: {', '.join(sorted(known))}.")


def gate_opens_on_request(case: Case) -> Refusal | None:
    """Changes, reviews and exceptions are opened on request, in the stages they are for; others open by themselves."""
    if case.gate.kind not in ON_REQUEST:
        sentence = f"The gate {case.label} opens by itself."
        return refuse(Reason.NOT_OPENED_ON_REQUEST, sentence, "Wait until the project reaches it.")
    if case.gate.during and case.state.stage not in case.gate.during:
        stages = ", ".join(case.gate.during)
        sentence = f"The gate {case.label} is not for the stage {case.state.stage}."
        return refuse(Reason.NOT_OPENED_ON_REQUEST, sentence, f"It can be opened during: {stages}.")
    if not case.book.applies(case.gate.when, context_of(case.book, case.state), case.command.gate):
        sentence = f"The gate {case.label} is not there for this project: {case.gate.when}."
        return refuse(Reason.NOT_OPENED_ON_REQUEST, sentence, "Use a gate that is there, or correct the facts.")
    return None


def gate_has_no_open_round(case: Case) -> Refusal | None:
    """A gate has one open round at a time."""
    round_ = case.state.rounds.get(case.command.gate)
    if round_ is None or not round_.is_open:
        return None
    return refuse(Reason.GATE_ALREADY_OPEN, f"Round {round_.number} is already open.", "Go on with that round.")


def gate_has_an_open_round(case: Case) -> Refusal | None:
    """Evidence, submission and waivers belong to an open round."""
    round_ = case.state.rounds.get(case.command.gate)
    if round_ is not None and round_.is_open:
        return None
    sentence = f"The gate {case.label} is not open."
    return refuse(
        Reason.GATE_NOT_OPEN, sentence, f"The project is in the stage {case.state.stage}; see its open gates."
    )


def item_is_asked_for(case: Case) -> Refusal | None:
    """A gate takes the evidence that it names, and each item in its own form."""
    supplied = case.command.evidence
    rule = case.gate.evidence.get(supplied.item)
    if rule is None:
        remedy = f"Use one of: {', '.join(sorted(case.gate.evidence)) or 'none, it asks for no evidence'}."
        return refuse(Reason.UNKNOWN_ITEM, f"The gate {case.label} does not ask for '{supplied.item}'.", remedy)
    documents = (EvidenceKind.DOCUMENT, EvidenceKind.LINK)
    if supplied.kind is rule.kind or (rule.kind in documents and supplied.kind in documents):
        return None
    sentence = f"'{supplied.item}' is a {rule.kind}, not a {supplied.kind}."
    return refuse(Reason.WRONG_KIND, sentence, f"Supply a {rule.kind}.")


def item_is_theirs_to_give(case: Case) -> Refusal | None:
    """Evidence that is a role's to give comes from its holders, who act under no role that is kept apart from it."""
    item = case.command.evidence.item
    role = case.gate.evidence[item].by
    if role is None:
        return None
    if role not in case.roles:
        named = role.replace("_", " ")
        return refuse(Reason.NOT_PERMITTED, f"'{item}' is the {named}'s to give.", f"Ask the {named}.", (role,))
    if role in clashing(case.book.policy, case.round, case.asked.actor.people, case.roles, case.own_roles):
        return keep_apart([role])
    return None


def answers_fit_the_form(case: Case) -> Refusal | None:
    """A form is answered in full, each question in its own form."""
    supplied = case.command.evidence
    fields = case.gate.evidence[supplied.item].fields
    for name in sorted({*fields, *supplied.answers}):
        field = fields.get(name)
        if field is None:
            sentence = f"The form '{supplied.item}' has no question '{name}'."
            return refuse(Reason.UNKNOWN_ITEM, sentence, f"Use: {', '.join(sorted(fields)) or 'no answers'}.")
        if name not in supplied.answers:
            if not field.optional:
                return refuse(Reason.WRONG_VALUE, f"The answer to '{name}' is missing.", "Answer every question.")
        elif expected := misfit(field, supplied.answers[name]):
            return refuse(Reason.WRONG_VALUE, f"The answer to '{name}' does not fit.", f"Give {expected}.")
    return None


def round_is_in_preparation(case: Case) -> Refusal | None:
    """What is already before the approvers cannot be submitted again."""
    if round_may("submit", case.round.status):
        return None
    sentence = f"Round {case.round.number} is already {case.round.status.replace('_', ' ')}."
    return refuse(Reason.ALREADY_SUBMITTED, sentence, "Wait for the decision, or withdraw the submission.")


def gate_is_ready(case: Case) -> Refusal | None:
    """Approvers are called when the evidence is complete and, if the gate says so, its criteria are met."""
    if case.book.policy.pmo is Pmo.SUPPORTIVE:
        return None
    findings = findings_of(case.book, case.state, case.round, case.now)
    lacking = missing_evidence(findings) if case.gate.submit_when == "evidence_complete" else missing(findings)
    if not lacking:
        return None
    sentence = f"The gate {case.label} is not ready: {', '.join(finding.label for finding in lacking)}."
    remedy = " ".join(dict.fromkeys(finding.remedy for finding in lacking if finding.remedy))
    return refuse(Reason.NOT_READY, sentence, remedy, tuple(finding.requirement for finding in lacking))


def round_can_be_withdrawn(case: Case) -> Refusal | None:
    """Only a submission that awaits its decision can be taken back."""
    if round_may("withdraw", case.round.status):
        return None
    return refuse(Reason.NOT_SUBMITTED, "Nothing has been submitted.", "Submit the gate first.")


def a_question_is_open(case: Case) -> Refusal | None:
    """An answer needs a question."""
    if round_may("answer", case.round.status):
        return None
    return refuse(Reason.NO_QUESTION, "No question is open.", "There is nothing to answer.")
