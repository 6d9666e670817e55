"""A case before the rules: the policy, the project, what is asked, and when; and how a rule says no."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lifecycle.domain.commands import Command
from lifecycle.domain.project import ProjectState, Round
from lifecycle.domain.verdicts import Reason, Refusal
from lifecycle.gates.policy_gates import Gate, GateKind
from lifecycle.gates.rulebook import Rulebook

Rulebooks = Mapping[str, Rulebook]
"""Rulebooks by policy digest."""


@dataclass(frozen=True, slots=True)
class Case:
    """One command on one project at one instant."""

    book: Rulebook
    books: Rulebooks
    state: ProjectState
    command: Any
    now: datetime

    @property
    def asked(self) -> Command:
        """The command, as far as all commands are alike."""
        command: Command = self.command
        return command

    @property
    def roles(self) -> frozenset[str]:
        """The roles of the person whose authority is used: granted ones, and the project's own posts."""
        actor = self.asked.actor
        return frozenset(actor.roles) | frozenset(self.state.posts_of(actor.principal))

    @property
    def own_roles(self) -> frozenset[str]:
        """The roles that the person holds besides when acting for somebody else."""
        actor = self.asked.actor
        return frozenset(actor.own_roles) | frozenset(self.state.posts_of(actor.person))

    @property
    def gate(self) -> Gate:
        """The gate that the command names; a rule before has made sure that the policy knows it."""
        return self.book.policy.gates[self.command.gate]

    @property
    def round(self) -> Round:
        """The gate's latest round; a rule before has made sure that there is one."""
        return self.state.rounds[self.command.gate]

    @property
    def label(self) -> str:
        """The gate's name as people say it."""
        return self.gate.label or str(self.command.gate).replace("_", " ")

    @property
    def is_after_closing(self) -> bool:
        """Whether the command concerns a benefits gate, the one kind that lives on after closing."""
        gate = self.book.policy.gates.get(getattr(self.command, "gate", ""))
        return gate is not None and gate.kind is GateKind.BENEFITS


Rule = Callable[[Case], Refusal | None]
"""A named rule: none when it has nothing against the case. Its docstring is the sentence a PMO would sign."""


def refuse(reason: Reason, sentence: str, remedy: str, missing: tuple[str, ...] = ()) -> Refusal:
    """Say no, why, and what to do next."""
    return Refusal(reason=reason, sentence=sentence, remedy=remedy, missing=missing)
