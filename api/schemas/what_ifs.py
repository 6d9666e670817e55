"""Trials of drafts: what is sent to begin one."""

from api.schemas.policies import PolicyText
from api.schemas.words import Instant
from lifecycle.service.what_ifs import Over


class WhatIfOrder(PolicyText):
    """A draft to try on every open project, or on past decisions, of those since an instant."""

    over: Over = Over.OPEN_PROJECTS
    since: Instant | None = None
