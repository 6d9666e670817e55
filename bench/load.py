"""The load on the product: `python -m bench.load HOST PORT` asks it through HTTP, as ordered.

A project goes round and round: the manager submits the gate, six gatekeepers approve, the chair sends it back. Each of
these eight commands is a decision of the project's decider: judged by the policy, durable, recorded, audited.
"""

import asyncio
import sys
from itertools import cycle
from typing import Any, Final
from uuid import uuid4

from bench.http import Answer, Http, Json
from bench.loops import Report, closed_loop, serial
from bench.orders import Order, obey

GATE: Final = "plan"
APPROVERS: Final = ("sponsor", "finance-1", "finance-2", "architect-1", "architect-2", "architect-3")
CYCLE: Final = ("pm", *APPROVERS, "director")
"""Who asks next."""
CARRIED_OUT: Final = (200, 201)
NOT_KNOWN_YET: Final = 202
PAUSE_SECONDS: Final = 0.1


class RefusedError(Exception):
    """The product did not do what it was asked: the measurement is void."""


class Round:
    """One project on its way round."""

    def __init__(self, office: "Office", key: str) -> None:
        self._office = office
        self.path = f"/projects/{key}/gates/{GATE}"
        self._turns = cycle(CYCLE)
        self._shown: Json = {}
        self._said = 0

    async def prepare(self) -> None:
        """Supply the evidence."""
        await self._office.ask("pm", f"{self.path}/evidence/declaration", {"kind": "attestation"}, method="PUT")

    async def go_on(self) -> tuple[str, str]:
        """Ask for the next decision; who asked, and what they said, which nobody has said before."""
        turn = next(self._turns)
        self._said += 1
        said = f"Word {self._said}: the plan holds and the money is there."
        match turn:
            case "pm":
                answer = await self._office.ask("pm", f"{self.path}/submission")
                (line,) = (line for line in answer.body["project"]["rounds"] if line["gate"] == GATE)
                self._shown = {"round": line["number"], "evidence_digest": line["evidence_digest"]}
            case "director":
                sent_back = {"outcome": "recycle", "rationale": said}
                await self._office.ask("director", f"{self.path}/decision", {**self._shown, **sent_back})
            case person:
                approved = {"verdict": "approve", "rationale": said}
                await self._office.ask(person, f"{self.path}/votes", {**self._shown, **approved})
        return turn, said


class Office:
    """The people of the sample office, and the projects they work on."""

    def __init__(self, http: Http) -> None:
        self.http = http
        self._tokens: dict[str, str] = {}
        self.rounds: list[Round] = []

    async def ask(self, person: str, path: str, body: Json | None = None, method: str = "POST") -> Answer:
        """Ask, again while the outcome is not known yet, until it is carried out; `RefusedError` if it is not."""
        key = uuid4().hex
        while True:
            answer = await self.http.send(self._tokens[person], key, method, path, body)
            if answer.status in CARRIED_OUT:
                return answer
            if answer.status != NOT_KNOWN_YET:
                raise RefusedError(f"{person}: {method} {path}: {answer.status} {answer.body}")
            await asyncio.sleep(PAUSE_SECONDS)

    async def do(self, order: Order) -> Report:
        """Carry out an order."""
        match order.pop("do"):
            case "open":
                self._tokens = order["tokens"]
                proposal = {"source": order["policy"], "reason": "It is measured."}
                proposed = await self.ask("analyst", "/policies/proposals", proposal)
                await self.ask("director", f"/policies/proposals/{proposed.body['id']}/publication", {})
                return {}
            case "register":
                return await closed_loop(
                    order["keys"], order["clients"], lambda key: self._register(key, order["about"])
                )
            case "prepare":
                self.rounds = [Round(self, key) for key in order["keys"]]
                return await closed_loop(self.rounds, order["clients"], Round.prepare)
            case "serial":
                return await serial(self.rounds[0], ask=Round.go_on, **order)
            case "closed":
                return await closed_loop(self.rounds, ask=Round.go_on, **order)
            case unknown:
                raise ValueError(f"no such order: {unknown}")

    async def _register(self, key: str, about: dict[str, Any]) -> None:
        await self.ask("analyst", "/projects", {"key": key, **about})


async def main(host: str, port: str) -> None:
    """Take orders, the first of which is to open the office."""
    await obey(Office(Http(host, int(port))).do)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
