"""Lists that say more than their lines."""

from api.schemas.people import Listed
from api.schemas.words import View
from lifecycle.service.gate_views import GateLine
from lifecycle.service.overdue import OverdueLine


class Late(Listed[OverdueLine]):
    """What is overdue, the oldest deadline first; `total` counts all that the reader may see."""

    total: int


class Gates(View):
    """Every gate of a project's policy, in the policy's order."""

    items: tuple[GateLine, ...]
