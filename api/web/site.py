"""The pages as a whole: each of their routes says who may see it."""

from typing import Final

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from api.web import assets
from api.web.entrance import FormExpiredError
from api.web.pages import (
    account,
    administration,
    audit,
    calendars,
    changes,
    gate,
    imports,
    inbox,
    life,
    live,
    notices,
    overriding,
    people,
    person,
    policies,
    portfolio,
    prepare,
    project,
    proof,
    provider,
    rollouts,
    sign_in,
    theme,
    verifications,
    waivers,
    webhooks,
    what_ifs,
)
from api.web.resume import give_back, lead_to_sign_in
from api.web.viewer import SignInNeededError, Views, anybody, anybodys_form

PAGES: Final[tuple[APIRouter, ...]] = (
    sign_in.router,
    provider.router,
    proof.router,
    assets.router,
    theme.router,
    inbox.router,
    gate.router,
    overriding.router,
    waivers.router,
    prepare.router,
    project.router,
    life.router,
    live.router,
    notices.router,
    account.router,
    people.router,
    person.router,
    portfolio.router,
    policies.router,
    changes.router,
    what_ifs.router,
    rollouts.router,
    imports.router,
    audit.router,
    verifications.router,
    administration.router,
    webhooks.router,
    calendars.router,
)
"""Every router of pages."""


def serve_pages(app: FastAPI) -> None:
    """Serve the pages beside the API. Raises ValueError for one that does not say who may see it: nobody may."""
    for router in PAGES:
        for route in router.routes:
            if not isinstance(route, APIRoute) or len(said_of(route)) != 1:
                raise ValueError(f"{route} must depend on one of Views, Acts, anybody and anybodys_form.")
        app.include_router(router)
    app.add_exception_handler(SignInNeededError, lead_to_sign_in)
    app.add_exception_handler(FormExpiredError, give_back)


def said_of(route: APIRoute) -> tuple[object, ...]:
    """What a page demands of whoever asks for it."""
    calls: list[object] = [dependency.call for dependency in route.dependant.dependencies]
    return tuple(call for call in calls if isinstance(call, Views) or call in (anybody, anybodys_form))
