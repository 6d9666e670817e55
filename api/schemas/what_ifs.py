"""Trials of drafts: what is sent to begin one, and a person's list."""

from api.schemas.policies import PolicyText
from api.schemas.words import Instant, View
from lifecycle.service.what_if_views import WhatIfView
from lifecycle.service.what_ifs import Over


class WhatIfOrder(PolicyText):
    """A draft to try on every open project, on past decisions (`since` an instant), or on coming ones (`until` one)."""

    over: Over = Over.OPEN_PROJECTS
    since: Instant | None = None
    until: Instant | None = None


class WhatIfList(View):
    """Somebody's trials, the newest first."""

    items: tuple[WhatIfView, ...]
