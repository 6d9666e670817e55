"""The pages as a whole: each of their routes says who may see it."""

from typing import Final

from fastapi import APIRouter, FastAPI

from api.web import assets
from api.web.pages import inbox, provider, sign_in, theme
from api.web.viewer import SignInNeededError, lead_to_sign_in

PAGES: Final[tuple[APIRouter, ...]] = (sign_in.router, provider.router, assets.router, theme.router, inbox.router)
"""Every router of pages."""


def serve_pages(app: FastAPI) -> None:
    """Serve the pages beside the API."""
    for router in PAGES:
        app.include_router(router)
    app.add_exception_handler(SignInNeededError, lead_to_sign_in)
