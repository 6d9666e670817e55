"""Policies: the editions there are, and one of them in plain language, with its proofs and what it changed."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.deps import TheOffice
from api.web.addresses import edition_path
from api.web.rendering import formats_for, render
from api.web.viewer import Viewer, Views
from api.web.views.path import outline_of
from api.web.views.policies import changes_of, proofs_of, shelves_of
from api.web.views.wording import sections_of
from lifecycle.domain.people import Permission
from lifecycle.gates.machine import StageMachine
from lifecycle.gates.policy import Policy
from lifecycle.gates.raci import raci
from lifecycle.service.policies import UnknownEditionError

router = APIRouter(include_in_schema=False)
Reader = Annotated[Viewer, Depends(Views(Permission.POLICY_READ))]
PolicyName = Annotated[str, Path(max_length=200)]
Version = Annotated[int, Path(ge=1, le=2**31)]


@router.get("/policies")
async def policies(request: Request, office: TheOffice, viewer: Reader) -> Response:
    """Every edition, policy by policy, and how many projects go by it."""
    lines = await office.policies.listed()
    projects = await office.portfolio.by_edition(viewer.id)
    names = await office.people.names({line.published_by for line in lines})
    shelves = shelves_of(lines, projects, office.now())
    return render(request, viewer, "policies.html", shelves=shelves, names=names)


@router.get("/policies/{id}")
async def newest(office: TheOffice, viewer: Reader, id: PolicyName) -> RedirectResponse:
    """Leads to the newest edition of a policy."""
    versions = [line.ref.version for line in await office.policies.listed() if line.ref.id == id]
    if not versions:
        raise UnknownEditionError(id)
    return RedirectResponse(edition_path(id, max(versions)), 303)


@router.get("/policies/{id}/versions/{version}")
async def edition(
    request: Request,
    office: TheOffice,
    viewer: Reader,
    id: PolicyName,
    version: Version,
    against: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """One edition whole; `against` is another version of the policy that it is compared with."""
    found = await office.policies.read(id, version)
    policy = Policy.model_validate_json(found.document)
    projects = await office.portfolio.by_edition(viewer.id)
    shelves = shelves_of((line for line in await office.policies.listed() if line.ref.id == id), projects, office.now())
    rows = {row.line.ref.version: row for row in shelves[0].editions}
    others = tuple(number for number in rows if number != version)
    if against and against not in map(str, others):
        raise UnknownEditionError(id)
    earlier, later = sorted((version, int(against))) if against else (version, version)
    comparison = await office.policies.difference(id, earlier, later) if against else None
    return render(
        request,
        viewer,
        "policy.html",
        row=rows[version],
        others=others,
        policy=policy,
        path=outline_of(policy, formats_for(request, viewer)),
        diagram=await asyncio.to_thread(StageMachine(policy).diagram),
        raci=raci(policy),
        sections=sections_of(policy, formats_for(request, viewer)),
        proofs=proofs_of(await office.policies.findings(found)),
        against=against,
        comparison=comparison,
        changes=changes_of(comparison) if comparison else (),
        names=await office.people.names({found.published_by}),
    )
