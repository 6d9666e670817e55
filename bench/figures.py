"""The figures: one function an id, each giving the lines of the table that it measured."""

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Final

from bench.judging import one_gate, portfolio
from bench.large import Large
from bench.load import CYCLE
from bench.processes import peak_bytes, start_of_peak
from bench.register import import_seconds
from bench.seed import DATABASE
from bench.stage import ABOUT, CLIENTS, Side, Stage, Tally, in_turns, keys
from bench.table import Figure
from bench.whole import exported, what_if_seconds
from lifecycle.persistence.verifier import verify

IMPORTED: Final = 1_000
RATE: Final = 50
MEGABYTE: Final = 1024 * 1024


async def p1(stage: Stage) -> list[Figure]:
    """One decision after the other."""
    product, bare = await in_turns(stage, 25, "serial", times=len(CYCLE))
    ours, theirs = product.quantile(0.5), bare.quantile(0.5)
    seen = f"one decision through HTTP, serial p50: {ours:.1f} ms, bare update {theirs:.1f} ms"
    return [Figure("P1", seen, ours / theirs, "x", 1.6)]


async def p2(stage: Stage) -> list[Figure]:
    """Many decisions at once."""
    product, bare = await in_turns(stage, 6, "closed", clients=CLIENTS, seconds=6)
    rates = f"decisions/s, 32 clients on 100 projects: {product.rate:.0f}, bare updates {bare.rate:.0f}"
    late = f"their p99: {product.quantile(0.99):.0f} ms, bare {bare.quantile(0.99):.0f} ms"
    cost = f"CPU time of all processes for one: {product.cpu_ms:.1f} ms, bare {bare.cpu_ms:.1f} ms"
    return [
        Figure("P2.rate", rates, product.rate / bare.rate, "x", 0.65, at_least=True),
        Figure("P2.p99", late, product.quantile(0.99) / bare.quantile(0.99), "x", 1.5),
        Figure("P2.cpu", cost, product.cpu_ms / bare.cpu_ms, "x", 1.7),
    ]


async def p4(stage: Stage) -> list[Figure]:
    """New projects."""
    rates = {"ours": 0.0, "bare": 0.0}
    for turn in range(3):
        started = await stage.bare.hand.ask("start", clients=CLIENTS, count=100)
        registered = await stage.product.hand.ask("register", keys=keys(f"R{turn}", 100), clients=CLIENTS, about=ABOUT)
        rates["bare"] += 100 / started["seconds"] / 3
        rates["ours"] += 100 / registered["seconds"] / 3
    seen = f"projects registered a second: {rates['ours']:.0f}, bare workflow starts {rates['bare']:.0f}"
    analyst = stage.running.tokens["analyst"]
    took = await asyncio.to_thread(import_seconds, stage.running.settings.address, analyst, IMPORTED)
    return [
        Figure("P4.rate", seen, rates["ours"] / rates["bare"], "x", 0.5, at_least=True),
        Figure("P4.import", f"a register of {IMPORTED:,} rows imported", took, "s", 30),
    ]


async def p5(stage: Stage) -> list[Figure]:
    """What Temporal keeps of a decision."""
    await stage.product.hand.ask("serial", times=10 * len(CYCLE))
    kept = await stage.bare.hand.ask("histories", ids=[f"project/{key}" for key in keys("M", 1)])
    decisions = kept["updates"]
    return [
        Figure(
            "P5.events",
            f"history events a decision, over {decisions} on one project",
            kept["events"] / decisions,
            "",
            5.5,
        ),
        Figure("P5.actions", "Temporal actions a decision", kept["actions"] / decisions, "", 1.1),
        Figure("P5.payload", "largest payload in history", kept["largest"] / 1024, "KB", 32),
    ]


async def p9(stage: Stage) -> list[Figure]:
    """How long one waits for the product itself."""
    waits = [await asyncio.to_thread(_help_seconds) for _ in range(5)]
    return [
        Figure("P9.up", "lifecycle up to the first page, warm", stage.running.first_page_seconds, "s", 5),
        Figure("P9.help", "lifecycle --help, the median of 5", statistics.median(waits), "s", 0.3),
    ]


def _help_seconds() -> float:
    began = time.perf_counter()
    subprocess.run((Path(sys.executable).with_name("lifecycle"), "--help"), check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


async def p11() -> list[Figure]:
    """The pure core."""
    return [
        Figure(
            "P11.gate", "judging one gate: 20 criteria, 6 approvers", 1000 * statistics.median(one_gate(300)), "ms", 1
        ),
        Figure("P11.portfolio", "10,000 projects under a draft of the policy", portfolio(10_000), "s", 20),
    ]


async def p3(large: Large) -> list[Figure]:
    """One's own decision on a page."""
    tally = Tally([])
    await tally.measure(Side(large.hand, large.running.pids), "read_own", secrets=large.secrets, times=240)
    seen = f"the gate's page after a decision, p95 of {len(tally.latencies)}, read by who decided, 10,000 projects"
    return [Figure("P3", seen, tally.quantile(0.95), "ms", 150)]


async def p6(large: Large) -> list[Figure]:
    """Pages over everything."""
    side, tally, warm = Side(large.hand, large.running.pids), Tally([]), Tally([])
    await warm.measure(side, "read", secrets=large.secrets, rate=RATE, seconds=3)
    await tally.measure(side, "read", secrets=large.secrets, rate=RATE, seconds=20)
    seen = (
        f"inbox, portfolio and overdue pages at {RATE}/s, p95; p50 {tally.quantile(0.5):.0f} ms, "
        f"CPU time for one {tally.cpu_ms:.1f} ms"
    )
    return [Figure("P6", seen, tally.quantile(0.95), "ms", 150)]


async def p10(large: Large) -> list[Figure]:
    """The trail as a whole."""
    began = time.process_time()
    report = verify(f"sqlite:///{large.seeded / DATABASE}")
    rate = report.rows / (time.process_time() - began)
    if not report.ok:
        raise RuntimeError(f"the seeded trail does not fit: {report.findings[0]}")
    start_of_peak(large.api_pid)
    address, auditor = large.running.settings.address, large.running.tokens["auditor"]
    rows, seconds = await asyncio.to_thread(exported, address, auditor)
    peak = peak_bytes(large.api_pid) / MEGABYTE
    return [
        Figure(
            "P10.verify",
            f"rows of the trail verified in a second of CPU time, of {report.rows:,}",
            rate,
            "/s",
            50_000,
            True,
        ),
        Figure(
            "P10.export", f"memory of the API at most while {rows:,} rows go out in {seconds:.0f} s", peak, "MB", 200
        ),
    ]


async def p11_by_sql(large: Large) -> list[Figure]:
    """A draft over everything."""
    address, analyst = large.running.settings.address, large.running.tokens["analyst"]
    projects, seconds = await asyncio.to_thread(what_if_seconds, address, analyst)
    seen = f"a draft over {projects:,} open projects, through HTTP and SQL, with progress"
    return [Figure("P11.sql", seen, seconds, "s", 20)]


ON_STAGE: Final[Mapping[str, Callable[[Stage], Awaitable[list[Figure]]]]] = {
    "P1": p1, "P2": p2, "P4": p4, "P5": p5, "P9": p9,
}  # fmt: skip
ON_LARGE: Final[Mapping[str, Callable[[Large], Awaitable[list[Figure]]]]] = {
    "P3": p3, "P6": p6, "P10": p10, "P11": p11_by_sql,
}  # fmt: skip
ALONE: Final[Mapping[str, Callable[[], Awaitable[list[Figure]]]]] = {"P11": p11}
NOTES: Final = (
    "A decision is a command that a project's decider judges and accepts: here a submission, six approvals and the",
    "chair's word that sends the gate back, over and over, under bench/policy.yaml (20 criteria, 6 approvers).",
    "It counts when HTTP has answered: durable in Temporal, recorded in SQL and in the audit trail, readable by all.",
    "The bare reference: a workflow whose update handler appends to a list, same Temporal server, same worker options.",
    "CPU time is of all processes that took part, who asks included: theirs asks Temporal, ours sends HTTP.",
)
