"""What may stand behind the question mark of an address: a filter that is misspelt must not mean everything."""

from collections.abc import Iterator

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute


def known_only(request: Request) -> None:
    """Raises RequestValidationError for a query parameter that the route of the request does not know."""
    route = request.scope["route"]
    if not request.query_params or not isinstance(route, APIRoute):
        return
    known = sorted(set(_names(route.dependant)))
    faults = [
        {"type": "extra_forbidden", "loc": ("query", name), "msg": f"it is not one of {', '.join(known) or 'none'}"}
        for name in sorted(set(request.query_params) - set(known))
    ]
    if faults:
        raise RequestValidationError(faults)


def _names(dependant: Dependant) -> Iterator[str]:
    yield from (parameter.alias for parameter in dependant.query_params)
    for part in dependant.dependencies:
        yield from _names(part)
