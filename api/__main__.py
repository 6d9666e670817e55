"""`python -m api`: the process that serves the HTTP API."""

import gc
import logging
import os
import sys
from types import FrameType


def main() -> int:
    """Serve until told to stop; the exit code is 1 if something kept the API from serving."""
    gc.disable()  # all that is loaded here stays: to look through it for garbage would take a third of the start
    import structlog
    import uvicorn

    from api.app import from_settings
    from api.processes.embedded import LOOPBACK
    from lifecycle.service.logs import to_standard_error
    from lifecycle.settings import Settings

    settings = Settings()
    to_standard_error()
    if settings.embedded and settings.api_host not in LOOPBACK:
        structlog.get_logger("api").error(
            f"The embedded profile has well-known sign-ins and must not listen on {settings.api_host}.",
            code="not_loopback",
            remedy="Use 127.0.0.1 for LIFECYCLE_API_HOST, or run the production profile (LIFECYCLE_EMBEDDED=false).",
        )
        return 1
    app = from_settings()
    gc.freeze()
    gc.enable()
    gc.set_threshold(50_000, 20, 20)  # next to nothing that a request leaves behind needs the collector
    config = uvicorn.Config(
        app,
        host=settings.api_host,
        port=settings.api_port,
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=True,
        h11_max_incomplete_event_size=32 * 1024,
        timeout_graceful_shutdown=8,
    )

    class Server(uvicorn.Server):
        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            app.state.leaving = True  # pages that listen for news are told to go, or they would be waited for
            super().handle_exit(sig, frame)

    Server(config).run()
    return 0


if __name__ == "__main__":
    code = main()
    logging.shutdown()
    sys.stdout.flush()
    os._exit(code)  # Temporal's client may abort an interpreter that ends in the ordinary way
