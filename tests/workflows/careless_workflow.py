"""A workflow that relies on a careless module."""

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from tests.workflows.careless import stamp


@workflow.defn
class Careless:
    """Tells the time of the machine; a failure if it is caught."""

    @workflow.run
    async def run(self) -> str:
        try:
            return stamp()
        except workflow.NondeterminismError as caught:
            raise ApplicationError("caught", non_retryable=True) from caught
