"""The way to the deciders: one workflow per project, asked through Temporal; and what can go wrong on the way."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import PollerInfo, TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import (
    Client,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RetryConfig, RPCError, RPCStatusCode

from lifecycle.domain.verdicts import Reason, Refusal
from lifecycle.workflows.failures import refusal_of
from lifecycle.workflows.messages import (
    ASK,
    DIGEST,
    EVENTS_AFTER,
    PROJECT_WORKFLOW,
    Answer,
    Ask,
    StartProject,
    workflow_id,
)

_RETRY: Final = RetryConfig(initial_interval_millis=50, max_interval_millis=500, max_elapsed_time_millis=2_000)
"""A short absence of Temporal is not noticed; a longer one is told soon."""
_POLLS_AGAIN: Final = timedelta(seconds=90)
_GONE: Final = {"AcceptedUpdateCompletedWorkflow"}
_log = structlog.get_logger("decider")


class DeciderError(Exception):
    """A decider gave no answer; whether it received the question is not known."""


class DeciderAwayError(DeciderError):
    """Temporal cannot be reached."""


class DeciderSilentError(DeciderError):
    """Temporal was reached, but no answer came in time: nobody works, or too much is asked at once."""


class DeciderGoneError(Exception):
    """The project has no running workflow: it has ended, or never was."""


async def connect(address: str, namespace: str) -> Client:
    """A client that connects when it is first used, and so also while Temporal is away."""
    return await Client.connect(
        address, namespace=namespace, data_converter=pydantic_data_converter, retry_config=_RETRY, lazy=True
    )


class Decider:
    """Asks, starts and reads projects' workflows. Every call may raise the errors above."""

    def __init__(self, client: Client, task_queue: str, seconds: float, carry_after: int | None = None) -> None:
        """`seconds` is how long an answer is waited for; `carry_after` as in `StartProject`."""
        self._client = client
        self._task_queue = task_queue
        self._timeout = timedelta(seconds=seconds)
        self._carry_after = carry_after

    async def ask(self, project: str, asked: Ask) -> Answer | Refusal:
        """Have a command judged and carried out. To ask the same again has no second effect."""
        handle = self._client.get_workflow_handle(workflow_id(project))
        with _translated():
            try:
                answer: Answer = await handle.execute_update(
                    ASK, asked, id=asked.command.id, result_type=Answer, rpc_timeout=self._timeout
                )
            except WorkflowUpdateFailedError as error:
                return _refusal(error)
        return answer

    async def start(self, given: StartProject) -> bool:
        """Let a registered project begin; False if it had a workflow before."""
        given = given.model_copy(update={"carry_after": self._carry_after})
        with _translated():
            try:
                await self._client.start_workflow(
                    PROJECT_WORKFLOW,
                    given,
                    id=workflow_id(given.command.project),
                    task_queue=self._task_queue,
                    id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                    id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                    rpc_timeout=self._timeout,
                )
            except WorkflowAlreadyStartedError:
                return False
        return True

    async def events_after(self, project: str, seq: int) -> Answer:
        """Events after number `seq` that SQL may lack, the oldest first; perhaps not all of them at once."""
        handle = self._client.get_workflow_handle(workflow_id(project))
        with _translated():
            answer: Answer = await handle.query(EVENTS_AFTER, seq, result_type=Answer, rpc_timeout=self._timeout)
        return answer

    async def standing(self, project: str) -> Answer:
        """The version and the digest of a project's state, without events; also of one that has ended lately."""
        handle = self._client.get_workflow_handle(workflow_id(project))
        with _translated():
            answer: Answer = await handle.query(DIGEST, result_type=Answer, rpc_timeout=self._timeout)
        return answer

    async def workers(self) -> int:
        """How many worker processes have asked for work lately."""
        queue = TaskQueue(name=self._task_queue)
        asked = DescribeTaskQueueRequest(namespace=self._client.namespace, task_queue=queue)
        asked.task_queue_type = TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW
        with _translated():
            found = await self._client.workflow_service.describe_task_queue(asked, timeout=self._timeout)
        return len({poller.identity for poller in found.pollers if _is_recent(poller)})

    async def ping(self) -> None:
        """Return if Temporal answers."""
        with _translated():
            await self._client.service_client.check_health(timeout=self._timeout)


def _is_recent(poller: PollerInfo) -> bool:
    """Whether a poller has asked within the time for which one request for work lasts, and a little more."""
    return poller.last_access_time.ToDatetime(UTC) > datetime.now(UTC) - _POLLS_AGAIN


def _refusal(error: WorkflowUpdateFailedError) -> Refusal:
    if found := refusal_of(error):
        return found.refusal
    if getattr(error.cause, "type", None) in _GONE:
        raise DeciderGoneError from error
    _log.error("a project answered with something that is no refusal", error=repr(error.cause))
    sentence = "The project could not judge this."
    return Refusal(reason=Reason.UNEXPECTED, sentence=sentence, remedy="Tell the operators of the service.")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (WorkflowUpdateRPCTimeoutOrCancelledError, WorkflowQueryFailedError, TimeoutError) as error:
        raise DeciderSilentError from error
    except RPCError as error:
        if error.status is RPCStatusCode.UNAVAILABLE or "namespace" in error.message.lower():
            raise DeciderAwayError from error
        if error.status is RPCStatusCode.NOT_FOUND:
            raise DeciderGoneError from error
        if error.status in _BUGS:
            raise
        raise DeciderSilentError from error
    except RuntimeError as error:
        if "client connect" not in str(error):
            raise
        raise DeciderAwayError from error


_BUGS: Final = {RPCStatusCode.INVALID_ARGUMENT, RPCStatusCode.UNIMPLEMENTED, RPCStatusCode.PERMISSION_DENIED}
