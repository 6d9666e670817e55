"""Nobody learns from any address, of the API or of the pages, whether there is a project that they may not see."""

import re

import httpx2
import pytest

from lifecycle.persistence.session import Database
from lifecycle.service.envelopes import Envelope
from lifecycle.service.office import Office
from tests.integration.governed import bring
from tests.paper import Paper
from tests.policies import policy
from tests.web.test_permissions import ADDRESSES, CHANGES, Address
from tests.web.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")
OF_PROJECTS = [address for address in ADDRESSES if "/projects/{key}" in address.path]
NAMES = {"gate": "plan", "item": "plan", "number": "1", "digest": "sha256:" + "0" * 64}
SEEN = {"round": 1, "evidence_digest": ""}
WAIVER: dict[str, object] = {"gate": "plan", "requirement": "evidence.risks", "reason": "x"}
BODIES: dict[str, dict[str, object]] = {
    "votes": {**SEEN, "verdict": "approve", "rationale": "x"},
    "decision": {**SEEN, "outcome": "go", "rationale": "x"},
    "questions": {"round": 1, "question": "x"},
    "answers": {"answer": "x"},
    "call-in": {"round": 1, "reason": "x"},
    "waivers": {**WAIVER, "compensating_control": "x", "expires": "2027-01-01T00:00:00Z"},
    "request": WAIVER,
    "refusal": WAIVER,
    "revocation": WAIVER,
    "policy": {"policy": "corporate-standard", "version": 1, "reason": "x"},
    "proof": {"proof": "x"},
    "acceptance": {},
    "{item}": {"kind": "attestation"},
}
"""What is well-formed, where more than a reason is asked for; by how the address ends."""
_OF_ONE_ANSWER = re.compile(r"[0-9a-f]{16,64}|P-1|Q-1")


@pytest.fixture
def _project(database: Database) -> None:
    """A project that has come some way."""
    paper = Paper(policy(), "P-1")
    paper.register("rail", cost=1_000_00)
    for item in ("plan", "risks"):
        paper.supply("plan", item)
    paper.submit("plan")
    bring(database, paper)


async def ask(visitor: Visitor, address: Address, project: str, token: str) -> httpx2.Response:
    """Ask for an address of a project, with what its form or body would have as far as it is like all others."""
    names = {"key": project, **NAMES}
    path = re.sub(r"\{(\w+)(:path)?\}", lambda found: names.get(found[1], "x"), address.path)
    if address.page:
        fields = {"key": f"k-{project}", "reason": "x", "rationale": "x", "round": "1"}
        return await (visitor.post(path, fields) if address.method in CHANGES else visitor.get(path))
    body = BODIES.get(address.path.rpartition("/")[2], {"reason": "x"}) if address.method in CHANGES else None
    return await visitor.http.request(address.method, path, json=body, headers={"Authorization": f"Bearer {token}"})


@pytest.mark.usefixtures("_project")
async def test_a_project_that_one_may_not_see_answers_like_none(visitor: Visitor, office: Office) -> None:
    by = Envelope("administrator", "newcomer")
    await office.people.add(by, "newcomer", "Newcomer", None)
    secret = await office.sign_ins.begin("newcomer", "test", "a browser")
    visitor.http.cookies.set("lifecycle", secret, domain="127.0.0.1")
    issued = await office.tokens.issue(Envelope("newcomer", "token"), "newcomer", "Trial", None)
    assert len(OF_PROJECTS) >= 50
    for address in OF_PROJECTS:
        there, nowhere = [await ask(visitor, address, key, issued.secret or "") for key in ("P-1", "Q-1")]
        assert there.status_code == nowhere.status_code, f"{address}: {there.status_code}, {nowhere.status_code}"
        assert there.status_code == 404, f"{address} is answered to a stranger"
        assert _OF_ONE_ANSWER.sub("", there.text) == _OF_ONE_ANSWER.sub("", nowhere.text), str(address)
        assert there.headers.get("etag") == nowhere.headers.get("etag")
