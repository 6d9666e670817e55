"""Whatever is sent straight at a project's workflow, the project goes on."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from temporalio.api.common.v1 import Payload
from temporalio.client import Client, WorkflowFailureError, WorkflowQueryFailedError, WorkflowUpdateFailedError
from temporalio.common import RawValue
from temporalio.service import RPCError

from lifecycle.domain.commands import AmendFacts, SubmitGate
from lifecycle.domain.people import Actor
from lifecycle.workflows import options
from lifecycle.workflows.failures import refusal_of
from lifecycle.workflows.messages import ASK, DIGEST, EVENTS_AFTER, PROJECT_WORKFLOW, STATE, Ask, workflow_id
from tests.policies import WORKS
from tests.workflows.office import DORA, MIA, Office, Project, fresh

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("at_work")]

EXAMPLES = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.datetimes().map(str)
documents = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)
"""Any JSON, and a little more."""

template = Ask(command=SubmitGate(id="a", actor=MIA, gate="plan")).model_dump(mode="json")
paths = [("command",), ("policy",), *(("command", key) for key in template["command"])]


@st.composite
def nearly_commands(draw: st.DrawFn) -> dict[str, Any]:
    """A command of which one part was replaced by something else."""
    asked: dict[str, Any] = json.loads(json.dumps(template))
    *outer, last = draw(st.sampled_from(paths))
    place = asked
    for step in outer:
        place = place[step]
    place[last] = draw(documents | st.sampled_from([[], {}, {"plan": {"started_at": "0001-01-01T00:00:00+14:00"}}]))
    return asked


payloads = st.builds(
    lambda encoding, data: RawValue(Payload(metadata={"encoding": encoding}, data=data)),
    st.sampled_from([b"json/plain", b"binary/null", b"binary/plain", b"json/protobuf", b"gzip", b""]),
    st.binary(max_size=40) | documents.map(lambda document: json.dumps(document).encode()),
)
"""Payloads as they travel: what they claim to be, and what they are."""


async def goes_on(project: Project) -> None:
    """The project answers, and does what it is rightly asked to do."""
    await project.hear()
    await project.ask(AmendFacts(id=fresh(), actor=DORA, facts={"cost": (await project.state()).seq + 1}))
    await project.check()


async def shot(project: Project, arguments: list[Any]) -> None:
    """Send it; to be refused is all that may happen to it."""
    try:
        await project.handle.execute_update(ASK, args=arguments)
    except (WorkflowUpdateFailedError, RPCError, ValueError):
        return


async def test_commands_that_nearly_fit_never_stop_a_project(office: Office) -> None:
    @EXAMPLES
    @given(nearly_commands())
    def collect(asked: dict[str, Any]) -> None:
        shots.append(asked)

    shots: list[Any] = []
    collect()
    target = await office.register()
    for asked in shots:
        await shot(target, [asked])
    await goes_on(target)


async def test_payloads_that_nobody_can_read_never_stop_a_project(office: Office) -> None:
    @EXAMPLES
    @given(st.lists(payloads, max_size=3), st.sampled_from([ASK, EVENTS_AFTER, DIGEST, STATE, "kill", "__stack_trace"]))
    def collect(arguments: list[RawValue], name: str) -> None:
        shots.append((arguments, name))

    shots: list[tuple[list[RawValue], str]] = []
    collect()
    target = await office.register()
    for arguments, name in shots:
        await shot(target, list(arguments))
        await target.handle.signal(name, args=arguments)
        try:
            await target.handle.query(name, args=arguments)
        except (WorkflowQueryFailedError, RPCError):
            continue
    await goes_on(target)


async def test_a_beginning_that_is_none_ends_at_once(office: Office) -> None:
    beginnings: list[list[Any]] = [
        [],
        [1, 2],
        [{"type": "start"}],
        [RawValue(Payload(metadata={"encoding": b"json/plain"}, data=b"{"))],
        [{"command": {}, "at": "now", "policy": WORKS}],
    ]
    client: Client = office.temporal.client
    for number, beginning in enumerate(beginnings):
        handle = await client.start_workflow(
            PROJECT_WORKFLOW, args=beginning, id=workflow_id(f"{office.queue}-{number}"), task_queue=office.queue
        )
        with pytest.raises(WorkflowFailureError) as failed:
            await handle.result()
        assert refusal_of(failed.value)


async def test_a_command_without_measure_is_refused(office: Office) -> None:
    target = await office.register()
    crowd = Actor(person="dora", roles=tuple(f"role_{number}" for number in range(options.LARGEST_ASK // 8)))
    refusal = await target.refused(AmendFacts(id=fresh(), actor=crowd, facts={"cost": 1}))
    assert refusal.refusal.sentence == "The command is too large."
    await goes_on(target)


async def test_strange_clocks_never_stop_a_project(office: Office) -> None:
    past, far = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)
    for steps, taken in [((past,), -1), ((far,), 0), ((far, past), 2**62)]:
        target = await office.register()
        await target.supply("plan", "plan")
        command = await target.timed(SubmitGate(id=fresh(), actor=MIA, gate="plan"))
        strange = command.clocks["plan"].model_copy(update={"steps": steps, "due": steps[0], "taken": taken})
        await shot(target, [Ask(command=command.model_copy(update={"clocks": {"plan": strange}}))])
        await goes_on(target)
