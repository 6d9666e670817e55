"""`decide(books, state, command, now) -> verdict`: one judgement for workflow, pages and rehearsals alike."""

from datetime import datetime
from typing import Final

from lifecycle.domain import commands as asked
from lifecycle.domain.project import ProjectState
from lifecycle.domain.verdicts import Accepted, Denied, Reason, Refusal, Verdict, Waiting
from lifecycle.gates import approval_rules as approval
from lifecycle.gates import condition_rules as conditions
from lifecycle.gates import edition_rules as editions
from lifecycle.gates import gate_rules as gates
from lifecycle.gates import nudge_rules as nudges
from lifecycle.gates import rules
from lifecycle.gates import waiver_rules as waivers
from lifecycle.gates.case import Case, Rule, Rulebooks, refuse
from lifecycle.gates.effects import happen
from lifecycle.gates.falling_due import fall_due
from lifecycle.gates.ledger import Ledger
from lifecycle.gates.obligations import obligations
from lifecycle.gates.registering import register
from lifecycle.gates.settling import settle

_EVERY: Final[tuple[Rule, ...]] = (rules.directory_is_current, rules.delegation_is_valid, rules.actor_is_permitted)
_SEEN: Final[tuple[Rule, ...]] = (*_EVERY, rules.state_was_seen)
_AT_A_GATE: Final[tuple[Rule, ...]] = (gates.gate_is_known, rules.project_lives, rules.project_is_not_on_hold)
_ON_A_WAIVER: Final[tuple[Rule, ...]] = (
    *_SEEN,
    *_AT_A_GATE,
    gates.gate_has_an_open_round,
    waivers.waiver_is_the_granters,
    approval.approver_took_no_part,
)
_BEFORE_APPROVERS: Final[tuple[Rule, ...]] = (*_EVERY, *_AT_A_GATE, approval.round_is_the_current_one)

RULES: Final[dict[type[asked.Command], tuple[Rule, ...]]] = {
    asked.AmendFacts: (
        *_SEEN,
        rules.project_was_not_killed,
        rules.posts_are_the_offices,
        rules.facts_fit,
        rules.fact_is_not_a_gates,
        rules.something_is_amended,
    ),
    asked.OpenGate: (*_SEEN, *_AT_A_GATE, gates.gate_opens_on_request, gates.gate_has_no_open_round),
    asked.SupplyEvidence: (
        *_SEEN,
        *_AT_A_GATE,
        gates.gate_has_an_open_round,
        gates.item_is_asked_for,
        gates.item_is_theirs_to_give,
        gates.answers_fit_the_form,
    ),
    asked.SubmitGate: (
        *_SEEN,
        *_AT_A_GATE,
        gates.gate_has_an_open_round,
        gates.round_is_in_preparation,
        gates.gate_is_ready,
    ),
    asked.WithdrawSubmission: (
        *_SEEN,
        *_AT_A_GATE,
        gates.gate_has_an_open_round,
        gates.round_can_be_withdrawn,
    ),
    asked.CastVote: (
        *_BEFORE_APPROVERS,
        approval.approver_took_no_part,
        approval.role_is_called,
        approval.roles_go_together,
        approval.called_in_person,
        approval.person_votes_once,
        approval.no_question_is_open,
        approval.evidence_was_shown,
        approval.promises_fit,
        approval.person_has_proved_who_they_are,
    ),
    asked.AskForInformation: (
        *_BEFORE_APPROVERS,
        approval.approver_took_no_part,
        approval.gatekeeper_asks,
        approval.roles_go_together,
        approval.called_in_person,
        approval.no_question_is_open,
    ),
    asked.AnswerInformation: (*_SEEN, *_AT_A_GATE, gates.gate_has_an_open_round, gates.a_question_is_open),
    asked.DecideGate: (
        *_BEFORE_APPROVERS,
        approval.decider_decides,
        approval.decider_took_no_part,
        approval.roles_go_together,
        approval.called_in_person,
        approval.no_question_is_open,
        approval.evidence_was_shown,
        approval.outcome_is_allowed,
        approval.promises_fit,
        rules.review_lies_ahead,
        approval.gate_is_earned,
        approval.way_is_clear,
        approval.person_has_proved_who_they_are,
    ),
    asked.CallInGate: (
        *_BEFORE_APPROVERS,
        approval.decision_can_be_called_in,
        approval.approver_took_no_part,
        approval.roles_go_together,
        approval.called_in_person,
        approval.person_has_proved_who_they_are,
    ),
    asked.NudgeGate: (
        *_SEEN,
        *_AT_A_GATE,
        gates.gate_has_an_open_round,
        nudges.gate_is_late,
        nudges.somebody_else_is_awaited,
        nudges.nobody_is_nudged_twice_a_day,
    ),
    asked.GrantWaiver: (
        *_ON_A_WAIVER,
        waivers.nobody_grants_their_own_request,
        waivers.requirement_can_be_waived,
        waivers.waiver_ends_ahead,
        approval.person_has_proved_who_they_are,
    ),
    asked.AskForWaiver: (
        *_SEEN,
        *_AT_A_GATE,
        gates.gate_has_an_open_round,
        waivers.requirement_can_be_waived,
        waivers.waiver_is_needed,
        waivers.waiver_is_asked_for_once,
    ),
    asked.DeclineWaiver: (*_ON_A_WAIVER, waivers.waiver_was_asked_for, approval.person_has_proved_who_they_are),
    asked.RevokeWaiver: (*_ON_A_WAIVER, waivers.a_waiver_stands, approval.person_has_proved_who_they_are),
    asked.ProveCondition: (
        *_SEEN,
        rules.project_was_not_killed,
        conditions.condition_is_known,
        conditions.owner_proves,
        conditions.condition_awaits_proof,
    ),
    asked.AcceptCondition: (
        *_SEEN,
        rules.project_was_not_killed,
        conditions.condition_is_known,
        conditions.gatekeeper_accepts,
        conditions.nobody_accepts_their_own_proof,
        conditions.condition_is_proved,
    ),
    asked.HoldProject: (*_SEEN, rules.project_lives, rules.project_can_be_held, rules.review_lies_ahead),
    asked.ResumeProject: (*_SEEN, rules.project_lives, rules.project_can_be_resumed),
    asked.KillProject: (*_SEEN, rules.project_lives),
    asked.AdoptPolicy: (
        *_SEEN,
        rules.project_lives,
        editions.policy_is_at_hand,
        editions.policy_differs,
        editions.policy_fits_the_project,
    ),
}
"""Per command the rules it must pass, in order; the first that says no is the answer."""

NOT_YET: Final = frozenset(
    {
        Reason.QUESTION_OPEN,
        Reason.PROJECT_ON_HOLD,
        Reason.APPROVALS_MISSING,
        Reason.EXCEPTION_OPEN,
        Reason.REOPENED_GATE_OPEN,
        Reason.NOT_DUE,
        Reason.NOT_LATE,
        Reason.NUDGED_ALREADY,
    }
)
"""Refusals that time or other people lift: the same request may succeed later."""


def decide(books: Rulebooks, state: ProjectState | None, command: asked.PersonCommand, now: datetime) -> Verdict:
    """Judge a person's command: accepted with its events, denied, or not yet. `now` is an aware instant in UTC."""
    if isinstance(command, asked.RegisterProject):
        registered = register(books, state, command, now)
        return _no(registered) if isinstance(registered, Refusal) else Accepted(events=registered)
    if state is None:
        refusal = refuse(Reason.UNKNOWN_PROJECT, "There is no such project.", "Register it first.")
        return Denied(refusal=refusal)
    case = Case(books[state.policy.digest], books, state, command, now)
    refusal_or_none = next((no for rule in RULES[type(command)] if (no := rule(case))), None)
    if refusal_or_none:
        return _no(refusal_or_none)
    ledger = Ledger(
        books,
        state,
        now,
        digest=state.policy.digest,
        actor=command.actor,
        command=command.id,
        openings=command.openings,
    )
    happen(command, ledger)
    settle(ledger)
    return Accepted(events=tuple(ledger.events))


def decide_due(books: Rulebooks, state: ProjectState, due: asked.FallDue, now: datetime) -> Verdict:
    """Judge an obligation whose instant is said to have come; what is not due, or no longer owed, changes nothing."""
    owed = {obligation.id: obligation for obligation in obligations(books[state.policy.digest].policy, state)}
    obligation = owed.get(due.obligation)
    if obligation is None or obligation.at > now:
        return _no(refuse(Reason.NOT_DUE, f"{due.obligation} is not due.", "Wait for its instant."))
    ledger = Ledger(books, state, now, digest=state.policy.digest, openings=due.openings)
    fall_due(ledger, due.obligation)
    settle(ledger)
    return Accepted(events=tuple(ledger.events))


def _no(refusal: Refusal) -> Denied | Waiting:
    return Waiting(refusal=refusal) if refusal.reason in NOT_YET else Denied(refusal=refusal)
