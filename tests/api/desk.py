"""The API as its callers see it: people with tokens, one request at a time, over the real application."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from itertools import count
from typing import Any

import httpx2

from lifecycle.service.office import Office

PDF = b"%PDF-1.7\nThe business case.\n%%EOF\n"
CHEAP: dict[str, Any] = {"whole_life_cost": 10_000_000, "risk": "low"}
"""Facts of a project in the light tier, whose charter needs the sponsor's approval alone."""

_keys = count(1)
Json = dict[str, Any]


def fresh_key() -> str:
    """A project key that was not used before, on any database of this run."""
    return f"P-{next(_keys)}"


@dataclass(frozen=True, slots=True)
class Answer:
    """A response with its JSON; `status` is the HTTP status."""

    response: httpx2.Response

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def json(self) -> Json:
        content: Json = self.response.json()
        return content

    @property
    def reason(self) -> str:
        """The reason of a refusal, which is whole: a sentence, what to do next, a type, and the status again."""
        problem = self.json
        assert self.response.headers["content-type"] == "application/problem+json"
        assert problem["detail"].endswith((".", ")"))
        assert problem["remedy"]
        assert problem["status"] == self.status
        assert problem["type"] == f"urn:lifecycle:problem:{problem['reason']}"
        return str(problem["reason"])

    @property
    def refused(self) -> tuple[int, str]:
        return self.status, self.reason


class Desk:
    """Sends requests as the people of the sample office."""

    def __init__(self, http: httpx2.AsyncClient, tokens: Mapping[str, str], office: Office) -> None:
        self.http = http
        self.tokens = dict(tokens)
        self.office = office

    async def send(
        self,
        person: str | None,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        version: int | None = None,
        acting_for: str | None = None,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> Answer:
        """Send a request under `/api/v1`; nobody's without a person."""
        named = {
            "Authorization": f"Bearer {self.tokens[person]}" if person else None,
            "Idempotency-Key": key,
            "If-Match": None if version is None else f'"{version}"',
            "X-Acting-For": acting_for,
            **(headers or {}),
        }
        known = {name: value for name, value in named.items() if value is not None}
        if body is not None:
            more["json"] = body
        return Answer(await self.http.request(method, f"/api/v1{path}", headers=known, **more))

    async def get(self, person: str, path: str, **more: Any) -> Answer:
        return await self.send(person, "GET", path, **more)

    async def post(self, person: str, path: str, body: Any = None, **more: Any) -> Answer:
        return await self.send(person, "POST", path, body, **more)

    async def register(self, facts: Json | None = None, **about: Any) -> "Project":
        """A project of the sample office, managed by the project manager."""
        key = fresh_key()
        body = {"key": key, "name": "Footbridge", "portfolio": "rail", "manager": "pm", "sponsor": "sponsor"}
        answer = await self.post("director", "/projects", {**body, "facts": facts or CHEAP, **about})
        assert answer.status == 201, answer.json
        return Project(self, key)

    async def publish(self, policy: Json, **more: Any) -> Answer:
        """A policy text that the analyst proposes and the director publishes; how the first refusal sounds, if any."""
        proposed = await self.post("analyst", "/policies/proposals", {"reason": "Rules change.", **policy, **more})
        if proposed.status != 201:
            return proposed
        return await self.post("director", f"/policies/proposals/{proposed.json['id']}/publication")

    async def journal(self, answer: Answer, person: str) -> Json:
        """What is known of a command."""
        return (await self.get(person, f"/commands/{answer.json['command']}")).json


class Project:
    """One project, and how its people move it."""

    def __init__(self, desk: Desk, key: str) -> None:
        self.desk = desk
        self.key = key

    async def ask(self, person: str, path: str, body: Any = None, *, method: str = "POST", **more: Any) -> Answer:
        return await self.desk.send(person, method, f"/projects/{self.key}{path}", body, **more)

    async def done(self, person: str, path: str, body: Any = None, **more: Any) -> Json:
        """Ask for something that is carried out."""
        answer = await self.ask(person, path, body, **more)
        assert answer.status == 200, answer.json
        return answer.json

    async def read(self, person: str = "pm") -> Json:
        answer = await self.desk.get(person, f"/projects/{self.key}")
        assert answer.status == 200
        return answer.json

    async def round(self, gate: str = "charter") -> Json:
        """The latest round of a gate."""
        return next(round_ for round_ in (await self.read())["rounds"] if round_["gate"] == gate)

    async def upload(
        self,
        item: str = "business_case",
        gate: str = "charter",
        content: bytes = PDF,
        name: str = "",
        media_type: str = "application/pdf",
    ) -> Json:
        files = {"file": (name or f"{item}.pdf", content, media_type)}
        return await self.done("pm", f"/gates/{gate}/evidence/{item}", method="PUT", files=files)

    async def prepare(self) -> None:
        """Supply everything that the charter of a light project asks for."""
        await self.upload()
        for item, supply in (
            ("no_conflict", {"kind": "attestation"}),
            ("assessment", {"kind": "form", "answers": {"strategic_fit": 8, "urgency": 5}}),
        ):
            await self.done("pm", f"/gates/charter/evidence/{item}", supply, method="PUT")

    async def submit(self) -> Json:
        """Prepare and submit the charter."""
        await self.prepare()
        return await self.done("pm", "/gates/charter/submission")

    async def ballot(self, verdict: str = "approve", **more: Any) -> Json:
        """A vote on the charter as it stands now."""
        seen = await self.round()
        about = {"round": seen["number"], "evidence_digest": seen["evidence_digest"] or ""}
        return {**about, "verdict": verdict, "rationale": "It is worth doing.", **more}


Worker = AbstractAsyncContextManager[object]
