"""The envelope of a request: who sends it, in whose name, under which key, having seen which version."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from lifecycle.domain.commands import Command, PersonCommand
from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.people import Actor
from lifecycle.domain.values import canonical

SYSTEM: Final = "lifecycle"
"""Who acts when the product itself does; nobody in the directory has this id, and nobody can sign in with it."""

Asked = TypeVar("Asked", bound=Command)


@dataclass(frozen=True, slots=True)
class Envelope:
    """What surrounds every request. The same key from the same person means the same request again.

    `proved_at` is when the person proved who they are, if that was shortly before.
    """

    person: str
    key: str
    acting_for: str | None = None
    expected_version: int | None = None
    proved_at: datetime | None = None

    @property
    def id(self) -> str:
        """The command's id: keys are each person's own, so nobody meets or guesses another's."""
        return sha256(canonical([self.person, self.key]).encode("utf-8", "surrogatepass")).hexdigest()[:32]

    @property
    def actor(self) -> Actor:
        """Who asks, and for whom, as yet without roles."""
        return Actor(person=self.person, acting_for=self.acting_for, proved_at=self.proved_at)

    def around(self, kind: type[Asked], **content: Any) -> Asked:
        """The command in this envelope; which roles it carries is looked up when it is sent.

        Raises LifecycleError `wrong_value` for content that the command cannot have.
        """
        try:
            return kind(id=self.id, actor=self.actor, expected_version=self.expected_version, **content)
        except ValidationError as error:
            found = error.errors(include_url=False, include_context=False)[0]
            place = ".".join(str(step) for step in found["loc"]) or "the request"
            raise LifecycleError("wrong_value", f"{place}: {found['msg']}."[:300], "Correct it, then repeat.") from None


def body_of(command: PersonCommand) -> dict[str, Any]:
    """A command as JSON-like data, from which it can be read again."""
    return {**command.model_dump(mode="json", exclude_defaults=True), "type": command.type}
