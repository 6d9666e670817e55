"""Policies: checked, read, compared."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from api.auth import Caller, Reads
from api.deps import TheOffice, as_json
from api.schemas.policies import CheckReport, Editions, EditionView, PolicyText
from api.schemas.problems import Fault
from api.schemas.projects import Edition
from lifecycle.domain.people import Permission
from lifecycle.service.policies import Comparison
from lifecycle.service.policies import Edition as Published

router = APIRouter(tags=["policies"])
PolicyName = Annotated[str, Path(max_length=200, description="The policy's id.")]
Version = Annotated[int, Path(ge=1, le=2**31)]


@router.get("/policies", response_model=Editions)
async def editions(_: Annotated[Caller, Depends(Reads(Permission.POLICY_READ))], office: TheOffice) -> Response:
    """Every published edition."""
    return as_json(Editions(items=tuple(Edition.model_validate(ref) for ref in await office.policies.editions())))


@router.post("/policies/check", response_model=CheckReport)
async def check(
    body: PolicyText, _: Annotated[Caller, Depends(Reads(Permission.POLICY_READ))], office: TheOffice
) -> Response:
    """Check a policy text without publishing it, also against the people there are."""
    report = await office.policies.check(body.source, body.name)
    faults = tuple(
        Fault(
            path=found.path,
            sentence=f"{found.sentence} {found.witness}".strip(),
            remedy=found.remedy,
            severity=found.severity,
            line=found.line,
            column=found.column,
        )
        for found in report.problems
    )
    edition = Edition.model_validate(report.policy.ref) if report.policy else None
    return as_json(CheckReport(publishable=not report.errors, edition=edition, faults=faults))


@router.get("/policies/{id}", response_model=EditionView)
async def current(
    id: PolicyName, _: Annotated[Caller, Depends(Reads(Permission.POLICY_READ))], office: TheOffice
) -> Response:
    """The edition of a policy that is in force now."""
    return as_json(view_of(await office.policies.read(id, None)))


@router.get("/policies/{id}/versions/{version}", response_model=EditionView)
async def read(
    id: PolicyName,
    version: Version,
    _: Annotated[Caller, Depends(Reads(Permission.POLICY_READ))],
    office: TheOffice,
) -> Response:
    """One edition of a policy."""
    return as_json(view_of(await office.policies.read(id, version)))


@router.get("/policies/{id}/versions/{version}/difference", response_model=Comparison)
async def difference(
    id: PolicyName,
    version: Version,
    to: Annotated[int, Query(ge=1, le=2**31, description="The version it is compared with.")],
    _: Annotated[Caller, Depends(Reads(Permission.POLICY_READ))],
    office: TheOffice,
) -> Response:
    """What another version asks otherwise: gate by gate stricter, looser or both, with a project that shows it."""
    return as_json(await office.policies.difference(id, version, to))


def view_of(edition: Published) -> EditionView:
    """An edition as it is answered."""
    return EditionView(
        **edition.ref.model_dump(),
        published_at=edition.published_at,
        published_by=edition.published_by,
        effective_from=edition.effective_from,
        expires_at=edition.expires_at,
        source=edition.source,
    )
