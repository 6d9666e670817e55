"""Knows calendars, which workflows must not."""

from collections.abc import Callable

from temporalio import activity

from lifecycle.domain.worktime import WorkCalendar
from lifecycle.gates.clocks import openings
from lifecycle.gates.policy import CalendarRule
from lifecycle.gates.rulebook import rulebook_of
from lifecycle.workflows.ports import PLAN_OPENINGS, Openings, Planning, ToPlan

Calendars = Callable[[CalendarRule, int], WorkCalendar]
"""The calendar that a policy describes, around a year."""


class CalendarPlanning(Planning):
    """Works clocks out with the calendars it is given."""

    def __init__(self, calendars: Calendars) -> None:
        self._calendars = calendars

    @activity.defn(name=PLAN_OPENINGS)
    async def plan_openings(self, given: ToPlan) -> Openings:
        """The clocks, worked out in working time; ValueError for a calendar without enough of it."""
        policy = rulebook_of(given.policy).policy
        calendar = self._calendars(policy.calendar, given.at.year)
        return Openings(clocks=openings(policy, given.tier, calendar, given.at))
