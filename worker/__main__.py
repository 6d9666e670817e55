"""`python -m worker`: the process that runs Temporal's side of the product."""

import gc
import logging
import os
import sys


def main() -> int:
    """Run until told to stop; the exit code is 1 if something kept the worker from working."""
    gc.disable()  # all that is loaded here stays: to look through it for garbage would take a third of the start
    import structlog
    import uvloop

    from lifecycle.service.logs import to_standard_error
    from lifecycle.settings import Settings
    from worker.main import until_signalled

    gc.freeze()
    gc.enable()
    gc.set_threshold(50_000, 20, 20)  # next to nothing that a request leaves behind needs the collector
    to_standard_error()
    try:
        uvloop.run(until_signalled(Settings()))
    except Exception:
        structlog.get_logger("worker").exception("the worker cannot go on")
        return 1
    return 0


if __name__ == "__main__":
    code = main()
    logging.shutdown()
    sys.stdout.flush()
    os._exit(code)  # Temporal's client may abort an interpreter that ends in the ordinary way
