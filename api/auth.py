"""Who asks, and what a route needs them to be allowed: each route names exactly one permission."""

from collections.abc import Iterable
from dataclasses import dataclass
from secrets import token_hex
from typing import Annotated, ClassVar

from fastapi import Header, Request
from pydantic.json_schema import SkipJsonSchema

from api.headers import ACTING_FOR, IDEMPOTENCY_KEY, IF_MATCH, Named, token_of
from api.parameters import known_only
from api.schemas.words import PersonId
from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.people import Permission
from lifecycle.persistence.people import Person
from lifecycle.service.envelopes import Envelope
from lifecycle.service.office import Office

ActingFor = Annotated[PersonId | SkipJsonSchema[None], Header(alias=ACTING_FOR.name, description=ACTING_FOR.meaning)]
"""For a route that only reads, and is asked how it looks to somebody else."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who is signed in."""

    person: Person

    @property
    def id(self) -> str:
        """Who they are."""
        return self.person.id


class Requires:
    """Signs the caller in; a permission of the office is checked here, one on a project where the project is known."""

    headers: ClassVar[tuple[Named, ...]] = ()
    """What requests may carry besides the token."""
    changes: ClassVar[bool] = False
    """Whether something is asked for, at a pace that one person may keep."""

    def __init__(self, permission: Permission, produces: str = "application/json") -> None:
        """`produces` is the media type of the answer, or `*/*` if that depends on what is asked for."""
        self.permission = permission
        self._produces = produces

    async def admit(self, request: Request) -> Caller:
        """Who asks. Raises `NotSignedInError`, `TooFastError`, and `RefusedError` when the office does not allow it."""
        if self._produces != "*/*" and not accepts(request.headers.getlist("accept"), self._produces):
            raise LifecycleError("not_acceptable", f"Answers here are {self._produces}.", "Accept that.")
        office: Office = request.app.state.office
        caller = Caller(await office.directory.bearer(token_of(request)))
        if self.changes:
            office.pace.keep(caller.id)
        if self.permission.startswith("office:"):
            asked = {"method": request.method, "path": request.url.path[:500]}
            await office.directory.require(Envelope(caller.id, token_hex(16)), self.permission, asked)
        known_only(request)
        return caller


def accepts(accepted: Iterable[str], media_type: str) -> bool:
    """Whether the values of Accept headers let an answer be of a media type; none let it be of any."""
    kinds = [part.partition(";")[0].strip().lower() for line in accepted for part in line.split(",")]
    wide = f"{media_type.partition('/')[0]}/*"
    return not kinds or any(kind in ("*/*", wide, media_type, "") for kind in kinds)


class Reads(Requires):
    """For a route that reads: gives the caller."""

    async def __call__(self, request: Request) -> Caller:
        """The caller."""
        return await self.admit(request)


class Writes(Requires):
    """For a route that changes something of the office: gives the envelope of the request."""

    headers: ClassVar[tuple[Named, ...]] = (IDEMPOTENCY_KEY,)
    changes = True

    async def __call__(self, request: Request) -> Envelope:
        """The envelope; its key travels back with the answer."""
        caller, key = await self._keyed(request)
        if ACTING_FOR.name in request.headers:
            sentence = "The business of the office is done in one's own name."
            raise LifecycleError("wrong_value", sentence, "Leave out X-Acting-For.")
        return Envelope(caller.id, key)

    async def _keyed(self, request: Request) -> tuple[Caller, str]:
        token_of(request)  # who is not signed in hears that first
        key = IDEMPOTENCY_KEY.read(request) or token_hex(16)
        request.state.echo = {IDEMPOTENCY_KEY.name: key}
        return await self.admit(request), key


class Asks(Writes):
    """For a route that asks something of a project: gives the envelope of the command."""

    headers: ClassVar[tuple[Named, ...]] = (IDEMPOTENCY_KEY, IF_MATCH, ACTING_FOR)

    async def __call__(self, request: Request) -> Envelope:
        """The envelope; its key travels back with the answer."""
        caller, key = await self._keyed(request)
        seen, principal = IF_MATCH.read(request), ACTING_FOR.read(request)
        if principal == caller.id:
            raise LifecycleError("wrong_value", "Nobody acts for themselves.", "Leave out X-Acting-For.")
        return Envelope(caller.id, key, principal, int(seen.strip('"')) if seen else None)
