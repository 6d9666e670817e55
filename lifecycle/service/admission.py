"""Admission: whom a request comes from, and what is refused at the door, before any decider is asked."""

from datetime import datetime

from lifecycle.domain.commands import AmendFacts, CastVote, DecideGate, PersonCommand, RegisterProject, SupplyEvidence
from lifecycle.domain.people import Actor, permissions_of
from lifecycle.domain.project import ProjectState
from lifecycle.domain.values import digest
from lifecycle.domain.verdicts import Reason, Refusal
from lifecycle.persistence.audit import Attempt
from lifecycle.persistence.footing import Footing, Request
from lifecycle.service.envelopes import SYSTEM, body_of

UNKNOWN_PROJECT = Refusal(
    reason=Reason.UNKNOWN_PROJECT,
    sentence="There is no such project.",
    remedy="Check its key; if you act for somebody, say for whom; or ask the PMO for a role on it.",
)
"""The same for a project that is not there and for one that the asker may not see."""


def attempt_of(project: str, command: PersonCommand, now: datetime) -> Attempt:
    """The attempt as it is noted; its digest is of what was asked, so that a key stands for one content."""
    actor = command.actor
    unproved = command.model_copy(update={"actor": actor.model_copy(update={"proved_at": None})})
    asked = {name: value for name, value in body_of(unproved).items() if name != "id"}
    return Attempt(command.id, command.type, actor.person, actor.acting_for, project, now, digest(asked))


def request_of(project: str, command: PersonCommand) -> Request:
    """What has to be known about a command before it is sent."""
    return Request(
        project=project,
        person=command.actor.person,
        acting_for=command.actor.acting_for,
        portfolio=command.portfolio if isinstance(command, RegisterProject) else None,
        named=named_in(command),
    )


def named_in(command: PersonCommand) -> tuple[str, ...]:
    """The people whom a command gives something to do."""
    match command:
        case RegisterProject() | AmendFacts():
            named = [command.manager, command.sponsor]
        case CastVote() | DecideGate():
            named = [promise.owner for promise in command.conditions]
        case _:
            named = []
    return tuple(sorted({person for person in named if person}))


def actor_of(asker: Actor, footing: Footing) -> Actor:
    """Who asks, with the roles granted here to the person whose authority is used; the product brings its own."""
    if asker.person == SYSTEM:
        return asker.model_copy(update={"directory_version": footing.directory_version})
    return Actor(
        person=asker.person,
        roles=footing.principal_roles,
        own_roles=footing.roles if asker.acting_for else (),
        acting_for=asker.acting_for,
        delegation=footing.delegation,
        directory_version=footing.directory_version,
        proved_at=asker.proved_at,
    )


def at_the_door(command: PersonCommand, footing: Footing) -> Refusal | None:
    """Why a command for a registered project is not even sent: no such project in sight, no right, unknown people.

    Whose an item of evidence is to give, the policy says; so whoever holds any role is let in with it, to be judged.
    """
    actor, state = actor_of(command.actor, footing), footing.state
    if state is None or not _sees(actor, footing, state):
        return UNKNOWN_PROJECT
    held = {*actor.roles, *state.posts_of(actor.principal)}
    if command.needs not in permissions_of(held) and not (held and isinstance(command, SupplyEvidence)):
        sentence = "None of your roles on this project allows this."
        remedy = f"Ask the PMO for a role with the permission {command.needs}."
        return Refusal(reason=Reason.NOT_PERMITTED, sentence=sentence, remedy=remedy)
    return strangers_in(footing)


def _sees(actor: Actor, footing: Footing, state: ProjectState) -> bool:
    """Whether the project exists for the asker: by a role or a post of their own, or of whom they act for."""
    own = actor.person == SYSTEM or footing.roles or state.posts_of(actor.person)
    lent = actor.delegation and (actor.roles or state.posts_of(actor.principal))
    return bool(own or lent)


def strangers_in(footing: Footing) -> Refusal | None:
    """Nobody can be given something to do whom the directory does not know, or who has left."""
    if not footing.strangers:
        return None
    sentence = f"The directory knows nobody as '{footing.strangers[0]}'."
    remedy = "Check the name, or add the person to the directory first."
    return Refusal(reason=Reason.WRONG_VALUE, sentence=sentence, remedy=remedy, missing=footing.strangers)
