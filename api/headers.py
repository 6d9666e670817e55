"""The headers that requests carry: read here, and described here for the OpenAPI document."""

import re
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Request
from fastapi.exceptions import RequestValidationError

from lifecycle.service.directory import NotSignedInError

_LONGEST_TOKEN: Final = 200


@dataclass(frozen=True, slots=True)
class Named:
    """A header: its name, the form of its value as a regular expression, and what it means."""

    name: str
    form: str
    meaning: str

    def read(self, request: Request) -> str | None:
        """Its value; none if it was left out. Raises RequestValidationError for a value of another form."""
        value = request.headers.get(self.name)
        if value is None or re.fullmatch(self.form, value):
            return value
        message = f"the header does not have the form {self.form}"
        raise RequestValidationError([{"type": "header", "loc": ("header", self.name), "msg": message}])

    @property
    def parameter(self) -> dict[str, Any]:
        """The header as an OpenAPI parameter."""
        schema = {"type": "string", "pattern": f"^{self.form}$"}
        return {"name": self.name, "in": "header", "required": False, "schema": schema, "description": self.meaning}


IDEMPOTENCY_KEY: Final = Named(
    "Idempotency-Key",
    "[!-~]{1,200}",
    "The same key with the same body has the same answer and no second effect; made up if left out.",
)
IF_MATCH: Final = Named(
    "If-Match",
    '"[0-9]{1,9}"',
    "The version that was shown, as its ETag said; the answer is 409 if it is no longer that one.",
)
ACTING_FOR: Final = Named(
    "X-Acting-For",
    "[A-Za-z0-9][A-Za-z0-9._-]{0,99}",
    "Somebody who has delegated to the caller, and in whose name this is asked.",
)
BEARER: Final = {"type": "http", "scheme": "bearer", "description": "An opaque token, as POST /tokens issues it."}
"""The way to sign in, as an OpenAPI security scheme."""


def token_of(request: Request) -> str:
    """The bearer token of a request. Raises `NotSignedInError` when there is none that could be one."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not 0 < len(token) <= _LONGEST_TOKEN:
        raise NotSignedInError
    return token
