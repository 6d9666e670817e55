"""`python -m api`: the process that serves the HTTP API."""

import logging
import os
import sys

import structlog
import uvicorn

from api.app import from_settings
from api.embedded import LOOPBACK
from api.logs import to_standard_error
from lifecycle.domain.errors import LifecycleError
from lifecycle.settings import Settings


def main() -> int:
    """Serve until told to stop. Raises LifecycleError `not_loopback` when others could reach an embedded profile."""
    settings = Settings()
    if settings.embedded and settings.api_host not in LOOPBACK:
        raise LifecycleError(
            "not_loopback",
            f"The embedded profile has well-known sign-ins and must not listen on {settings.api_host}.",
            "Use 127.0.0.1 for LIFECYCLE_API_HOST, or run the production profile (LIFECYCLE_EMBEDDED=false).",
        )
    to_standard_error()
    uvicorn.run(
        from_settings,
        factory=True,
        host=settings.api_host,
        port=settings.api_port,
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=True,
        h11_max_incomplete_event_size=32 * 1024,
        timeout_graceful_shutdown=8,
    )
    return 0


if __name__ == "__main__":
    try:
        code = main()
    except LifecycleError as error:
        structlog.get_logger("api").error(error.sentence, code=error.code, remedy=error.remedy)
        code = 1
    logging.shutdown()
    sys.stdout.flush()
    os._exit(code)  # Temporal's client may abort an interpreter that ends in the ordinary way
