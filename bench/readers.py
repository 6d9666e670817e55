"""People at pages: `python -m bench.readers HOST PORT` opens pages of the product as signed-in browsers, as ordered."""

import asyncio
import sys
import time
from typing import Final

from bench.http import Http
from bench.load import Office, RefusedError
from bench.loops import Report, open_loop
from bench.orders import Order, obey

PAGES: Final = (
    "/",
    "/portfolio",
    "/overdue",
    "/",
    "/portfolio?overdue=true",
    "/overdue",
    "/",
    "/portfolio?text=programme",
    "/overdue",
    "/",
    "/portfolio?stage=execution&tier=major",
    "/overdue",
)
"""What is looked at, by turns: a third each the inbox, the portfolio, what is late."""
GOOD: Final = 200


class Readers(Office):
    """The people of the office with their browsers; `secrets` are what these hold, by person."""

    async def do(self, order: Order) -> Report:
        """Carry out an order."""
        match order["do"]:
            case "read":
                return await self._read(order["secrets"], order["rate"], order["seconds"])
            case "read_own":
                return await self._read_own(order["secrets"], order["times"])
            case _:
                return await super().do(order)

    async def _read(self, secrets: dict[str, str], rate: float, seconds: float) -> Report:
        """Everybody opens the pages by turns, so many a second."""
        browsers = list(secrets.values())

        async def look(number: int) -> None:
            await self._look(browsers[number * 7 % len(browsers)], PAGES[number % len(PAGES)])

        return await open_loop(rate, seconds, look)

    async def _read_own(self, secrets: dict[str, str], times: int) -> Report:
        """After each decision its author opens the page of the gate; raises RefusedError if it is not there yet."""
        latencies = []
        for number in range(times):
            round_ = self.rounds[number // 8 % len(self.rounds)]
            person, said = await round_.go_on()
            began = time.perf_counter()
            page = await self._look(secrets[person], round_.path)
            latencies.append(time.perf_counter() - began)
            if person != "pm" and said.encode() not in page:
                raise RefusedError(f"{person} cannot read at {round_.path} what they have just said")
        return {"latencies": latencies, "seconds": sum(latencies)}

    async def _look(self, secret: str, path: str) -> bytes:
        status, page = await self.http.look(secret, path)
        if status != GOOD:
            raise RefusedError(f"{path}: {status} {page[:500]!r}")
        return page


async def main(host: str, port: str) -> None:
    """Take orders, the first of which is to open the office."""
    await obey(Readers(Http(host, int(port))).do)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
