"""The audit trail: searched and narrowed by the address, one record whole, and all of it as a file."""

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from api.cursors import cursor_of, read_cursor
from api.deps import TheOffice
from api.schemas.words import Body, Instant
from api.web.addresses import record_path
from api.web.fields import begin_of, checked, end_of
from api.web.rendering import formats_for, render
from api.web.viewer import Viewer, Views
from api.web.views.audit import AUDIT, EVENT_TYPES, address, row_of, rows_of, whole
from api.web.views.told import people_in
from lifecycle.domain.people import Permission
from lifecycle.service.trail import Format, RecordKind, WantedRecords

router = APIRouter(include_in_schema=False)
Reader = Annotated[Viewer, Depends(Views(Permission.AUDIT_READ))]
Word = Annotated[str, Query(max_length=100, pattern=r"^[^\x00]*$")]
MOST: Final = 50


class Span(Body):
    """From when on, and before when; each may be left open."""

    since: Instant | None
    until: Instant | None


@dataclass(frozen=True, slots=True)
class Filters:
    """What the trail is narrowed to, as the form has it; both days, as the reader's calendar has them, count."""

    project: str
    person: str
    kind: str
    type: str
    since: str
    until: str

    def wanted(self, viewer: Viewer) -> WantedRecords:
        """The same as the trail is asked for it. Raises LifecycleError `wrong_value` for what is no day."""
        since = begin_of(self.since, viewer.zone).isoformat() if self.since else None
        until = end_of(self.until, viewer.zone).isoformat() if self.until else None
        span = checked(Span, since=since, until=until)
        return WantedRecords(
            project=self.project or None,
            person=self.person or None,
            kind=RecordKind(self.kind) if self.kind else None,
            type=self.type or None,
            since=span.since,
            until=span.until,
        )

    def given(self) -> dict[str, str]:
        """By name, as the address has them."""
        return {name: getattr(self, name) for name in self.__slots__}


def filters(
    project: Word = "", person: Word = "", kind: Word = "", type: Word = "", since: Word = "", until: Word = ""
) -> Filters:
    """What the address narrows to; a kind that there is not narrows nothing."""
    known = kind if kind in tuple(RecordKind) else ""
    return Filters(project.strip(), person.strip(), known, type.strip(), since.strip(), until.strip())


Wanted = Annotated[Filters, Depends(filters)]


@router.get(AUDIT)
async def trail(
    request: Request,
    office: TheOffice,
    viewer: Reader,
    wanted: Wanted,
    after: Annotated[str, Query(max_length=2_000)] = "",
) -> Response:
    """What was recorded, the latest first."""
    page = await office.trail.of_everything(viewer.id, wanted.wanted(viewer), read_cursor(after or None), MOST)
    names = await office.people.names(people_in(page.lines))
    given = wanted.given()
    onward = cursor_of(page.after)
    return render(
        request,
        viewer,
        "audit.html",
        rows=rows_of(page.lines, names, formats_for(request, viewer)),
        filters=given,
        narrowed=any(given.values()),
        verified=await office.verifications.latest(viewer.id),
        kinds=tuple(RecordKind),
        types=EVENT_TYPES,
        onward=address(AUDIT, {**given, "after": onward}) if onward else None,
        files=tuple((form.value, address(f"{AUDIT}/export", {**given, "format": form.value})) for form in Format),
    )


@router.get(f"{AUDIT}/export")
async def export(office: TheOffice, viewer: Reader, wanted: Wanted, format: Format = Format.CSV) -> Response:
    """The same as a file, the oldest first."""
    pieces = await office.trail.export(viewer.id, wanted.wanted(viewer), format)
    kept = {"Content-Disposition": f"attachment; filename=audit-trail.{format.value}"}
    kinds = {Format.CSV: "text/csv; charset=utf-8", Format.NDJSON: "application/x-ndjson"}
    return StreamingResponse(pieces, headers=kept, media_type=kinds[format])


@router.get(f"{AUDIT}/records/{{n}}")
async def record(
    request: Request,
    office: TheOffice,
    viewer: Reader,
    n: Annotated[int, Path(ge=1, le=2**53)],
    project: Word = "",
) -> Response:
    """One record whole: of a project, or of the office."""
    found = await office.trail.record(viewer.id, project or None, n)
    names = await office.people.names(people_in((found,)))
    return render(
        request,
        viewer,
        "record.html",
        row=row_of(found, names, formats_for(request, viewer)),
        record=found,
        content=whole(found),
        earlier=record_path(found.project, n - 1) if n > 1 else None,
    )
