"""Who may do what: every address of the API and of the pages, for every role, and for nobody at all."""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from typing import NamedTuple

import httpx2
import pytest
import pytest_asyncio
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from api.app import ROUTERS
from api.auth import Reads, Requires, Writes
from api.deps import API
from api.openapi import Api, requirements
from api.routes import health, operations
from api.web.site import PAGES, said_of
from api.web.viewer import Acts, Views, anybody, anybodys_form, viewer
from lifecycle.domain.people import ROLE_PERMISSIONS, Permission, permissions_of
from lifecycle.persistence.session import Database
from lifecycle.service.deeds import RefusedError
from lifecycle.service.directory import EVERYBODYS
from lifecycle.service.envelopes import Envelope
from lifecycle.service.founding import SAMPLE
from lifecycle.service.office import Office
from tests.web.conftest import Arrive
from tests.web.visitor import Visitor

OPEN = {"/api/v1/openapi.json", "/docs"}
"""What anybody may read besides the pages that say so, and the health of the process."""
CHANGES = ("POST", "PUT", "PATCH", "DELETE")


class Address(NamedTuple):
    """One method of one address."""

    method: str
    path: str
    needs: Permission
    page: bool

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def of_the_office(self) -> bool:
        return self.needs.startswith("office:")


def guarded() -> Iterator[Address]:
    """Every address that needs a permission."""
    served = [(API, router) for router in ROUTERS] + [("", operations.router)]
    for prefix, router in served:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            (needed,) = requirements(route)
            yield from (Address(m, prefix + route.path, needed.permission, False) for m in sorted(route.methods or ()))
    for router in PAGES:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            (said,) = said_of(route)
            if isinstance(said, Views):
                yield from (Address(m, route.path, said.permission, True) for m in sorted(route.methods or ()))


ADDRESSES = tuple(guarded())


def test_nothing_is_served_that_does_not_say_what_it_requires(app: FastAPI) -> None:
    routers = {id(router) for router in (*ROUTERS, *PAGES, operations.router, health.router)}

    def served(routes: Iterable[BaseRoute]) -> Iterator[BaseRoute]:
        for route in routes:
            included = getattr(route, "original_router", None)
            if included is None:
                yield route
            elif id(included) not in routers:
                yield from served(included.routes)

    assert {getattr(route, "path", None) for route in served(app.routes)} <= {*OPEN}


def test_a_route_that_does_not_say_what_it_requires_is_not_served() -> None:
    for calls in ((), (viewer,), (anybody,), (Reads(Permission.SELF_SERVE), Writes(Permission.SELF_SERVE))):
        router = APIRouter()
        router.add_api_route("/secrets", lambda: "all of them", dependencies=[Depends(call) for call in calls])
        with pytest.raises(ValueError, match="must depend on one of"):
            Api().guard(router)


def test_what_changes_something_is_asked_by_a_form_of_ours_or_in_an_envelope() -> None:
    for router in PAGES:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            (said,) = said_of(route)
            changes = bool(set(CHANGES) & (route.methods or set()))
            assert (isinstance(said, Acts) or said is anybodys_form) == changes, route.path
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            (needed,) = requirements(route)
            assert not (isinstance(needed, Writes) and "GET" in (route.methods or ())), route.path


async def ask(visitor: Visitor, address: Address, token: str = "") -> httpx2.Response:
    """Ask for an address as somebody who knows what it looks like, with nothing in it."""
    path = address.path.replace("{", "").replace("}", "").replace(":path", "")
    headers = {"Sec-Fetch-Site": "same-origin", **({"Authorization": f"Bearer {token}"} if token else {})}
    if address.page:
        return await visitor.http.request(address.method, path, headers=headers)
    body: dict[str, str] | None = {} if address.method in CHANGES else None
    return await visitor.http.request(address.method, path, headers=headers, json=body)


@pytest.mark.parametrize("address", ADDRESSES, ids=str)
async def test_nobody_is_let_in_without_a_sign_in(address: Address, visitor: Visitor) -> None:
    answer = await ask(visitor, address)
    if address.page:
        assert (answer.status_code, answer.headers["location"][:14]) == (303, "/sign-in?next=")
    else:
        assert (answer.status_code, answer.json()["reason"]) == (401, "not_signed_in")


@pytest.mark.parametrize("role", [*sorted(ROLE_PERMISSIONS), "finance", "nobody"])
async def test_a_role_opens_what_its_permissions_open_and_nothing_else(role: str, people: "Signed") -> None:
    allowed = permissions_of([role] if role != "nobody" else []) | EVERYBODYS
    for address in ADDRESSES:
        if not address.of_the_office:
            continue  # what a role allows on a project is judged there, and told in the stories of the judgement
        expected = address.needs in allowed
        assert await people.may(role, address) == expected, f"{role}: {address}"
        if not expected:
            answer = await ask(people.visitors[role], address, people.tokens[role])
            assert (answer.status_code, answer.json()["reason"]) == (403, "not_permitted"), f"{role}: {address}"


class Signed:
    """People of every role, signed in to the pages and to the API."""

    def __init__(self, app: FastAPI, visitors: Mapping[str, Visitor], tokens: Mapping[str, str]) -> None:
        self.app = app
        self.visitors = visitors
        self.tokens = tokens

    async def may(self, role: str, address: Address) -> bool:
        """Whether the requirement of an address lets somebody of this role through."""
        requirement: Requires | Views = (Views if address.page else Reads)(address.needs)
        headers = {"authorization": f"Bearer {self.tokens[role]}", "cookie": f"lifecycle={self.visitors[role].secret}"}
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": raw, "app": self.app}
        request = Request({**scope, "scheme": "http", "server": ("127.0.0.1", 8765), "route": None})
        try:
            await (requirement.admit if isinstance(requirement, Requires) else requirement)(request)
        except RefusedError:
            return False
        return True


@pytest_asyncio.fixture
async def people(app: FastAPI, arrive: Arrive, office: Office, database: Database) -> AsyncIterator[Signed]:
    """One person for each role of the sample office, and one without any."""
    await office.people.add(Envelope("administrator", "newcomer"), "newcomer", "Newcomer", None)
    holders = {post.role: post.id for post in SAMPLE} | {"nobody": "newcomer"}
    visitors, tokens = {}, {}
    for role, person in holders.items():
        visitors[role] = arrive()
        secret = await office.sign_ins.begin(person, "test", "a browser")
        visitors[role].http.cookies.set("lifecycle", secret, domain="127.0.0.1")
        issued = await office.tokens.issue(Envelope(person, "matrix"), person, "Matrix", None)
        tokens[role] = issued.secret or ""
    yield Signed(app, visitors, tokens)
