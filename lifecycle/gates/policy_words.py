"""The small words that every part of a policy document is made of."""

from typing import Annotated, Any

from pydantic import ConfigDict, Discriminator, Field, StringConstraints, Tag

from lifecycle.domain.duration import Duration
from lifecycle.domain.people import RoleName
from lifecycle.domain.values import Value

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
"""A name in a policy: small letters, digits and underscores, beginning with a letter."""

Expression = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
"""A condition in CEL over the declared facts."""

Text = Annotated[str, StringConstraints(max_length=4_000)]


def _length(value: Any) -> str:
    return "by tier" if isinstance(value, dict) else "for all"


ByTier = Annotated[
    Annotated[dict[Name, Duration], Field(min_length=1), Tag("by tier")] | Annotated[Duration, Tag("for all")],
    Discriminator(_length),
]
"""One duration for all, or one a tier."""


RoleByTier = Annotated[
    Annotated[dict[Name, RoleName], Field(min_length=1), Tag("by tier")] | Annotated[RoleName, Tag("for all")],
    Discriminator(_length),
]
"""One role for all, or one a tier."""


class Part(Value):
    """A part of a policy document; the docstrings of its fields are the policy reference."""

    model_config = ConfigDict(use_attribute_docstrings=True)
