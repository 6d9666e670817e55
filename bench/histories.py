"""What a workflow costs where Temporal is billed and stored: events, actions, bytes of payloads."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Final

from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client

UPDATE: Final = "WORKFLOW_EXECUTION_UPDATE_ACCEPTED"
ACTIONS: Final = (
    "WORKFLOW_EXECUTION_STARTED",
    UPDATE,
    "WORKFLOW_EXECUTION_SIGNALED",
    "WORKFLOW_EXECUTION_CONTINUED_AS_NEW",
    "TIMER_STARTED",
    "ACTIVITY_TASK_SCHEDULED",
    "UPSERT_WORKFLOW_SEARCH_ATTRIBUTES",
)
"""The events that Temporal counts as an action each."""


async def weigh(client: Client, ids: Iterable[str]) -> dict[str, Any]:
    """Events, actions and updates of the workflows' latest runs together, and the bytes of the largest payload."""
    kinds: Counter[str] = Counter()
    largest = 0
    for id_ in ids:
        history = await client.get_workflow_handle(id_).fetch_history()
        kinds.update(EventType.Name(event.event_type).removeprefix("EVENT_TYPE_") for event in history.events)
        largest = max(largest, *(len(payload.data) for event in history.events for payload in _payloads(event)))
    actions = sum(kinds[kind] for kind in ACTIONS)
    return {"events": kinds.total(), "actions": actions, "updates": kinds[UPDATE], "largest": largest}


def _payloads(message: Message) -> Iterator[Payload]:
    """Every payload in a message, however deep."""
    if isinstance(message, Payload):
        yield message
        return
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if field.message_type.GetOptions().map_entry:
            parts = [part for part in value.values() if isinstance(part, Message)]
        else:
            parts = list(value) if field.is_repeated else [value]
        for part in parts:
            yield from _payloads(part)
