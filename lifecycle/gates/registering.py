"""How a project enters governance: at the first stage or, with attested history, at a later one."""

from collections.abc import Iterator
from datetime import datetime

from lifecycle.domain.commands import RegisterProject
from lifecycle.domain.events import BaselineTaken, ProjectRegistered, Recorded
from lifecycle.domain.people import permissions_of
from lifecycle.domain.project import ProjectState
from lifecycle.domain.verdicts import Reason, Refusal
from lifecycle.gates import consequences
from lifecycle.gates.case import Rulebooks, refuse
from lifecycle.gates.ledger import Ledger
from lifecycle.gates.policy import Policy
from lifecycle.gates.policy_gates import GateKind
from lifecycle.gates.rulebook import Rulebook
from lifecycle.gates.rules import misdelegated, wrong_fact


def register(
    books: Rulebooks, state: ProjectState | None, command: RegisterProject, now: datetime
) -> Refusal | tuple[Recorded, ...]:
    """The events with which a project enters, or why it does not."""
    book = books.get(command.policy.digest)
    if state is not None:
        sentence = f"{command.project} is already registered."
        return refuse(Reason.ALREADY_REGISTERED, sentence, "Amend its facts instead.")
    if book is None:
        return refuse(Reason.POLICY_UNKNOWN, "This edition of the policy is not at hand.", "Publish it first.")
    stage = command.stage or book.policy.stages[0]
    if refusal := next(_against(book.policy, command, stage, now), None):
        return refusal
    ledger = Ledger(
        books, None, now, digest=book.digest, actor=command.actor, command=command.id, openings=command.openings
    )
    ledger.add(_entry(book, command))
    consequences.enter_stage(ledger, stage, None)
    if _is_past_a_baseline(book.policy, stage):
        ledger.add(BaselineTaken(gate=None, values=ledger.state.facts))
    consequences.settle_breaches(ledger)
    return tuple(ledger.events)


def _against(policy: Policy, command: RegisterProject, stage: str, now: datetime) -> Iterator[Refusal]:
    """Everything that speaks against the registration under a policy."""
    if command.needs not in permissions_of(command.actor.roles):
        remedy = f"Ask the PMO for a role with the permission {command.needs}."
        yield refuse(Reason.NOT_PERMITTED, "None of your roles allows you to register projects.", remedy)
    amount = command.facts.get(policy.amount or "")
    if wrong := misdelegated(command.actor, command.project, command.portfolio, amount, now):
        yield wrong
    if misfit := wrong_fact(policy.facts, command.facts):
        yield misfit
    if stage not in policy.stages:
        remedy = f"Use one of: {', '.join(policy.stages)}."
        yield refuse(Reason.UNKNOWN_STAGE, f"The policy has no stage '{stage}'.", remedy)
    elif stage != policy.stages[0] and not command.attested.strip():
        sentence = f"Nothing attests that the project has passed the gates before the stage {stage}."
        yield refuse(Reason.WRONG_VALUE, sentence, "Say under 'attested' who decided them, and where it stands.")


def _entry(book: Rulebook, command: RegisterProject) -> ProjectRegistered:
    return ProjectRegistered(
        project=command.project,
        name=command.name,
        portfolio=command.portfolio,
        manager=command.manager,
        sponsor=command.sponsor,
        policy=command.policy,
        facts=dict(command.facts),
        tier=book.tier_of(command.facts, command.posts),
        attested=command.attested,
    )


def _is_past_a_baseline(policy: Policy, stage: str) -> bool:
    """Whether a stage lies behind a gate that takes the baseline: who enters there brings its facts as the baseline."""
    passed = policy.stages[: policy.stages.index(stage)]
    return any(
        gate.takes_baseline and gate.kind is GateKind.STAGE and gate.from_ in passed for gate in policy.gates.values()
    )
