"""`python -m tests.replay.replay`: every history again with today's code; says which would have gone otherwise."""

import asyncio
import json
import os
import sys
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from pydantic_core import to_json
from temporalio.client import WorkflowHistory
from temporalio.worker import (
    HandleUpdateInput,
    Interceptor,
    Replayer,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

from worker.converter import DATA_CONVERTER
from worker.registry import WORKFLOWS
from worker.sandbox import production

HISTORIES: Final = Path(__file__).parent / "histories"

_answers: dict[str, Any] = {}
"""What the updates of the history in hand were answered this time, by update id."""


class _Listening(WorkflowInboundInterceptor):
    async def handle_update_handler(self, input: HandleUpdateInput) -> Any:
        answer = await super().handle_update_handler(input)
        _answers[input.id] = json.loads(to_json(answer))
        return answer


class _Listener(Interceptor):
    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:
        return _Listening


async def replay(content: dict[str, Any]) -> None:
    """Replay one history; raises what does not agree: the commands of the workflow, or an answer that it gave."""
    _answers.clear()
    replayer = Replayer(
        workflows=WORKFLOWS,
        workflow_runner=production(),
        data_converter=DATA_CONVERTER,
        interceptors=[_Listener()],
    )
    await replayer.replay_workflow(WorkflowHistory.from_json(content["id"], content["history"]))
    for update, given in answers_in(content["history"]):
        if _answers[update] != given:
            raise AssertionError(f"{update} was answered {json.dumps(given)}, and now {json.dumps(_answers[update])}")


def answers_in(history: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The updates of a history that were answered, each with its answer."""
    for event in history["events"]:
        completed = event.get("workflowExecutionUpdateCompletedEventAttributes")
        if completed:
            yield completed["meta"]["updateId"], payload(completed["outcome"]["success"]["payloads"][0])


def payload(content: dict[str, Any]) -> Any:
    """What a payload of JSON says."""
    return json.loads(b64decode(content["data"]))


async def _replay_all() -> int:
    failed = 0
    for path in sorted(HISTORIES.glob("*.json")):
        try:
            await replay(json.loads(path.read_text(encoding="utf-8")))
        except Exception as error:
            failed += 1
            sys.stderr.write(f"{path.name}: {error}"[:2_000] + "\n")
        else:
            sys.stdout.write(path.name + "\n")
    return 1 if failed else 0


if __name__ == "__main__":
    code = asyncio.run(_replay_all())
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # Temporal's client may abort an interpreter that ends in the ordinary way
