"""Nobody votes: the ladder runs in working time by itself, each step once, whatever happens to the worker."""

from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from lifecycle.domain.gate_events import LadderAction, LadderStepped
from lifecycle.domain.project import Status
from tests.policies import policy
from tests.workflows.office import Office

pytestmark = pytest.mark.asyncio(loop_scope="session")

SYDNEY = ZoneInfo("Australia/Sydney")
"""In early October the clocks go forward on the first Sunday, and the first Monday is Labour Day."""


def next_end_of_september() -> date:
    """The last working day of the next September that lies well ahead."""
    today = datetime.now(UTC).date()
    year = today.year if today < date(today.year, 9, 20) else today.year + 1
    days = (date(year, 9, 30) - timedelta(days=back) for back in range(7))
    return next(day for day in days if day.weekday() < 5)


def working_days_after(day: date) -> Iterator[date]:
    """The days on which Sydney works, as a person with a wall calendar would count them."""
    while True:
        day += timedelta(days=1)
        is_labour_day = (day.month, day.weekday()) == (10, 0) and day.day <= 7
        if day.weekday() < 5 and not is_labour_day:
            yield day


async def test_the_ladder_crosses_a_weekend_a_holiday_and_a_clock_change(
    office: Office, hire: Callable[[], AbstractAsyncContextManager[object]]
) -> None:
    rules = policy(
        calendar={"timezone": "Australia/Sydney", "week": "mon-fri", "hours": "09:00-17:00", "holidays": "AU-NSW"}
    )
    first_day = next_end_of_september()
    async with hire():
        project = await office.register(rules)
        await project.wait_until(datetime(first_day.year, first_day.month, first_day.day, 10, tzinfo=SYDNEY))
        await project.submit("plan", "plan")
        clock = (await project.state()).rounds["plan"].clock

    assert clock
    at_ten = clock.started_at.astimezone(SYDNEY)
    workdays = working_days_after(first_day)
    days = [next(workdays) for _ in range(6)]
    expected = [at_ten.replace(year=day.year, month=day.month, day=day.day) for day in days]
    due = [expected[number - 1].astimezone(UTC) for number in (1, 2, 3, 4, 6)]
    assert at_ten.utcoffset() != due[-1].astimezone(SYDNEY).utcoffset(), "the clocks have changed in between"

    for number, instant in enumerate(due, start=1):
        async with hire():
            await project.wait_until(instant + timedelta(seconds=1))
            assert len(await project.happened(LadderStepped)) == number
    async with hire():
        steps = await project.happened(LadderStepped)
        assert [(step.action, step.role) for step in steps] == [
            (LadderAction.REMIND, None),
            (LadderAction.NOTIFY, "pmo_director"),
            (LadderAction.WIDEN, "deputy"),
            (LadderAction.RAISE, "pmo_director"),
            (LadderAction.HOLD, None),
        ]
        taken = [recorded.at for recorded in await project.story() if isinstance(recorded.event, LadderStepped)]
        late = [at - instant for at, instant in zip(taken, due, strict=True)]
        assert all(timedelta() <= each < timedelta(minutes=1) for each in late)
        assert (await project.state()).status is Status.ON_HOLD
        await project.check()
