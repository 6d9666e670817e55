"""People as the policy sees them: roles in a scope, permissions, and acting for somebody else."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from lifecycle.domain.values import FactValue, Instant, Names, Text, Value, Word

EVERYWHERE = "everywhere"

Scope = Annotated[str, StringConstraints(pattern=r"^(everywhere|(portfolio|project):[^\s:][^\n:]{0,118})$")]
"""Where a role holds: `everywhere`, `portfolio:<id>` or `project:<key>`."""

RoleName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]


class Permission(StrEnum):
    """What a role allows, named `subject:object:verb`; a route or a command needs exactly one."""

    PROJECT_REGISTER = "project:record:register"
    PROJECT_READ = "project:record:read"
    FACTS_AMEND = "project:facts:amend"
    EVIDENCE_SUPPLY = "project:evidence:supply"
    GATE_SUBMIT = "project:gate:submit"
    GATE_VOTE = "project:gate:vote"
    GATE_DECIDE = "project:gate:decide"
    GATE_NUDGE = "project:gate:nudge"
    WAIVER_GRANT = "project:waiver:grant"
    CONDITION_PROVE = "project:condition:prove"
    CONDITION_ACCEPT = "project:condition:accept"
    PROJECT_HOLD = "project:life:hold"
    PROJECT_KILL = "project:life:kill"
    POLICY_ADOPT = "project:policy:adopt"
    SELF_SERVE = "office:self:serve"
    PORTFOLIO_READ = "office:portfolio:read"
    REGISTER_IMPORT = "office:register:import"
    POLICY_READ = "office:policy:read"
    POLICY_PROPOSE = "office:policy:propose"
    POLICY_PUBLISH = "office:policy:publish"
    PEOPLE_READ = "office:people:read"
    PEOPLE_MANAGE = "office:people:manage"
    AUDIT_READ = "office:audit:read"
    NOTICES_MANAGE = "office:notices:manage"


P = Permission
_READER = frozenset({P.PROJECT_READ, P.POLICY_READ, P.SELF_SERVE})
_GATEKEEPER = _READER | {P.GATE_VOTE, P.GATE_DECIDE, P.WAIVER_GRANT, P.CONDITION_PROVE, P.CONDITION_ACCEPT}
_OFFICE = _READER | {P.PORTFOLIO_READ, P.PEOPLE_READ}

ROLE_PERMISSIONS: Mapping[str, frozenset[Permission]] = {
    "project_manager": _READER
    | {
        P.FACTS_AMEND,
        P.EVIDENCE_SUPPLY,
        P.GATE_SUBMIT,
        P.GATE_DECIDE,
        P.GATE_NUDGE,
        P.CONDITION_PROVE,
        P.PROJECT_HOLD,
    },
    "sponsor": _GATEKEEPER | {P.GATE_NUDGE, P.PROJECT_HOLD, P.PROJECT_KILL},
    "pmo_director": _OFFICE
    | _GATEKEEPER
    | {
        P.PROJECT_REGISTER,
        P.FACTS_AMEND,
        P.GATE_NUDGE,
        P.PROJECT_HOLD,
        P.PROJECT_KILL,
        P.POLICY_ADOPT,
        P.POLICY_PROPOSE,
        P.POLICY_PUBLISH,
        P.PEOPLE_MANAGE,
        P.AUDIT_READ,
        P.REGISTER_IMPORT,
        P.NOTICES_MANAGE,
    },
    "pmo_analyst": _OFFICE | {P.PROJECT_REGISTER, P.FACTS_AMEND, P.GATE_NUDGE, P.REGISTER_IMPORT, P.POLICY_PROPOSE},
    "auditor": _OFFICE | {P.AUDIT_READ},
    "administrator": _OFFICE
    | {
        P.PEOPLE_MANAGE,
        P.POLICY_PROPOSE,
        P.POLICY_PUBLISH,
        P.REGISTER_IMPORT,
        P.PROJECT_REGISTER,
        P.NOTICES_MANAGE,
    },
}
"""The office's own roles. Any other role a policy names is a gatekeeper's: it reads, votes and follows conditions."""


def permissions_of(roles: Iterable[str]) -> frozenset[Permission]:
    """Everything the roles allow together; nobody without a role may do anything."""
    return frozenset[Permission]().union(*(ROLE_PERMISSIONS.get(role, _GATEKEEPER) for role in roles))


def covers(scope: str, project: str, portfolio: str) -> bool:
    """Whether a scope reaches a project of a portfolio."""
    return scope in (EVERYWHERE, f"portfolio:{portfolio}", f"project:{project}")


class Grant(Value):
    """A role that a person holds in a scope."""

    person: str
    role: RoleName
    scope: Scope = EVERYWHERE


class Delegation(Value):
    """`receiver` may act for `giver`: where, up to which amount (minor units), from when until when, and why."""

    id: Word
    giver: Word
    receiver: Word
    scope: Scope = EVERYWHERE
    limit: int | None = Field(default=None, ge=0)
    starts: Instant
    ends: Instant
    reason: Text

    def running(self, instant: datetime) -> bool:
        """Whether the interval, its end excluded, contains the instant."""
        return self.starts <= instant < self.ends

    def reaches(self, amount: FactValue | None) -> bool:
        """Whether a project of this amount is within the limit; one whose amount is not known is within none."""
        return self.limit is None or is_within(amount, self.limit)


def is_within(amount: FactValue | None, limit: int) -> bool:
    """Whether an amount is known and no more than a limit (minor units)."""
    return isinstance(amount, int | float) and amount <= limit


class Actor(Value):
    """Who asks: the person, the roles held on this project, and for whom they act.

    When acting for somebody, `roles` are the roles that the giver holds by grant or post, never by delegation, so that
    delegation does not cascade, and `own_roles` those that the person has otherwise. `directory_version` is the state
    of the directory in which the roles were read.

    `proved_at` is when the person last proved who they are, by password or at the identity provider, if that was
    shortly before they asked. Whoever lets them in judges that, so that a command which is carried out later, or
    again, is judged by what held when it was sent.
    """

    person: Word
    roles: Names = ()
    own_roles: Names = ()
    acting_for: Word | None = None
    delegation: Delegation | None = None
    directory_version: int = 0
    proved_at: Instant | None = Field(default=None, exclude_if=lambda instant: instant is None)

    @property
    def principal(self) -> str:
        """The person whose authority is used."""
        return self.acting_for or self.person

    @property
    def people(self) -> tuple[str, ...]:
        """The persons who take part through this actor, one or two."""
        return (self.person,) if self.acting_for in (None, self.person) else (self.person, self.principal)


class Roster(Value):
    """Who could act on one project now: role -> people, and who is absent; a leaver holds nothing.

    A post that a leaver still has is nobody's: they stand among the absent. `deputies` act for their giver now;
    `limited` are those who do so up to an amount alone, each with it.
    """

    holders: dict[str, Names] = Field(default_factory=dict)
    absent: Names = ()
    deputies: dict[str, Names] = Field(default_factory=dict)
    limited: dict[str, dict[str, int]] = Field(default_factory=dict)

    def for_amount(self, amount: FactValue | None) -> "Roster":
        """The same for a project of this amount: those whose limit reaches it are deputies like any other."""
        if not self.limited:
            return self
        deputies = dict(self.deputies)
        for giver, limits in self.limited.items():
            able = [deputy for deputy, limit in limits.items() if is_within(amount, limit)]
            deputies[giver] = tuple(sorted({*deputies.get(giver, ()), *able}))
        return self.model_copy(update={"deputies": deputies, "limited": {}})

    def present(self, role: str) -> tuple[str, ...]:
        """The people who hold the role and are not absent."""
        return tuple(person for person in self.holders.get(role, ()) if person not in self.absent)

    def stand_ins(self, role: str) -> tuple[tuple[str, str], ...]:
        """Who is present and acts for an absent holder of the role, each with that holder."""
        away = (holder for holder in self.holders.get(role, ()) if holder in self.absent)
        pairs = ((deputy, holder) for holder in away for deputy in self.deputies.get(holder, ()))
        return tuple((deputy, holder) for deputy, holder in pairs if deputy not in self.absent)

    def without(self, person: str) -> "Roster":
        """The same, as if somebody were not there."""
        return self.model_copy(update={"absent": (*self.absent, person)})
