"""How the worker reads messages: one that cannot be read is refused, where by default it would stop its workflow."""

from collections.abc import Sequence
from typing import Any, Final

from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import DataConverter
from temporalio.exceptions import FailureError

from lifecycle.workflows.failures import unreadable


class RefusingPayloadConverter(PydanticPayloadConverter):
    """Reads and writes JSON by pydantic, as the clients do."""

    def from_payloads(self, payloads: Sequence[Payload], type_hints: list[type] | None = None) -> list[Any]:
        """The values of a message; a failure that carries a refusal when there are none."""
        try:
            return super().from_payloads(payloads, type_hints)
        except FailureError:
            raise
        except Exception:
            raise unreadable() from None


DATA_CONVERTER: Final = DataConverter(payload_converter_class=RefusingPayloadConverter)
"""For the worker alone: to a client a refusal is something that the workflow said."""
