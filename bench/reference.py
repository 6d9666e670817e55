"""The reference: bare Temporal updates and starts, on the server and with the worker options of the product.

`python -m bench.reference worker|caller ADDRESS NAMESPACE` is its worker process, or the process that asks it.
"""

import asyncio
import sys
from typing import Final
from uuid import uuid4

from temporalio.client import Client, WorkflowHandle

from bench.bare import APPEND, BARE_WORKFLOW, Bare
from bench.histories import weigh
from bench.loops import closed_loop, serial
from bench.orders import Order, leave, obey
from worker.main import new_worker

TASK_QUEUE: Final = "bare"
WORKFLOWS: Final = 100

Handle = WorkflowHandle[object, None]


async def work(client: Client) -> None:
    """Run bare workflows until there are no more orders."""
    async with new_worker(client, TASK_QUEUE, (), workflows=(Bare,)):
        await obey(_ready)


async def call(client: Client) -> None:
    """Ask bare workflows as ordered: `serial` (times), `closed` (clients, seconds), `start` (clients, count).

    `histories` (ids) tells what the server keeps of workflows, bare or not.
    """
    handles = [await _start(client) for _ in range(WORKFLOWS)]

    async def do(order: Order) -> Order:
        match order.pop("do"):
            case "serial":
                return await serial(handles[0], ask=_append, **order)
            case "closed":
                return await closed_loop(handles, ask=_append, **order)
            case "start":
                return await closed_loop([client] * order["count"], order["clients"], _begin)
            case "histories":
                return await weigh(client, **order)
            case unknown:
                raise ValueError(f"no such order: {unknown}")

    await obey(do)


async def _ready(order: Order) -> Order:
    return order


async def _start(client: Client) -> Handle:
    return await client.start_workflow(BARE_WORKFLOW, id=f"bare/{uuid4().hex}", task_queue=TASK_QUEUE)


async def _begin(client: Client) -> None:
    await _start(client)


async def _append(handle: Handle) -> None:
    await handle.execute_update(APPEND, "approve: the plan holds and the money is there")


async def main(role: str, address: str, namespace: str) -> None:
    """Be the worker or the caller."""
    client = await Client.connect(address, namespace=namespace)
    await {"worker": work, "caller": call}[role](client)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
    leave()
