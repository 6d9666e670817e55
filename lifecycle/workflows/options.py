"""How long things may take, and how often they are tried again."""

from datetime import timedelta
from typing import Final

from temporalio.common import RetryPolicy
from temporalio.workflow import ActivityConfig

RECORDING: Final = ActivityConfig(
    start_to_close_timeout=timedelta(seconds=60),
    retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=20)),
)
"""Recording goes on for ever: the events exist, and SQL must learn of them."""

PLANNING: Final = ActivityConfig(
    start_to_close_timeout=timedelta(seconds=30),
    retry_policy=RetryPolicy(
        initial_interval=timedelta(seconds=1),
        maximum_attempts=5,
        non_retryable_error_types=["ValueError", "NoWorkingTimeError"],
    ),
)
"""A round without clocks is better than none, so planning gives up soon, and at once on a calendar that is wrong."""

ROLLING: Final = ActivityConfig(
    start_to_close_timeout=timedelta(minutes=10),
    retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1)),
)
"""A slice is tried until it is done; what is in its way is a project that cannot be reached."""

PAUSE: Final = timedelta(hours=1)
"""Before something that should not have failed is tried again."""

LONGEST_TIMER: Final = timedelta(days=365)
"""Timers are armed for this long at most, then again."""

MOST_UNSEALED: Final = 200
"""With more unsealed events than this the workflow has them recorded itself."""

RECORDED_AT_ONCE: Final = 24 * 1024
"""Bytes of events that go into one payload of history."""

LARGEST_ASK: Final = 64 * 1024
"""Bytes of a command that a project looks at."""

LARGEST_ANSWER: Final = 2**20
"""Bytes of events in one answer to a query, and of what is carried from run to run."""
