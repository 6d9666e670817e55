"""The rules of approval: who may vote and decide, on what they were shown, and when the gate is earned."""

from collections.abc import Collection

from lifecycle.domain.commands import CallInGate, CastVote, DecideGate
from lifecycle.domain.project import Outcome, RoundStatus, Vote, VoteVerdict
from lifecycle.domain.verdicts import Reason, Refusal
from lifecycle.gates.approvals import called_roles, relied_on, roles_in_person, standing
from lifecycle.gates.case import Case, refuse
from lifecycle.gates.criteria import findings_of, missing
from lifecycle.gates.deciding import decider, is_available, opens, passage_blocked
from lifecycle.gates.policy import Pmo
from lifecycle.gates.separation import clashing, excluded


def round_is_the_current_one(case: Case) -> Refusal | None:
    """A vote or decision names the round it is for, and that round awaits one."""
    round_ = case.state.rounds.get(case.command.gate)
    if round_ is None:
        return refuse(Reason.GATE_NOT_OPEN, f"The gate {case.label} is not open.", "See the project's open gates.")
    if case.command.round < round_.number or not round_.is_open:
        outcome = f": {round_.outcome}" if round_.outcome and case.command.round == round_.number else ""
        sentence = f"Round {case.command.round} is over{outcome}."
        return refuse(Reason.ALREADY_DECIDED, sentence, "Look at the gate as it stands now.")
    if case.command.round > round_.number or round_.status is RoundStatus.PREPARING:
        return refuse(Reason.NOT_SUBMITTED, "This round is not before the approvers.", "Wait until it is submitted.")
    return None


def no_question_is_open(case: Case) -> Refusal | None:
    """While a question awaits its answer the gate rests."""
    if case.round.status is not RoundStatus.INFORMATION_REQUESTED:
        return None
    question = case.round.questions[-1]
    sentence = f"{question.asked_by} has asked the submitter for information."
    return refuse(Reason.QUESTION_OPEN, sentence, "Wait for the answer; then vote or decide.")


def evidence_was_shown(case: Case) -> Refusal | None:
    """A vote or decision counts only for the evidence and the state that were shown."""
    seen, round_ = case.asked.expected_version, case.round
    is_recent = seen is None or round_.material_seq <= seen <= case.state.seq
    if case.command.evidence_digest == round_.evidence_digest and is_recent:
        return None
    sentence = "The evidence or the facts have changed since you looked."
    return refuse(Reason.STALE, sentence, "Look at what changed, then repeat.", (f"version {case.state.seq}",))


def approver_took_no_part(case: Case) -> Refusal | None:
    """Who submitted, manages or wrote the evidence of a round, and whoever acts for them, may not approve it."""
    barred = set(excluded(case.book, case.state, case.round)) & set(case.asked.actor.people)
    if not barred:
        return None
    names = " and ".join(sorted(barred))
    sentence = f"{names} took part in this as submitter, manager or author of evidence."
    return refuse(Reason.EXCLUDED, sentence, "Leave the vote to gatekeepers who took no part in it.")


def role_is_called(case: Case) -> Refusal | None:
    """Only people whose role the gate calls may vote."""
    return _is_one_of(called_roles(case.book, case.state, case.round), case)


def gatekeeper_asks(case: Case) -> Refusal | None:
    """Only people whose role the gate calls, or who decide it, may ask for information."""
    return _is_one_of(_asked_for(case), case)


def roles_go_together(case: Case) -> Refusal | None:
    """Who holds roles that the policy keeps apart, or has acted in the round under one of them, acts under none."""
    fitting, ill = _fitting(case)
    return None if fitting - ill else keep_apart(fitting & ill)


def keep_apart(ill: Collection[str]) -> Refusal:
    """The refusal of somebody whose roles go ill together."""
    named = " and ".join(sorted(ill)).replace("_", " ")
    sentence = f"You also hold, or have acted in this round under, a role that must not meet {named}."
    return refuse(Reason.INCOMPATIBLE_ROLES, sentence, "Leave it to somebody who holds one of the roles only.")


def called_in_person(case: Case) -> Refusal | None:
    """Where the policy asks for somebody in person, nobody acts in their name."""
    actor = case.asked.actor
    if actor.person == actor.principal:
        return None
    fitting, ill = _fitting(case)
    if fitting - ill - roles_in_person(case.book, case.state, case.round):
        return None
    sentence = f"This is for {actor.principal} to do in person."
    return refuse(Reason.IN_PERSON, sentence, f"Leave it to {actor.principal}, or to another holder of the role.")


def person_has_proved_who_they_are(case: Case) -> Refusal | None:
    """Where the gate asks for it, whoever votes, decides, waives or calls in has proved who they are shortly before."""
    if not case.gate.reauthenticate or case.asked.actor.proved_at is not None:
        return None
    sentence = "This gate asks you to prove first that it is you."
    remedy = (
        "Do it on the gate's page, which asks for your password or leads to your provider; a token cannot prove it."
    )
    return refuse(Reason.REAUTHENTICATION_NEEDED, sentence, remedy)


def decision_can_be_called_in(case: Case) -> Refusal | None:
    """A decision is called in, once, by the role to which the gate reserves that."""
    role = case.gate.call_in
    if role is None or role not in case.roles:
        whose = f"to the {role.replace('_', ' ')}" if role else "to nobody"
        sentence = f"To call this decision in is reserved {whose}."
        return refuse(Reason.NOT_PERMITTED, sentence, "Leave it to those who are called.", (role,) if role else ())
    if case.round.raised_to != role:
        return None
    return refuse(Reason.NOTHING_CHANGED, "The decision is yours already.", "Cast your vote.")


def _fitting(case: Case) -> tuple[frozenset[str], frozenset[str]]:
    """The person's roles that are asked for, and those that go ill with what else they hold or have done."""
    people, policy = case.asked.actor.people, case.book.policy
    return case.roles & set(_asked_for(case)), clashing(policy, case.round, people, case.roles, case.own_roles)


def _asked_for(case: Case) -> tuple[str, ...]:
    """The roles under which somebody could do what the command asks for: the decider's, or those that are called."""
    role, _ = decider(case.book, case.round)
    deciding = (role,) if role else ()
    if isinstance(case.command, DecideGate):
        return deciding
    if isinstance(case.command, CallInGate):
        return (case.gate.call_in,) if case.gate.call_in else ()
    called = called_roles(case.book, case.state, case.round)
    return called if isinstance(case.command, CastVote) else (*called, *deciding)


def _is_one_of(called: tuple[str, ...], case: Case) -> Refusal | None:
    if set(called) & case.roles:
        return None
    sentence = "The gate does not call any of your roles."
    return refuse(Reason.NO_SLOT, sentence, f"It calls: {', '.join(called) or 'nobody'}.", called)


def person_votes_once(case: Case) -> Refusal | None:
    """One person has one vote, in whatever role and for whomever; it can be changed until the decision."""
    actor = case.asked.actor
    for vote in case.round.standing_votes:
        if not set(vote.people) & set(actor.people):
            continue
        same_capacity = (vote.voter, vote.principal) == (actor.person, actor.principal)
        if same_capacity and vote.verdict is not VoteVerdict.RECUSE and _says_more(case, vote):
            continue
        who = " and ".join(sorted(set(vote.people) & set(actor.people)))
        sentence = f"{who} has already voted in this round ({vote.verdict})."
        return refuse(Reason.ALREADY_VOTED, sentence, "One person fills one slot; leave the other to somebody else.")
    return None


def _says_more(case: Case, vote: Vote) -> bool:
    """Whether the vote that is cast differs from an earlier one, or now relies on evidence that that one did not."""
    reads = relied_on(case.book, case.state, case.round, sorted(case.roles))
    return vote.verdict is not case.command.verdict or not set(reads) <= set(vote.relied_on)


def promises_fit(case: Case) -> Refusal | None:
    """Conditions go with a yes, where the gate allows a conditional go, and are due on a day to come."""
    asked = case.command
    allowed = Outcome.CONDITIONAL_GO in case.gate.decisions
    says_yes = (getattr(asked, "verdict", None), getattr(asked, "outcome", None))
    affirmative = says_yes in ((VoteVerdict.APPROVE, None), (None, Outcome.CONDITIONAL_GO))
    if not asked.conditions:
        if affirmative and Outcome.GO not in case.gate.decisions:
            return refuse(Reason.CONDITIONS_MISSING, "This gate goes on conditions only.", _NAME_CONDITIONS)
        return None
    if not (allowed and affirmative):
        sentence = "Conditions cannot be set here."
        return refuse(Reason.OUTCOME_NOT_ALLOWED, sentence, "Leave the conditions out, or decide a conditional go.")
    if any(promise.due <= case.now for promise in asked.conditions):
        return refuse(
            Reason.CONDITION_DATE_PAST, "A condition is due in the past.", "Give every condition a later date."
        )
    return None


def decider_decides(case: Case) -> Refusal | None:
    """A decision belongs to the chair, to the PMO where it is directive, or to the manager where it only advises."""
    role, _ = decider(case.book, case.round)
    if role is None:
        sentence = "At this gate the votes decide."
        return refuse(Reason.NOT_DECIDER, sentence, "Cast a vote instead.")
    if role in case.roles:
        return None
    return refuse(
        Reason.NOT_DECIDER, f"Here the {role.replace('_', ' ')} decides.", f"Leave it to the {role}.", (role,)
    )


def decider_took_no_part(case: Case) -> Refusal | None:
    """Who took part in a round does not decide it, unless the policy leaves the decision to the manager."""
    return None if case.book.policy.pmo is Pmo.SUPPORTIVE else approver_took_no_part(case)


def outcome_is_allowed(case: Case) -> Refusal | None:
    """A gate decides only what its policy lets it decide, and over a closed project neither hold nor kill."""
    over = (Outcome.HOLD, Outcome.KILL) if case.state.is_over else ()
    possible = (outcome for outcome in case.gate.decisions if outcome not in over)
    allowed = tuple(o for o in possible if is_available(case.book, case.state, case.round, o))
    if case.command.outcome not in allowed:
        when = case.gate.decision(case.command.outcome).when
        unless = f", for this does not hold: {when}" if when else ""
        sentence = f"This gate cannot decide {case.command.outcome}{unless}."
        return refuse(Reason.OUTCOME_NOT_ALLOWED, sentence, f"Choose one of: {', '.join(allowed)}.", allowed)
    imposed = case.gate.decision(case.command.outcome).imposes
    if case.command.outcome is Outcome.CONDITIONAL_GO and not (case.command.conditions or imposed):
        return refuse(Reason.CONDITIONS_MISSING, "A conditional go needs at least one condition.", _NAME_CONDITIONS)
    return None


_NAME_CONDITIONS = "Name what is owed, by whom and until when."


def gate_is_earned(case: Case) -> Refusal | None:
    """The gate opens only when its criteria are met and its approvals given; a supportive PMO only advises."""
    if not opens(case.command.outcome) or case.book.policy.pmo is Pmo.SUPPORTIVE:
        return None
    lacking = missing(findings_of(case.book, case.state, case.round, case.now))
    if lacking:
        sentence = f"Not met: {', '.join(finding.label for finding in lacking)}."
        remedy = " ".join(dict.fromkeys(f.remedy for f in lacking if f.remedy)) or "Choose another outcome."
        return refuse(Reason.CRITERIA_NOT_MET, sentence, remedy, tuple(finding.requirement for finding in lacking))
    if case.book.policy.pmo is Pmo.DIRECTIVE:
        return None
    now = standing(case.book, case.state, case.round)
    if now.refused_by:
        sentence = f"{' and '.join(now.refused_by)} voted against it."
        return refuse(Reason.APPROVALS_MISSING, sentence, "Choose another outcome, or wait for another vote.")
    if now.approved or not case.gate.approvals.all:
        return None
    waiting = ", ".join(role.replace("_", " ") for role in now.pending_roles)
    remedy = "Wait for their votes, or choose another outcome."
    return refuse(
        Reason.APPROVALS_MISSING,
        f"Approvals are missing: {waiting or 'nobody can give them'}.",
        remedy,
        now.pending_roles,
    )


def way_is_clear(case: Case) -> Refusal | None:
    """While an exception or a re-opened gate awaits its decision, no stage gate opens."""
    if not opens(case.command.outcome):
        return None
    return passage_blocked(case.book, case.state, case.round)
