"""What a person may ask about waivers: to have one, to grant it or not, and to take it back."""

from typing import Literal

from lifecycle.domain.command import Command
from lifecycle.domain.people import Permission
from lifecycle.domain.values import GivenInstant, Prose, Word


class GrantWaiver(Command):
    """Let a gate pass without one requirement, for a reason, with a compensating control, until a day."""

    needs = Permission.WAIVER_GRANT
    type: Literal["grant_waiver"] = "grant_waiver"
    gate: Word
    requirement: Word
    reason: Prose
    compensating_control: Prose
    expires: GivenInstant


class AskForWaiver(Command):
    """Ask those who may that a gate may pass without one requirement."""

    needs = Permission.GATE_SUBMIT
    type: Literal["ask_for_waiver"] = "ask_for_waiver"
    gate: Word
    requirement: Word
    reason: Prose


class DeclineWaiver(Command):
    """Say no to a request for a waiver."""

    needs = Permission.WAIVER_GRANT
    type: Literal["decline_waiver"] = "decline_waiver"
    gate: Word
    requirement: Word
    reason: Prose


class RevokeWaiver(Command):
    """Ask for a requirement again that was waived, while its gate is open."""

    needs = Permission.WAIVER_GRANT
    type: Literal["revoke_waiver"] = "revoke_waiver"
    gate: Word
    requirement: Word
    reason: Prose
