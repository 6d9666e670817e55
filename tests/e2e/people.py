"""People at work, over HTTP: what they read, what they ask, and how they are turned away."""

from dataclasses import dataclass
from typing import Any

import httpx2

SECONDS = 60.0
"""For how long somebody waits for an answer, on a machine that is busy with other tests."""


@dataclass(frozen=True)
class Refused:
    """A refusal as its receiver reads it."""

    status: int
    reason: str
    sentence: str
    remedy: str
    missing: tuple[str, ...]
    command: str | None


class Person:
    """Somebody who is signed in."""

    def __init__(self, address: str, token: str, acting_for: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {token}", **({"X-Acting-For": acting_for} if acting_for else {})}
        self._http = httpx2.Client(base_url=f"{address}/api/v1", headers=headers, timeout=SECONDS, trust_env=False)

    def close(self) -> None:
        """Leave."""
        self._http.close()

    def reads(self, path: str, **query: Any) -> Any:
        """What is shown at an address."""
        return _granted(
            self._http.get(path, params={name: value for name, value in query.items() if value is not None})
        )

    def lists(self, path: str, **query: Any) -> list[Any]:
        """Every item of a list, page after page."""
        found: list[Any] = []
        cursor: str | None = None
        while True:
            page = self.reads(path, **query, cursor=cursor)
            found += page["items"]
            cursor = page.get("next_cursor")
            if cursor is None:
                return found

    def does(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """What is answered to a request that is granted."""
        return _granted(self.asks(method, path, body, **headers))

    def may_not(self, method: str, path: str, body: Any = None, **headers: str) -> Refused:
        """The refusal of a request; everybody who is refused is told why and what to do."""
        answer = self.asks(method, path, body, **headers)
        assert 400 <= answer.status_code < 500, f"{method} {path} was answered {answer.status_code}: {answer.text}"
        assert answer.headers["content-type"] == "application/problem+json"
        said = answer.json()
        assert said["status"] == answer.status_code
        assert said["detail"]
        assert said["remedy"]
        missing = tuple(said.get("missing", ()))
        return Refused(said["status"], said["reason"], said["detail"], said["remedy"], missing, said.get("command"))

    def asks(self, method: str, path: str, body: Any = None, **headers: str) -> httpx2.Response:
        """Whatever is answered to a request."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._http.request(method, path, json=body, headers=named)

    def uploads(self, method: str, path: str, name: str, content: bytes, **fields: str) -> Any:
        """What is answered to a file that is taken."""
        return _granted(self._http.request(method, path, files={"file": (name, content)}, data=fields))


def _granted(answer: httpx2.Response) -> Any:
    assert answer.status_code in (200, 201), f"{answer.request.method} {answer.url}: {answer.status_code} {answer.text}"
    return answer.json()
