"""Import: a register is uploaded, its columns are named, it is tried, then imported; every row says what came of it."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import UploadFile

from api.cursors import cursor_of, read_cursor
from api.deps import TheOffice
from api.routes.imports import SheetFormat, result_file
from api.routes.registers import order_of, plain
from api.schemas.imports import ImportOrder
from api.web.fields import checked
from api.web.forms import Sent, Turned, sent_with
from api.web.rendering import formats_for, render
from api.web.viewer import Acts, Viewer, Views
from api.web.views import imports as views
from api.web.views.imports import IMPORTS, REGISTERS, import_path, register_path
from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.people import Permission
from lifecycle.gates.policy import Fact, Policy
from lifecycle.service.import_results import RowOutcome
from lifecycle.service.office import Office
from lifecycle.service.policies import UnknownEditionError
from lifecycle.service.policy_files import DEFAULT
from lifecycle.service.registers.problems import RegisterError
from lifecycle.service.upload_views import RegisterView

router = APIRouter(include_in_schema=False)
Importer = Annotated[Viewer, Depends(Views(Permission.REGISTER_IMPORT))]
Sender = Annotated[Viewer, Depends(Acts(Permission.REGISTER_IMPORT))]
Id = Annotated[str, Path(max_length=200)]
MOST: Final = 50
_MOST_PEOPLE: Final = 200
_SHOWN_AGAIN: Final = frozenset({"wrong_value", "policy_unknown", "import_running", "key_reused"})


@router.get(IMPORTS)
async def imports(
    request: Request, office: TheOffice, viewer: Importer, after: Annotated[str, Query(max_length=500)] = ""
) -> Response:
    """Where a register is uploaded, and the imports there were."""
    return await _imports(request, office, viewer, after)


@router.post(IMPORTS)
async def upload(request: Request, office: TheOffice, viewer: Sender) -> Response:
    """Keep a register, and go on with its columns; a file that is none is refused beside the form."""
    sent = await sent_with(request)
    try:
        file = sent.form.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            raise LifecycleError("wrong_value", "No file was chosen.", "Choose the register, or drop it there.")
        id_ = await office.uploads.keep(sent.envelope(viewer), plain(file.filename), await file.read())
    except LifecycleError as error:
        return await _imports(request, office, viewer, turned=_turned(error))
    finally:
        await sent.form.close()
    return RedirectResponse(register_path(id_), 303)


@router.get(f"{REGISTERS}/{{id}}")
async def register(id: Id, request: Request, office: TheOffice, viewer: Importer) -> Response:
    """A register under the mapping that suggests itself: columns, first rows, and every problem."""
    return await _register(request, office, viewer, id)


@router.post(f"{REGISTERS}/{{id}}")
async def choose(id: Id, request: Request, office: TheOffice, viewer: Sender) -> Response:
    """The same under the columns that were chosen; nothing is imported."""
    return await _register(request, office, viewer, id, await sent_with(request))


@router.post(f"{REGISTERS}/{{id}}/imports")
async def begin(id: Id, request: Request, office: TheOffice, viewer: Sender) -> Response:
    """Import the register under the columns that were chosen, or only try it."""
    sent = await sent_with(request)
    try:
        view = await _looked_at(office, id, sent)
        asked = checked(
            ImportOrder,
            mapping_document=view.mapping_document,
            policy=view.policy,
            manager=sent.text("manager") or None,
            sponsor=sent.text("sponsor") or None,
            dry_run=sent.text("run") != "import",
        )
        name, data = await office.uploads.file(id)
        begun = await office.imports.begin(sent.envelope(viewer), order_of(name, asked, id), data)
    except LifecycleError as error:
        return await _register(request, office, viewer, id, sent, _turned(error))
    return RedirectResponse(import_path(begun.id), 303)


@router.get(f"{IMPORTS}/{{id}}")
async def import_page(
    id: Id,
    request: Request,
    office: TheOffice,
    viewer: Importer,
    outcome: Annotated[str, Query(max_length=20)] = "",
    after: Annotated[str, Query(max_length=500)] = "",
) -> Response:
    """How far an import has come, and what became of each row, those that were not taken in first."""
    return await _import(request, office, viewer, id, outcome, after)


@router.post(f"{IMPORTS}/{{id}}/again")
async def again(id: Id, request: Request, office: TheOffice, viewer: Sender) -> Response:
    """Import in earnest what a dry run has shown."""
    sent = await sent_with(request)
    try:
        begun = await office.imports.again(sent.envelope(viewer), id)
    except LifecycleError as error:
        return await _import(request, office, viewer, id, turned=_turned(error))
    return RedirectResponse(import_path(begun.id), 303)


@router.get(f"{IMPORTS}/{{id}}/result")
async def result(id: Id, office: TheOffice, viewer: Importer, format: SheetFormat = SheetFormat.CSV) -> Response:
    """What became of every row, as a file for a spreadsheet."""
    return result_file(format, *await office.imports.result(id, as_workbook=format is SheetFormat.XLSX))


async def _imports(
    request: Request, office: Office, viewer: Viewer, after: str = "", turned: Turned | None = None
) -> Response:
    page = await office.imports.latest(read_cursor(after or None), MOST)
    names = await office.people.names({line.person for line in page.lines})
    onward = cursor_of(page.after)
    return render(
        request,
        viewer,
        "imports.html",
        status=409 if turned else 200,
        lines=page.lines,
        names=names,
        turned=turned,
        onward=f"{IMPORTS}?after={onward}" if onward else None,
    )


async def _register(
    request: Request, office: Office, viewer: Viewer, id_: str, sent: Sent | None = None, turned: Turned | None = None
) -> Response:
    """The page on which columns are named; a choice that cannot be is told, and the suggestion shown instead."""
    try:
        view = await _looked_at(office, id_, sent)
    except LifecycleError as error:
        turned = turned or _turned(error)
        view = await _looked_at(office, id_, None)
    say = formats_for(request, viewer)
    typed: Mapping[str, Any] = dict(sent.typed) if sent else {}
    people = (await office.people.search("", None, _MOST_PEOPLE)).lines if viewer.may(Permission.PEOPLE_READ) else ()
    return render(
        request,
        viewer,
        "register.html",
        status=409 if turned else 200,
        view=view,
        posts=views.posts_of(view, say),
        rows=tuple((row, views.readings_of(row, view, say)) for row in view.first),
        read=tuple(target for target in view.targets if target.name in view.choice.facts),
        scales=views.SCALES,
        policies=await _policies(office),
        people=people,
        typed=typed,
        turned=turned,
    )


async def _looked_at(office: Office, id_: str, sent: Sent | None) -> RegisterView:
    """A register under the policy and the columns that a form names."""
    policies = await _policies(office)
    wanted = sent.text("policy") if sent else ""
    policy = wanted or (DEFAULT if DEFAULT in policies or not policies else policies[0])
    return await office.uploads.look(id_, policy, views.choice_from(sent) if sent else None)


async def _policies(office: Office) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.ref.id for line in await office.policies.listed()))


async def _import(
    request: Request,
    office: Office,
    viewer: Viewer,
    id_: str,
    outcome: str = "",
    after: str = "",
    turned: Turned | None = None,
) -> Response:
    view = await office.imports.get(id_)
    known = outcome if outcome in tuple(RowOutcome) else ""
    wanted = RowOutcome(known) if known else None
    page = await office.imports.rows(id_, wanted, read_cursor(after or None), MOST, pressing_first=True)
    say = formats_for(request, viewer)
    onward = cursor_of(page.after)
    query = {name: value for name, value in (("outcome", known), ("after", onward or "")) if value}
    return render(
        request,
        viewer,
        "import.html",
        status=409 if turned else 200,
        view=view,
        tabs=views.tabs_of(view, known, say),
        rows=views.result_rows(page.lines, await _declared(office, view.policy), dry_run=view.dry_run, say=say),
        outcome_names={each: views.outcome_name(each, view, say) for each in RowOutcome},
        onward=import_path(id_, **query) if onward else None,
        names=await office.people.names({view.person}),
        turned=turned,
    )


async def _declared(office: Office, policy: str) -> Mapping[str, Fact]:
    """The facts of the policy in force; none if it is not in force any more."""
    try:
        return Policy.model_validate_json((await office.policies.read(policy, None)).document).facts
    except UnknownEditionError:
        return {}


def _turned(error: LifecycleError) -> Turned:
    """Why a form was turned away; raises an error again that is not about what was sent."""
    if not isinstance(error, RegisterError) and error.code not in _SHOWN_AGAIN:
        raise error
    return Turned(error.sentence, error.remedy)
