"""Asks a process of ours whether it is well: `python -m api.processes.health PORT PATH` exits with 0 when it is."""

import asyncio
import sys

POLL_SECONDS = 0.05
ANSWER_SECONDS = 5.0


async def is_well(port: int, path: str, host: str = "127.0.0.1") -> bool:
    """True when `GET path` is answered with 200 within five seconds; every failure is False."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())
                status_line = await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError, ValueError):
        return False
    return status_line.split()[1:2] == [b"200"]


async def wait_until_well(port: int, path: str, host: str = "127.0.0.1") -> None:
    """Return when `is_well`; asks for ever."""
    while not await is_well(port, path, host):  # noqa: ASYNC110 (what is awaited is another process)
        await asyncio.sleep(POLL_SECONDS)


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(is_well(int(sys.argv[1]), sys.argv[2])) else 1)
