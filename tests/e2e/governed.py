"""A project of the sample office, and the people who carry it through the gates of the default policy."""

from dataclasses import dataclass
from itertools import count
from typing import Any

from tests.e2e.people import Person
from tests.e2e.product import Product

PDF = b"%PDF-1.7\nWhat was planned, what came, and why they differ.\n%%EOF\n"
FACTS: dict[str, Any] = {
    "whole_life_cost": 90_000_000,
    "risk": "low",
    "start": "2027-01-04",
    "finish": "2028-03-31",
    "delivery_confidence": "green",
}
"""Facts of the standard tier: sponsor and finance approve."""

EVIDENCE: dict[str, dict[str, Any]] = {
    "charter": {
        "business_case": PDF,
        "charter": {"kind": "link", "url": "https://intranet.example.org/charter"},
        "no_conflict": {"kind": "attestation"},
        "assessment": {"kind": "form", "answers": {"strategic_fit": 8, "urgency": 6}},
    },
    "baseline": {"plan": PDF, "risk_register": PDF, "benefits_plan": PDF},
    "acceptance": {"acceptance_report": PDF, "operations_ready": {"kind": "attestation"}},
    "closure": {"closing_report": PDF, "lessons": PDF},
    "exception": {"exception_report": PDF},
}
"""What the gates ask for in the standard tier; bytes are files to upload."""

_numbers = count(1)


@dataclass(frozen=True)
class Project:
    """One project; whoever does something is named by their id in the sample office."""

    product: Product
    key: str

    @classmethod
    def register(cls, product: Product, **changes: Any) -> "Project":
        """A new project of the standard tier, managed by `pm` and sponsored by `sponsor`."""
        key = f"tram-{next(_numbers)}"
        posts = {"manager": "pm", "sponsor": "sponsor"}
        body = {"key": key, "name": "Tram line", "portfolio": "transport", **posts, "facts": FACTS, **changes}
        product.person("analyst").does("POST", "/projects", body)
        return cls(product, key)

    def by(self, person: str, acting_for: str | None = None) -> Person:
        """Somebody at work."""
        return self.product.person(person, acting_for)

    def at(self, *path: str) -> str:
        """The address of the project, or of something in it."""
        return "/".join(("/projects", self.key, *path))

    def read(self) -> Any:
        """The project as its manager sees it."""
        return self.by("pm").reads(self.at())

    def gate(self, gate: str, person: str = "pm") -> Any:
        """A gate as somebody sees it."""
        return self.by(person).reads(self.at("gates", gate))

    def supply(self, gate: str, item: str, supply: Any, person: str = "pm") -> Any:
        """Supply a version of an item: bytes as a file, anything else as what the API takes."""
        path = self.at("gates", gate, "evidence", item)
        if isinstance(supply, bytes):
            return self.by(person).uploads("PUT", path, f"{item}.pdf", supply)
        return self.by(person).does("PUT", path, supply)

    def prepare(self, gate: str) -> None:
        """Supply everything that a gate asks for."""
        for item, supply in EVIDENCE[gate].items():
            self.supply(gate, item, supply)

    def submit(self, gate: str) -> Any:
        """Submit a gate, prepared before."""
        return self.by("pm").does("POST", self.at("gates", gate, "submission"))

    def ballot(self, gate: str, verdict: str = "approve", **more: Any) -> dict[str, Any]:
        """A vote on what a gate shows now."""
        shown = self.gate(gate)["round"]
        seen = {"round": shown["number"], "evidence_digest": shown["evidence_digest"] or ""}
        return {**seen, "verdict": verdict, "rationale": "It is worth doing, and we can afford it.", **more}

    def vote(self, gate: str, person: str, verdict: str = "approve", **more: Any) -> Any:
        """A vote that is taken."""
        return self.by(person).does("POST", self.at("gates", gate, "votes"), self.ballot(gate, verdict, **more))

    def decide(self, gate: str, outcome: str, **more: Any) -> Any:
        """The chair's decision."""
        shown = self.gate(gate)["round"]
        seen = {"round": shown["number"], "evidence_digest": shown["evidence_digest"] or ""}
        body = {**seen, "outcome": outcome, "rationale": "Everybody was heard.", **more}
        return self.by("director").does("POST", self.at("gates", gate, "decision"), body)

    def pass_charter(self) -> None:
        """Take the project through its first gate."""
        self.prepare("charter")
        self.submit("charter")
        self.vote("charter", "sponsor")
        self.vote("charter", "finance-1")


def tags(answer: Any) -> list[str]:
    """What a request made happen, by the tags of its events."""
    return [event["type"] for event in answer["events"]]
