"""Trials of drafts: what is sent to begin one, and a person's list."""

from typing import Self

from pydantic import model_validator

from api.schemas.policies import PolicyText
from api.schemas.words import Instant, View
from lifecycle.service.what_if_views import WhatIfView
from lifecycle.service.what_ifs import Over


class WhatIfOrder(PolicyText):
    """A draft to try on every open project, on past decisions (`since` an instant), or on coming ones (`until` one)."""

    over: Over = Over.OPEN_PROJECTS
    since: Instant | None = None
    until: Instant | None = None

    @model_validator(mode="after")
    def _coming_decisions_have_an_end(self) -> Self:
        if (self.over is Over.COMING_DECISIONS) != (self.until is not None):
            raise ValueError("say until when for coming decisions, and for them alone")
        return self


class WhatIfList(View):
    """Somebody's trials, the newest first."""

    items: tuple[WhatIfView, ...]
