"""The application with its whole OpenAPI document: refusals are problem+json, and every route says what it requires."""

from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from api.auth import Requires
from api.deps import API, REFUSALS


class Api(FastAPI):
    """An application whose routes under `API` are for people who are signed in."""

    def __init__(self, **about: Any) -> None:
        """`about` is what FastAPI takes."""
        super().__init__(**about)
        self.guarded: list[APIRoute] = []

    def guard(self, router: APIRouter) -> None:
        """Serve a router under `API`; each of its routes requires one permission."""
        self.include_router(router, prefix=API, responses=REFUSALS)
        self.guarded += [route for route in router.routes if isinstance(route, APIRoute)]

    def openapi(self) -> dict[str, Any]:
        """The document."""
        if self.openapi_schema is None:
            paths = super().openapi()["paths"]
            for route in self.guarded:
                for method in sorted(route.methods or ()):
                    _complete(paths[API + route.path][method.lower()], route)
        return super().openapi()


def requirements(route: APIRoute) -> tuple[Requires, ...]:
    """What a route requires of its caller."""
    calls: list[object] = [dependency.call for dependency in route.dependant.dependencies]
    return tuple(call for call in calls if isinstance(call, Requires))


def _complete(operation: dict[str, Any], route: APIRoute) -> None:
    operation["x-permission"] = " ".join(needed.permission.value for needed in requirements(route))
    for status, response in operation["responses"].items():
        if int(status) >= 400:
            response["content"] = {"application/problem+json": response["content"]["application/json"]}
