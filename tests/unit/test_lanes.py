"""Turns on a project: so many at once, the others in order, nobody for ever."""

import asyncio

import pytest

from lifecycle.service.lanes import Lanes, ProjectBusyError


async def test_so_many_are_on_their_way_at_once_and_the_others_come_in_order() -> None:
    lanes, running, most, came = Lanes(5, at_once=4), 0, 0, []

    async def ask(number: int) -> None:
        nonlocal running, most
        async with lanes.turn("P-1"):
            running += 1
            most = max(most, running)
            came.append(number)
            await asyncio.sleep(0)
            running -= 1

    await asyncio.gather(*(ask(number) for number in range(30)))
    assert (most, came) == (4, list(range(30)))


async def test_projects_do_not_wait_for_each_other() -> None:
    lanes = Lanes(5, at_once=1)
    async with lanes.turn("P-1"), lanes.turn("P-2"):
        pass


async def test_who_has_waited_too_long_is_told_so_and_leaves_the_lane() -> None:
    lanes = Lanes(0.01, at_once=1)
    async with lanes.turn("P-1"):
        with pytest.raises(ProjectBusyError):
            async with lanes.turn("P-1"):
                raise AssertionError("nobody was done yet")
    async with lanes.turn("P-1"):
        pass


async def test_more_than_can_wait_are_turned_away_at_once() -> None:
    lanes = Lanes(5, at_once=1, waiting=1)
    async with lanes.turn("P-1"):
        waiting = asyncio.create_task(lanes.turn("P-1").__aenter__())
        await asyncio.sleep(0)
        with pytest.raises(ProjectBusyError):
            async with lanes.turn("P-1"):
                raise AssertionError("there is no room")
        waiting.cancel()


async def test_a_lane_is_gone_when_nobody_is_on_it() -> None:
    lanes = Lanes(5)
    with pytest.raises(ZeroDivisionError):
        async with lanes.turn("P-1"):
            raise ZeroDivisionError
    assert not lanes._lanes
