"""Light or dark, as the browser's own choice."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Response
from fastapi.responses import RedirectResponse

from api.web.entrance import own_path
from api.web.reader import THEMES
from api.web.viewer import anybodys_form

router = APIRouter(include_in_schema=False)
_YEAR: Final = 365 * 24 * 60 * 60


@router.post("/theme", dependencies=[Depends(anybodys_form)])
async def choose(theme: Annotated[str, Form()] = "", next_: Annotated[str, Form(alias="next")] = "/") -> Response:
    """Keep the choice in this browser for a year; `auto`, and what there is not, follows the system."""
    response = RedirectResponse(own_path(next_), 303)
    if theme in THEMES and theme != "auto":
        response.set_cookie("theme", theme, max_age=_YEAR, httponly=True, samesite="lax")
    else:
        response.delete_cookie("theme", httponly=True, samesite="lax")
    return response
