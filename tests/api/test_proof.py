"""Gates that ask whoever decides to prove who they are: a token cannot, and what was proved outlives the session."""

from datetime import timedelta

import pytest

from lifecycle.domain.commands import CastVote
from lifecycle.service.envelopes import Envelope
from lifecycle.service.outcomes import Done
from tests.api.desk import Desk, Project
from tests.api.test_overriding import POLICY, submitted

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("at_work")]

SWORN = (
    POLICY.replace("policy: reserved", "policy: sworn").replace("50000.0", "500000.0") + "    reauthenticate: true\n"
)


async def sworn(desk: Desk) -> Project:
    """A project before the approvers of a gate that asks them to prove who they are."""
    return await submitted(desk, "sworn", SWORN)


async def voters(project: Project) -> list[str]:
    """Who has voted on the charter."""
    view = (await project.desk.get("pm", f"/projects/{project.key}/gates/charter")).json
    return [vote["voter"] for vote in view["round"]["votes"]]


async def test_a_token_cannot_prove_it_and_says_where_it_is_done(desk: Desk) -> None:
    project = await sworn(desk)
    path = f"/projects/{project.key}/gates/charter"
    refused = await desk.post("sponsor", f"{path}/votes", await project.ballot())
    assert refused.refused == (403, "reauthentication_needed")
    assert "on the gate's page" in refused.json["remedy"]
    called = await desk.post("director", f"{path}/call-in", {"round": 1, "reason": "Too big."})
    assert called.refused == (403, "reauthentication_needed")
    view = (await desk.get("sponsor", path)).json
    assert view["reauthenticate"] is True
    (vote,) = [act for act in view["actions"] if act["subject"] == "charter.approve"]
    assert (vote["allowed"], vote["refusal"]["reason"]) == (False, "reauthentication_needed")
    assert (await desk.get("sponsor", "/inbox")).json["items"], "it waits for them all the same"


async def test_nobody_proves_it_by_saying_so(desk: Desk) -> None:
    project = await sworn(desk)
    ballot = {**await project.ballot(), "proved_at": "2026-03-02T09:00:00Z"}
    assert (await project.ask("sponsor", "/gates/charter/votes", ballot)).status == 422


async def test_what_was_proved_when_it_was_sent_counts_whenever_it_is_carried_out(desk: Desk) -> None:
    project = await sworn(desk)
    ballot = await project.ballot()
    envelope = Envelope("sponsor", "k-1", proved_at=desk.office.now() - timedelta(hours=3))
    command = envelope.around(CastVote, gate="charter", **ballot)
    assert isinstance(await desk.office.commands.carry_out(project.key, command), Done)
    again = Envelope("sponsor", "k-1").around(CastVote, gate="charter", **ballot)
    assert isinstance(await desk.office.commands.carry_out(project.key, again), Done), "the same request, once more"
    assert await voters(project) == ["sponsor"]
