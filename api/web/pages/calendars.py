"""The calendar of somebody's deadlines, at its secret address."""

from typing import Annotated, Final

from babel import Locale
from fastapi import APIRouter, Depends, Path, Request, Response

from api.deps import TheOffice
from api.web.calendar import MEDIA_TYPE, calendar_of
from api.web.entrance import entrance_of
from api.web.formats import Formats
from api.web.reader import Reader
from api.web.viewer import anybody
from api.web.views.inbox import line_of, people_in
from lifecycle.domain.preferences import Preferences
from lifecycle.service.language.catalogues import LANGUAGES

router = APIRouter(include_in_schema=False)
MOST: Final = 200


@router.get("/calendar/{secret}.ics", dependencies=[Depends(anybody)])
async def calendar(request: Request, office: TheOffice, secret: Annotated[str, Path(max_length=200)]) -> Response:
    """What waits for whoever owns the address, with its deadline."""
    owner = await office.feeds.owner(secret)
    found = await office.inboxes.of(owner.id, MOST)
    names = await office.people.names(people_in(found))
    say = Formats(_reader(await office.preferences.of(owner.id)), office.now())
    lines = [line_of(item, names, say) for item in found.items if item.kind.is_theirs_to_do]
    return Response(calendar_of(lines, entrance_of(request).address, say), media_type=MEDIA_TYPE)


def _reader(preferences: Preferences) -> Reader:
    """Whoever reads the calendar, which no browser asks for: as they have chosen."""
    language = preferences.language.value if preferences.language.value in LANGUAGES else "en"
    return Reader(language, Locale.parse(language), preferences.zone, "auto")
