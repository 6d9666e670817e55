"""The stage of a run: the product, the bare reference on its Temporal server, and who asks each of the two."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from bench.judging import FACTS, POLICY
from bench.orders import Hand
from bench.processes import cpu_seconds
from bench.product import Product

PROJECTS: Final = 100
CLIENTS: Final = 32
ABOUT: Final = {
    "name": "A project to be measured",
    "portfolio": "works",
    "manager": "pm",
    "sponsor": "sponsor",
    "policy": "measured-works",
    "facts": FACTS,
}


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two that are compared: who asks, and the processes that its answers cost."""

    hand: Hand
    pids: frozenset[int]


@dataclass(frozen=True, slots=True)
class Stage:
    """Both sides, at work; `running` is the product that is measured."""

    product: Side
    bare: Side
    running: Product


def keys(prefix: str, count: int) -> list[str]:
    """The keys of so many projects."""
    return [f"{prefix}-{number}" for number in range(count)]


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    """Bring everything up, warm: the product is started a second time, and both sides have worked a little."""
    with TemporaryDirectory(prefix="lifecycle-bench-") as folder:
        async with Product(Path(folder)):
            pass
        async with Product(Path(folder)) as product:
            address = (product.settings.temporal_address, product.settings.temporal_namespace)
            async with (
                Hand("bench.reference", "worker", *address) as worker,
                Hand("bench.reference", "caller", *address) as caller,
                Hand("bench.load", "127.0.0.1", str(product.port)) as load,
            ):
                await load.ask("open", tokens=product.tokens, policy=POLICY.read_text(encoding="utf-8"))
                await load.ask("register", keys=keys("M", PROJECTS), clients=CLIENTS, about=ABOUT)
                await load.ask("prepare", keys=keys("M", PROJECTS), clients=CLIENTS)
                bare = Side(caller, product.temporal_pids | {worker.pid, caller.pid})
                both = Stage(Side(load, product.pids | {load.pid}), bare, product)
                for side in (both.bare, both.product):
                    await side.hand.ask("closed", clients=CLIENTS, seconds=3)
                yield both


@dataclass(slots=True)
class Tally:
    """What was measured of one side: latencies in seconds, seconds of wall and of CPU time."""

    latencies: list[float]
    seconds: float = 0.0
    cpu: float = 0.0

    async def measure(self, side: Side, do: str, **order: Any) -> None:
        """Give an order and add what it took."""
        before = cpu_seconds(side.pids)
        report = await side.hand.ask(do, **order)
        self.cpu += cpu_seconds(side.pids) - before
        self.latencies += report["latencies"]
        self.seconds += report["seconds"]

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    @property
    def cpu_ms(self) -> float:
        """Milliseconds of CPU time an answer, of all processes together."""
        return 1000 * self.cpu / len(self.latencies)

    def quantile(self, share: float) -> float:
        """The latency below which so large a share lies, in milliseconds."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def in_turns(stage: Stage, turns: int, do: str, **order: Any) -> tuple[Tally, Tally]:
    """Give both sides the same order, again and again by turns, so that noise meets both: (product, bare)."""
    product, bare = Tally([]), Tally([])
    for _ in range(turns):
        await bare.measure(stage.bare, do, **order)
        await product.measure(stage.product, do, **order)
    return product, bare
