"""A browser as the server sees it, without JavaScript: it keeps cookies, and its forms carry what a page gave them."""

from collections.abc import Mapping

import httpx2

from api.web.entrance import form_token
from lifecycle.service.office import Office

HOME = "http://127.0.0.1:8765"


class Visitor:
    """Somebody at the pages."""

    def __init__(self, http: httpx2.AsyncClient, office: Office) -> None:
        self.http = http
        self.office = office

    @property
    def secret(self) -> str:
        """What keeps this browser signed in; empty when it is not."""
        return self.http.cookies.get("lifecycle") or ""

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        return await self.http.get(path, headers=headers)

    async def post(
        self, path: str, fields: Mapping[str, str] | None = None, *, csrf: str | None = None, site: str = "same-origin"
    ) -> httpx2.Response:
        """Send a form; `csrf` and `site` are for those who forge one."""
        token = form_token(self.secret) if csrf is None else csrf
        return await self.http.post(path, data={**(fields or {}), "csrf": token}, headers={"Sec-Fetch-Site": site})

    async def post_file(self, path: str, name: str, content: bytes, field: str = "file") -> httpx2.Response:
        """Send a form with a file."""
        fields, files = {"csrf": form_token(self.secret)}, {field: (name, content)}
        headers = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
        return await self.http.post(path, data=fields, files=files, headers=headers)

    async def sign_in(self, person: str) -> None:
        """Sign in as one of the sample people."""
        answer = await self.post("/sign-in/sample", {"person": person})
        assert answer.status_code == 303, answer.text
