"""The composition root of the API: settings become an office, and the office an application."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final

from fastapi import APIRouter, FastAPI

from api.deps import API
from api.errors import handle_errors
from api.intake import Frame
from api.openapi import Api
from api.reference import reference_page
from api.routes import (
    accounts,
    commands,
    deputising,
    events,
    evidence,
    gate_pages,
    gates,
    health,
    imports,
    lists,
    notices,
    operations,
    people,
    policies,
    preferences,
    projects,
    proposals,
    registers,
    rollouts,
    verifications,
    webhooks,
    what_ifs,
)
from api.web.entrance import Entrance
from api.web.failures import ErrorPages
from api.web.provider import Provider
from api.web.site import serve_pages
from lifecycle.persistence.session import Database
from lifecycle.service.decider import connect
from lifecycle.service.office import Limits, Office
from lifecycle.settings import Settings

TITLE: Final = "Lifecycle governance"
DESCRIPTION: Final = (
    "Carries projects through policy-enforced gates. Whatever a page can do is here; "
    "every refusal says why, and what to do next."
)
ROUTERS: Final[tuple[APIRouter, ...]] = (
    projects.router,
    gates.router,
    gate_pages.router,
    lists.router,
    events.router,
    verifications.router,
    registers.router,
    imports.router,
    evidence.router,
    proposals.router,
    what_ifs.router,
    policies.router,
    rollouts.router,
    people.router,
    deputising.router,
    accounts.router,
    preferences.router,
    notices.router,
    webhooks.router,
    commands.router,
)
"""Every router under `API`; each of its routes names one permission."""


@asynccontextmanager
async def office_of(settings: Settings) -> AsyncIterator[Office]:
    """The office that the settings describe; Temporal may be away, and is found when it comes."""
    settings.evidence_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    client = await connect(settings.temporal_address, settings.temporal_namespace)
    limits = Limits(
        settings.update_seconds, settings.evidence_limit_bytes, writes_per_minute=settings.writes_per_minute
    )
    async with Office(
        Database(settings.sql_url),
        client,
        settings.task_queue,
        settings.evidence_folder,
        limits,
        outlets=settings.outlets,
    ) as office:
        yield office


def create_app(
    office: AbstractAsyncContextManager[Office], evidence_bytes: int, entrance: Entrance = Entrance()
) -> FastAPI:
    """The application over an office, which is entered when it starts and left when it stops."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with office as entered, entered.at_work():
            app.state.office = entered
            yield

    app = Api(
        title=TITLE,
        description=DESCRIPTION,
        version="1",
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
    )
    for router in ROUTERS:
        app.guard(router)
    app.guard(operations.router, prefix="")
    app.include_router(health.router)
    app.add_api_route("/docs", reference_page, include_in_schema=False)
    app.state.entrance = entrance
    serve_pages(app)
    handle_errors(app)
    app.add_middleware(Frame, evidence_bytes=evidence_bytes)
    app.add_middleware(ErrorPages)
    return app


def from_settings() -> FastAPI:
    """The application as the environment describes it."""
    settings = Settings()
    return create_app(office_of(settings), settings.evidence_limit_bytes, entrance_of(settings))


def entrance_of(settings: Settings) -> Entrance:
    """How people get in, as the settings describe it."""
    provider = (
        Provider(
            settings.oidc_issuer, settings.oidc_client, settings.oidc_secret, settings.oidc_groups, settings.oidc_name
        )
        if settings.oidc_issuer
        else None
    )
    return Entrance(settings.address, settings.embedded, provider, settings.roles)
