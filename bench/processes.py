"""What processes cost: the CPU time of whole trees of them, without any further library."""

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

_PROC = Path("/proc")


def tree(root: int) -> frozenset[int]:
    """A process and all that it started, directly or not."""
    parents = dict(_parents())
    found = {root}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return frozenset(found)


def cpu_seconds(pids: Iterable[int]) -> float:
    """The CPU time that processes have used so far, user and system; one that has ended counts nothing."""
    return sum(_spent(pid) for pid in pids)


def command_of(pid: int) -> str:
    """The command line of a process."""
    return _ps(pid, "args")


def start_of_peak(pid: int) -> None:
    """Let the memory peak of a process be measured from now on."""
    (_PROC / str(pid) / "clear_refs").write_text("5")


def peak_bytes(pid: int) -> int:
    """The most memory that a process has held since then."""
    lines = (_PROC / str(pid) / "status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


def _parents() -> Iterable[tuple[int, int]]:
    listed = subprocess.run(("ps", "-A", "-o", "pid=,ppid="), capture_output=True, text=True, check=True)
    for line in listed.stdout.splitlines():
        pid, parent = line.split()
        yield int(pid), int(parent)


def _spent(pid: int) -> float:
    try:
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return _seconds(_ps(pid, "time"))
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _ps(pid: int, column: str) -> str:
    asked = ("ps", "-p", str(pid), "-o", f"{column}=")
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()


def _seconds(clock: str) -> float:
    """`[[hours:]minutes:]seconds` in seconds."""
    seconds = 0.0
    for part in clock.split(":") if clock else ():
        seconds = 60 * seconds + float(part)
    return seconds
