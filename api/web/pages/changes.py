"""Changes of policies: proposed with a reason, checked, compared, published by somebody else, reviewed if urgent."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import UploadFile

from api.deps import Id, TheOffice
from api.web.addresses import change_path, edition_path, trial_path
from api.web.forms import Sent, sent_with
from api.web.rendering import render
from api.web.viewer import Acts, Viewer, Views
from api.web.views.policies import changes_of
from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.people import Permission
from lifecycle.service.deeds import RefusedError
from lifecycle.service.office import Office
from lifecycle.service.policies import Comparison, UnknownEditionError
from lifecycle.service.policy_text import PolicyError, Problem
from lifecycle.service.proposals import LONGEST_BREAK, Proposal
from lifecycle.service.what_ifs import Over

router = APIRouter(include_in_schema=False, prefix="/changes")
Reader = Annotated[Viewer, Depends(Views(Permission.POLICY_READ))]
Proposer = Annotated[Viewer, Depends(Acts(Permission.POLICY_PROPOSE))]
Publisher = Annotated[Viewer, Depends(Acts(Permission.POLICY_PUBLISH))]
Said = Annotated[str, Query(max_length=40)]
_LARGEST: Final = 1_000_000
"""Bytes of a policy file that are read; whatever is larger is no policy."""
_SHOWN_HERE: Final = frozenset({"wrong_value", "proposal_outdated", "proposal_settled", "edition_exists", "excluded"})


@router.get("")
async def changes(request: Request, office: TheOffice, viewer: Reader) -> Response:
    """The latest proposals, and what became of them."""
    found = await office.proposals.latest()
    names = await office.people.names({person for each in found for person in _people(each)})
    return render(request, viewer, "changes.html", proposals=found, names=names)


@router.get("/new")
async def draft(request: Request, viewer: Annotated[Viewer, Depends(Views(Permission.POLICY_PROPOSE))]) -> Response:
    """The form by which a change is proposed."""
    return _form(request, viewer, {})


@router.post("")
async def propose(request: Request, office: TheOffice, viewer: Proposer) -> Response:
    """Check a policy text, and propose it if that was asked for; every fault is told by line and column."""
    sent = await sent_with(request)
    typed = {**sent.typed, "source": await _source(sent)}
    try:
        if sent.text("do") == "check":
            report = await office.policies.check(typed["source"], "policy.yaml")
            return _form(request, viewer, typed, problems=report.problems, checked=not report.errors)
        new = await office.proposals.propose(
            sent.envelope(viewer),
            typed["source"],
            "policy.yaml",
            _reason(sent),
            sent.day("effective_from", viewer.zone),
            sent.day("until", viewer.zone),
        )
    except PolicyError as error:
        return _form(request, viewer, typed, problems=error.problems)
    except LifecycleError as error:
        if error.code != "wrong_value":
            raise
        return _form(request, viewer, typed, error=error)
    return RedirectResponse(f"{change_path(new.id)}?said=proposed", 303)


@router.get("/{id}")
async def change(request: Request, office: TheOffice, viewer: Reader, id: Id, said: Said = "") -> Response:
    """One proposal: why, what differs from the edition in force, and what the reader can do about it."""
    return await _shown(request, office, viewer, id, said=said)


@router.post("/{id}/publication")
async def publish(request: Request, office: TheOffice, viewer: Publisher, id: Id) -> Response:
    """Publish what somebody else has proposed."""
    sent = await sent_with(request)
    try:
        edition = await office.proposals.publish(sent.envelope(viewer), id)
    except LifecycleError as error:
        return await _turned(request, office, viewer, id, error)
    return RedirectResponse(edition_path(edition.ref.id, edition.ref.version), 303)


@router.post("/{id}/withdrawal")
async def withdraw(request: Request, office: TheOffice, viewer: Proposer, id: Id) -> Response:
    """Take a proposal back."""
    sent = await sent_with(request)
    try:
        await office.proposals.withdraw(sent.envelope(viewer), id, sent.text("remark"))
    except LifecycleError as error:
        return await _turned(request, office, viewer, id, error)
    return RedirectResponse(f"{change_path(id)}?said=withdrawn_change", 303)


@router.post("/{id}/review")
async def review(request: Request, office: TheOffice, viewer: Publisher, id: Id) -> Response:
    """Uphold what was published in break-glass, or end it."""
    sent = await sent_with(request)
    try:
        upheld = sent.text("upheld") == "yes"
        await office.proposals.review(sent.envelope(viewer), id, _remark(sent), upheld=upheld)
    except LifecycleError as error:
        return await _turned(request, office, viewer, id, error)
    return RedirectResponse(f"{change_path(id)}?said={'upheld' if upheld else 'ended'}", 303)


@router.post("/{id}/what-ifs")
async def try_it(
    request: Request,
    office: TheOffice,
    viewer: Annotated[Viewer, Depends(Acts(Permission.PORTFOLIO_READ))],
    id: Id,
) -> Response:
    """Try a proposal on every open project that the reader may see."""
    sent = await sent_with(request)
    found = await office.proposals.get(id)
    begun = await office.what_ifs.begin(sent.envelope(viewer), found.source, found.name, Over.OPEN_PROJECTS)
    return RedirectResponse(trial_path(begun.id), 303)


async def _turned(request: Request, office: Office, viewer: Viewer, id_: str, error: LifecycleError) -> Response:
    """The proposal again, with why it was not done."""
    if isinstance(error, PolicyError):
        return await _shown(request, office, viewer, id_, problems=error.problems)
    if error.code not in _SHOWN_HERE and not isinstance(error, RefusedError):
        raise error
    return await _shown(request, office, viewer, id_, error=error)


async def _shown(
    request: Request,
    office: Office,
    viewer: Viewer,
    id_: str,
    *,
    said: str = "",
    error: LifecycleError | None = None,
    problems: tuple[Problem, ...] = (),
) -> Response:
    found = await office.proposals.get(id_)
    comparison = await _difference(office, id_)
    return render(
        request,
        viewer,
        "change.html",
        status=409 if error or problems else 200,
        proposal=found,
        comparison=comparison,
        changes=changes_of(comparison) if comparison else (),
        edition=edition_path(found.ref.id, found.ref.version),
        names=await office.people.names(_people(found)),
        said=said,
        error=error,
        problems=problems,
    )


async def _difference(office: Office, id_: str) -> Comparison | None:
    """In what it differs from the edition in force; none if there is no such edition."""
    try:
        return await office.proposals.difference(id_)
    except UnknownEditionError:
        return None


def _form(
    request: Request,
    viewer: Viewer,
    typed: Mapping[str, str],
    *,
    error: LifecycleError | None = None,
    problems: tuple[Problem, ...] = (),
    checked: bool = False,
) -> Response:
    given: dict[str, Any] = {"typed": typed, "error": error, "problems": problems, "checked": checked}
    status = 422 if error or (problems and not checked) else 200
    return render(request, viewer, "change_new.html", status=status, days=LONGEST_BREAK.days, **given)


async def _source(sent: Sent) -> str:
    """The policy text: of the file that was chosen, else as it was typed."""
    file = sent.form.get("file")
    if isinstance(file, UploadFile):
        content = await file.read(_LARGEST)
        await file.close()
        if file.filename:
            return content.decode("utf-8", "replace")
    typed = sent.form.get("source")
    return typed.replace("\r\n", "\n") if isinstance(typed, str) else ""


def _reason(sent: Sent) -> str:
    return _told(sent.text("reason"), "A change needs a reason.", "Say why the rules should change.")


def _remark(sent: Sent) -> str:
    return _told(sent.text("remark"), "A review needs a reason.", "Say why it stays, or why it ends.")


def _told(text: str, sentence: str, remedy: str) -> str:
    """What somebody wrote. Raises LifecycleError `wrong_value` for nothing, or for far too much."""
    if not 0 < len(text) <= 4_000:
        raise LifecycleError("wrong_value", sentence, remedy)
    return text


def _people(found: Proposal) -> set[str]:
    return {person for person in (found.proposed_by, found.settled_by, found.reviewed_by) if person}
