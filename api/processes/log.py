"""One log file for what all processes print."""

import asyncio
import logging
import os
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

TAIL_LINES = 10
CHUNK_BYTES = 64 * 1024
LAST_OUTPUT_SECONDS = 1.0


class ProcessLog:
    """A file with a line for each line a process prints: `instant (UTC) process | text`.

    At `limit_bytes` the file becomes `<name>.1` and a new one begins; `keep` old files stay. The folder is readable by
    its owner alone.
    """

    def __init__(self, path: Path, limit_bytes: int = 10 * 1024 * 1024, keep: int = 4) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path = path
        self._tails: defaultdict[str, deque[str]] = defaultdict(lambda: deque(maxlen=TAIL_LINES))
        self._file = _Rotating(path, maxBytes=limit_bytes, backupCount=keep, encoding="utf-8", errors="replace")
        self._file.setFormatter(_Line("{asctime}.{msecs:03.0f}Z {name:<8} | {message}", "%Y-%m-%dT%H:%M:%S", style="{"))

    def write(self, name: str, text: str) -> None:
        """Append one line about the process `name`. A disk that refuses it loses the line, not the process."""
        self._file.emit(logging.makeLogRecord({"name": name, "msg": text}))

    def tail(self, name: str) -> list[str]:
        """The last lines that the process `name` printed, at most ten, oldest first."""
        return list(self._tails[name])

    @asynccontextmanager
    async def collect(self, name: str) -> AsyncIterator[int]:
        """A file descriptor for the process `name` to print to; on leaving, what is still on its way is awaited.

        It is not one of asyncio's own pipes, because those hide the death of a process from its parent for as long as
        something the process had started keeps them open.
        """
        source, sink = os.pipe()
        stream = asyncio.StreamReader()
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(stream), os.fdopen(source, "rb", buffering=0)
        )
        copying = asyncio.create_task(self._copy(name, stream))
        try:
            yield sink
        finally:
            os.close(sink)
            with suppress(TimeoutError):
                await asyncio.wait_for(copying, LAST_OUTPUT_SECONDS)
            transport.close()

    async def _copy(self, name: str, stream: asyncio.StreamReader) -> None:
        """Append all lines of `stream`; a line without end is cut after at most 128 KiB."""
        rest = b""
        while chunk := await stream.read(CHUNK_BYTES):
            *lines, rest = (rest + chunk).split(b"\n")
            if len(rest) >= CHUNK_BYTES:
                lines, rest = [*lines, rest], b""
            for line in lines:
                self._append(name, line)
        if rest:
            self._append(name, rest)

    def _append(self, name: str, line: bytes) -> None:
        text = line.decode(errors="replace").rstrip()
        self._tails[name].append(text)
        self.write(name, text)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class _Line(logging.Formatter):
    converter = staticmethod(time.gmtime)


class _Rotating(RotatingFileHandler):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (the name is the library's)
        """A full disk must not stop what is being logged."""
