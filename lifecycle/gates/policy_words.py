"""The small words that every part of a policy document is made of."""

from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from lifecycle.domain.duration import Duration
from lifecycle.domain.values import Value

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
"""A name in a policy: small letters, digits and underscores, beginning with a letter."""

Expression = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
"""A condition in CEL over the declared facts."""

Text = Annotated[str, StringConstraints(max_length=4_000)]

ByTier = Annotated[dict[Name, Duration], Field(min_length=1)] | Duration
"""One duration for all, or one a tier."""


class Part(Value):
    """A part of a policy document; the docstrings of its fields are the policy reference."""

    model_config = ConfigDict(use_attribute_docstrings=True)
