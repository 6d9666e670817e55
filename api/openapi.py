"""The application with its whole OpenAPI document: refusals are problem+json, and every route says what it requires."""

from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.routing import Match, compile_path
from starlette.types import Scope

from api.auth import Requires
from api.deps import API, REFUSALS
from api.headers import BEARER
from api.schemas.problems import Problem


class _Beneath(APIRouter):
    """Routes whose paths all begin alike: for any other path none of them is tried."""

    def __init__(self, start: str) -> None:
        """`start` is how the paths begin."""
        super().__init__()
        self._start = start

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether one of the routes is for a request, as the framework asks it."""
        return super().matches(scope) if scope.get("path", "").startswith(self._start) else (Match.NONE, {})


class Api(FastAPI):
    """An application with routes for people who are signed in: path and route of each are in `guarded`."""

    def __init__(self, **about: Any) -> None:
        """`about` is what FastAPI takes."""
        super().__init__(**about)
        self._beneath = _Beneath(f"{API}/")
        self.include_router(self._beneath)
        self.guarded: list[tuple[str, APIRoute]] = []

    def guard(self, router: APIRouter, prefix: str = API) -> None:
        """Serve a router under a prefix. Raises ValueError for a route that does not require one permission."""
        for route in router.routes:
            if not isinstance(route, APIRoute) or len(requirements(route)) != 1:
                raise ValueError(f"{route} must depend on one of Reads, Writes and Asks.")
        (self._beneath if prefix == API else self).include_router(router, prefix=prefix, responses=REFUSALS)
        self.guarded += [(prefix + route.path, route) for route in router.routes if isinstance(route, APIRoute)]

    def methods_at(self, path: str) -> tuple[str, ...]:
        """The methods that an address knows, whichever of its routes know them."""
        matching = [template for template, _ in self.guarded if compile_path(template)[0].match(path)]
        first = path if path in matching else next(iter(matching), None)
        here = [route for template, route in self.guarded if template == first]
        return tuple(sorted({method for route in here for method in route.methods or ()}))

    def openapi(self) -> dict[str, Any]:
        """The document."""
        if self.openapi_schema is None:
            document = super().openapi()
            document["components"]["schemas"] |= _problem()
            document["components"]["securitySchemes"] = {"bearer": BEARER}
            for path, route in self.guarded:
                for method in sorted(route.methods or ()):
                    _complete(document["paths"][path][method.lower()], requirements(route))
        return super().openapi()


def requirements(route: APIRoute) -> tuple[Requires, ...]:
    """What a route requires of its caller."""
    calls: list[object] = [dependency.call for dependency in route.dependant.dependencies]
    return tuple(call for call in calls if isinstance(call, Requires))


def _complete(operation: dict[str, Any], required: tuple[Requires, ...]) -> None:
    operation["security"] = [{"bearer": []}]
    operation["x-permission"] = " ".join(needed.permission.value for needed in required)
    headers = [header.parameter for needed in required for header in needed.headers]
    operation["parameters"] = [*operation.get("parameters", ()), *headers]


def _problem() -> dict[str, Any]:
    """The schemas of a refusal, by name; as a model of every route's answers it would be built hundreds of times."""
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    return {**schema.pop("$defs"), Problem.__name__: schema}
