"""Judgements with everything that follows from them, so that a workflow can take one whole or leave it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce

from lifecycle.domain.commands import AdoptPolicy, FallDue, PersonCommand, RegisterProject
from lifecycle.domain.events import Recorded
from lifecycle.domain.project import PolicyRef, ProjectState
from lifecycle.domain.values import digest_of
from lifecycle.domain.verdicts import Accepted, Reason, Verdict
from lifecycle.gates.decide import decide, decide_due
from lifecycle.gates.evolve import evolve
from lifecycle.gates.obligations import Obligation, obligations
from lifecycle.gates.rulebook import Rulebook, rulebook_of
from lifecycle.workflows.failures import denied, failure_of

Policies = Mapping[str, str]
"""Packed editions by digest."""


@dataclass(frozen=True, slots=True)
class Project:
    """A project at one version: its state, the editions at hand, what will fall due (earliest first), its digest."""

    state: ProjectState
    policies: Policies
    agenda: tuple[Obligation, ...]
    digest: str

    @property
    def is_finished(self) -> bool:
        """Whether nothing is left to happen: the project is over, nothing will fall due, no benefits gate is open."""
        return self.state.is_over and not self.agenda and not self.state.open_rounds


@dataclass(frozen=True, slots=True)
class Judged:
    """An accepted judgement: the project after it, and the events in between."""

    project: Project
    events: tuple[Recorded, ...]


def project_of(state: ProjectState, policies: Policies) -> Project:
    """The project at this state."""
    agenda = obligations(rulebook_of(policies[state.policy.digest]).policy, state)
    return Project(state, policies, agenda, digest_of(state))


def judge(before: Project | None, command: PersonCommand, packed: str | None, now: datetime) -> Judged:
    """Judge a person's command; a refusal is raised as its failure. `packed` is the edition that it brings along."""
    policies = dict(before.policies) if before else {}
    if isinstance(command, RegisterProject | AdoptPolicy) and packed is not None:
        policies |= {command.policy.digest: _named(packed, command.policy)}
    state = before.state if before else None
    return _follow(state, policies, decide(_books(policies), state, command, now))


def judge_due(before: Project, due: FallDue, now: datetime) -> Judged:
    """Judge an obligation whose instant has come; a refusal is raised as its failure."""
    return _follow(before.state, before.policies, decide_due(_books(before.policies), before.state, due, now))


def trimmed(project: Project) -> Project:
    """The project with those editions only that bind or await it."""
    wanted = {ref.digest for ref in (project.state.policy, project.state.next_policy) if ref}
    kept = {digest: packed for digest, packed in project.policies.items() if digest in wanted}
    return Project(project.state, kept, project.agenda, project.digest)


def _follow(state: ProjectState | None, policies: Policies, verdict: Verdict) -> Judged:
    if not isinstance(verdict, Accepted):
        raise failure_of(verdict)
    after = reduce(evolve, verdict.events, state)
    if after is None:
        raise ValueError("an accepted registration has events")
    return Judged(project_of(after, policies), verdict.events)


def _books(policies: Policies) -> dict[str, Rulebook]:
    return {digest: rulebook_of(packed) for digest, packed in policies.items()}


def _named(packed: str, ref: PolicyRef) -> str:
    if rulebook_of(packed).policy.ref == ref:
        return packed
    sentence = "The edition that came along is not the one that the command names."
    raise denied(Reason.POLICY_UNKNOWN, sentence, "Send the edition by the name it has.")
