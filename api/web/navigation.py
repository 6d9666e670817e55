"""The ways through the pages: what stands in the head of each of them, for those who may go there."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from api.web.viewer import Viewer
from lifecycle.domain.people import Permission


@dataclass(frozen=True, slots=True)
class Way:
    """A page that every other leads to: its address, its name (a text of the catalogue), and who may see it.

    `besides` are addresses of pages that belong to it without lying below it.
    """

    path: str
    name: str
    needs: Permission = Permission.SELF_SERVE
    besides: tuple[str, ...] = ()

    def leads_to(self, path: str) -> bool:
        """Whether an address belongs to it."""
        return path in (self.path, *self.besides) or (self.path != "/" and path.startswith(f"{self.path}/"))


WAYS: Final[tuple[Way, ...]] = (
    Way("/", "Inbox"),
    Way("/portfolio", "Portfolio"),
    Way("/overdue", "Overdue"),
    Way("/policies", "Policies", Permission.POLICY_READ),
    Way("/imports", "Import", Permission.REGISTER_IMPORT),
    Way("/people", "People", Permission.PEOPLE_READ, ("/succession",)),
    Way("/audit", "Audit", Permission.AUDIT_READ),
    Way("/administration", "Administration", Permission.NOTICES_MANAGE),
)
"""Every way, in the order in which they are shown."""


def ways_of(viewer: Viewer | None, ways: Iterable[Way] = WAYS) -> tuple[Way, ...]:
    """The ways that are open to somebody."""
    return tuple(way for way in ways if viewer and viewer.may(way.needs))
