"""A flood of forms from one sign-in is slowed down."""

import pytest

from lifecycle.service.office import Office
from lifecycle.service.pace import Pace
from tests.web.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_one_person_sends_only_so_many_forms_a_minute(
    visitor: Visitor, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await visitor.sign_in("director")
    monkeypatch.setattr(office, "pace", Pace(1, office.now))
    fields = {"starts": "2026-03-01", "ends": "2026-03-05", "reason": "Leave"}
    assert (await visitor.post("/people/analyst/absences", {"key": "a", **fields})).status_code == 303
    refused = await visitor.post("/people/analyst/absences", {"key": "b", **fields})
    assert refused.status_code == 429
    assert (await visitor.get("/people")).status_code == 200
