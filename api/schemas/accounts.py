"""Accounts: sign-ins, invitations, calendars, and what would be missing without somebody."""

from datetime import datetime

from api.schemas.people import TokenView
from api.schemas.words import View


class InvitationView(View):
    """A code by which somebody chooses a password: shown this once, none when the same request is answered again."""

    person: str
    code: str | None
    expires_at: datetime


class SignInView(View):
    """A browser in which somebody is signed in."""

    id: str
    person: str
    method: str
    browser: str
    started_at: datetime
    seen_at: datetime
    confirmed_at: datetime | None


class AccessView(View):
    """The browsers that are signed in and the tokens that are good now, the latest first, two hundred of each."""

    sign_ins: tuple[SignInView, ...]
    tokens: tuple[TokenView, ...]


class Ended(View):
    """How many browsers were signed out."""

    ended: int


class StuckGateView(View):
    """A gate that awaits its approvers, and the roles that nobody else could fill."""

    project: str
    name: str
    gate: str
    due: datetime | None
    roles: tuple[str, ...]


class StuckPolicyView(View):
    """A gate of a policy that nobody else could open on any project, and which people it would need."""

    policy: str
    gate: str
    witness: str


class PostView(View):
    """A project that somebody manages or sponsors."""

    project: str
    name: str
    role: str


class LossesView(View):
    """What would be missing without somebody."""

    gates: tuple[StuckGateView, ...]
    policies: tuple[StuckPolicyView, ...]
    posts: tuple[PostView, ...]


class CalendarView(View):
    """A calendar of one's deadlines: open since when, if it is; `address` is there when it was just made."""

    since: datetime | None
    address: str | None = None
