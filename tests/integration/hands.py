"""A clock that is set by hand."""

from datetime import datetime

from tests.integration.rows import NOW


class Hands:
    """Shows the time that it was set to."""

    def __init__(self) -> None:
        self.time = NOW

    def __call__(self) -> datetime:
        return self.time
