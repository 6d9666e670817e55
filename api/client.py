"""Our own HTTP API, called from the command line; a refusal becomes one sentence and what to do next."""

import json
import os
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

from lifecycle.domain.errors import LifecycleError

if TYPE_CHECKING:
    import httpx2  # slow to load: whoever only asks for help does not wait for it

SIGN_INS = "sign-ins.json"
"""In the home of the embedded profile: person -> token, readable by its owner alone."""


class Client:
    """A signed-in caller of the API at `address`."""

    def __init__(self, address: str, token: str, *, acting_for: str | None = None, seconds: float = 60.0) -> None:
        import httpx2

        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        if acting_for:
            headers["X-Acting-For"] = acting_for
        self._http = httpx2.Client(base_url=f"{address}/api/v1", headers=headers, timeout=seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str, **query: object) -> Any:
        """The JSON answer of a read."""
        asked = {name: str(value) for name, value in query.items() if value is not None}
        return self._answer("GET", path, params=asked).json()

    def pages(self, path: str, **query: object) -> Iterator[Any]:
        """Every item of a list, page after page."""
        cursor: object = None
        while True:
            page = self.get(path, **query, cursor=cursor)
            yield from page["items"]
            cursor = page.get("next_cursor")
            if not cursor:
                return

    def send(self, method: str, path: str, body: Mapping[str, Any] | None = None, **headers: str) -> Any:
        """The JSON answer of a write; `Idempotency-Key` and `If-Match` travel as headers."""
        asked = {name.replace("_", "-"): value for name, value in headers.items()}
        asked.setdefault("Idempotency-Key", secrets.token_hex(16))
        return self._answer(method, path, json=dict(body or {}), headers=asked).json()

    def upload(self, method: str, path: str, file: tuple[str, bytes, str | None], **fields: str) -> Any:
        """The JSON answer of a write that carries a file, given as name, content and media type."""
        return self._answer(method, path, files={"file": file}, data=fields).json()

    def download(self, path: str, target: Path, **query: str) -> None:
        """Write the answer of a read to a file; LifecycleError `no_file` when that cannot be written."""
        content = self._answer("GET", path, params=query).content
        try:
            target.write_bytes(content)
        except OSError as error:
            sentence = f"{target} cannot be written: {error.strerror}."
            raise LifecycleError("no_file", sentence, "Name another file.") from None

    def _answer(self, method: str, path: str, **how: Any) -> "httpx2.Response":
        import httpx2

        try:
            response = self._http.request(method, path, **how)
        except httpx2.TimeoutException:
            raise LifecycleError("service_away", "The API did not answer in time.", "Try again.") from None
        except httpx2.HTTPError:
            remedy = "Start it with `lifecycle up`, or correct LIFECYCLE_API_PORT."
            raise LifecycleError("service_away", f"Nothing answers at {self._http.base_url}.", remedy) from None
        if response.status_code == httpx2.codes.ACCEPTED and "location" in response.headers:
            remedy = f"Ask again later: lifecycle command {response.headers['location'].rpartition('/')[2]}"
            raise LifecycleError("unknown_yet", "The outcome is not known yet.", remedy)
        if response.is_error:
            raise _refusal(response)
        return response


def _refusal(response: "httpx2.Response") -> LifecycleError:
    try:
        problem = response.json()
    except json.JSONDecodeError:
        problem = {}
    code = str(problem.get("reason") or problem.get("type") or response.status_code)
    sentence = str(problem.get("detail") or problem.get("title") or f"The API answered {response.status_code}.")
    return LifecycleError(code, sentence, str(problem.get("remedy") or ""))


def at(*parts: str) -> str:
    """The address of a thing by the parts of its path, whatever characters its keys have."""
    return "".join(f"/{quote(part, safe='')}" for part in parts)


def content_of(file: Path) -> bytes:
    """The bytes of a file; LifecycleError `no_file` when it cannot be read."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise LifecycleError("no_file", f"{file} cannot be read: {error.strerror}.", "Check the file.") from None


def token_of(home: Path, person: str | None) -> str:
    """The token to sign in with: `LIFECYCLE_TOKEN`, else that of a person beside the embedded profile.

    LifecycleError `no_sign_in` when there is none, with the people there are.
    """
    given = os.environ.get("LIFECYCLE_TOKEN")
    if given and person is None:
        return given
    known = sign_ins(home)
    if person is None and known:
        return next(iter(known.values()))
    if person in known:
        return known[person]
    if not known:
        remedy = "Set LIFECYCLE_TOKEN, or start the embedded product with `lifecycle up`."
        raise LifecycleError("no_sign_in", "There is no token to sign in with.", remedy)
    raise LifecycleError("no_sign_in", f"There is no sign-in for '{person}' here.", f"Use one of: {', '.join(known)}.")


def sign_ins(home: Path) -> dict[str, str]:
    """The sign-ins of the embedded profile, person -> token; empty when there are none."""
    try:
        content: dict[str, str] = json.loads((home / SIGN_INS).read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError):
        return {}
    return content


def keep_sign_ins(home: Path, tokens: Mapping[str, str]) -> None:
    """Write the sign-ins so that only their owner can read them."""
    keep_private(home / SIGN_INS, json.dumps(dict(tokens), indent=2))


def keep_private(target: Path, text: str) -> None:
    """Write a file, all at once, that only its owner can read."""
    draft = target.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(target)
