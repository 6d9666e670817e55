"""The product with a large portfolio and a long trail in it, and people who look at its pages."""

import shutil
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bench.judging import POLICY
from bench.orders import Hand
from bench.processes import command_of
from bench.product import Product
from bench.seed import readers, seeded
from bench.stage import ABOUT, keys
from lifecycle.domain.preferences import Preferences
from lifecycle.persistence.session import Database
from lifecycle.service.sign_ins import SignIns

OWN: Final = 10
"""Projects that are decided on while the others are looked at."""


@dataclass(frozen=True, slots=True)
class Large:
    """The product at work, the home in which it was seeded, who looks at it, and what their browsers hold."""

    running: Product
    seeded: Path
    hand: Hand
    secrets: dict[str, str]

    @property
    def api_pid(self) -> int:
        """The process that answers."""
        return next(pid for pid in self.running.pids if command_of(pid).endswith("-m api"))


@asynccontextmanager
async def large() -> AsyncIterator[Large]:
    """Bring the product up over a copy of the seeded home, with some projects of which the engine knows."""
    home = seeded()
    with TemporaryDirectory(prefix="lifecycle-bench-") as folder:
        shutil.copytree(home, folder, dirs_exist_ok=True)
        async with Product(Path(folder)) as product, Hand("bench.readers", "127.0.0.1", str(product.port)) as hand:
            await hand.ask("open", tokens=product.tokens, policy=POLICY.read_text(encoding="utf-8"))
            await hand.ask("register", keys=keys("M", OWN), clients=4, about=ABOUT)
            await hand.ask("prepare", keys=keys("M", OWN), clients=4)
            secrets = await _sign_in(product.settings.sql_url, {*product.tokens, *readers()})
            yield Large(product, home, hand, secrets)


async def _sign_in(address: str, people: Iterable[str]) -> dict[str, str]:
    """What each person's browser holds once they are signed in."""
    with Database(address) as database:
        sign_ins = SignIns(database, Preferences(), lambda: datetime.now(UTC))
        return {person: await sign_ins.begin(person, "measured", "measured") for person in sorted(people)}
