"""What holds for every route: one permission, refusals documented, every reason and code with a status."""

import ast
import re
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from api.app import create_app
from api.errors import FAILED, REFUSED
from api.openapi import Api, requirements
from api.reference import operations
from api.schemas.words import Instant
from lifecycle.domain.verdicts import Reason
from tests.api.desk import Desk

ROOT = Path(__file__).parents[2]
AT_THE_START = {"store_address", "not_loopback"}
"""Codes of errors that keep a process from starting, and so never reach a caller."""
IN_THE_TERMINAL = {"not_heads", "weak_key", "checkpoint_forged"}
"""Codes of errors of commands that ask no API."""


@pytest.fixture(scope="module")
def app() -> Api:
    office: Any = None
    application = create_app(nullcontext(office), 1)
    assert isinstance(application, Api)
    return application


def test_every_route_requires_exactly_one_permission(app: Api) -> None:
    wrong = {f"{route.methods} {path}" for path, route in app.guarded if len(requirements(route)) != 1}
    assert not wrong
    served = {path for _, path, _ in operations(app.openapi())}
    assert served == {path for path, _ in app.guarded} | {"/healthz", "/readyz"}


def test_every_answer_is_documented(app: Api) -> None:
    for method, path, operation in operations(app.openapi()):
        if not path.startswith("/api/"):
            continue
        answers = operation["responses"]
        assert {"400", "401", "403", "404", "409", "413", "415", "422", "500", "503"} <= answers.keys(), path
        refusals = [answer for status, answer in answers.items() if int(status) >= 400]
        assert all(list(answer["content"]) == ["application/problem+json"] for answer in refusals), path
        assert operation["x-permission"], path
        assert operation["description"].endswith("."), f"{method} {path}"


def test_every_request_model_is_closed(app: Api) -> None:
    document = app.openapi()
    for method, path, operation in operations(document):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            for schema in _choices(document, content["schema"]):
                assert schema.get("additionalProperties") is False, f"{method} {path}"


def _choices(document: Any, schema: Any) -> list[Any]:
    known = document["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], schema)
    return list(known.get("oneOf", [known]))


def test_every_reason_has_a_status() -> None:
    assert set(REFUSED) == set(Reason)
    assert all(REFUSED[reason] == FAILED.get(reason.value, REFUSED[reason]) for reason in Reason)


def test_every_code_has_a_status() -> None:
    known = FAILED.keys() | {reason.value for reason in Reason} | AT_THE_START | IN_THE_TERMINAL
    folders = [ROOT / "lifecycle" / "service", ROOT / "lifecycle" / "persistence", ROOT / "api" / "routes"]
    files = [ROOT / "api" / name for name in ("auth.py", "intake.py", "cursors.py", "errors.py", "deps.py")]
    modules = [*files, *(path for folder in folders for path in folder.rglob("*.py"))]
    unknown = {f"{path.name}: {code}" for path in modules for code in _codes(path)}
    assert not {entry for entry in unknown if entry.rpartition(" ")[2] not in known}


def _codes(path: Path) -> set[str]:
    """The codes that a module's errors carry, as they are written out."""
    return {
        str(node.args[0].value)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in ("LifecycleError", "super().__init__")
        and len(node.args) > 1
        and isinstance(node.args[0], ast.Constant)
        and re.fullmatch("[a-z_]+", str(node.args[0].value))
    }


def test_the_document_allows_the_years_that_an_instant_may_lie_in() -> None:
    instant: TypeAdapter[Any] = TypeAdapter(Instant)
    pattern = instant.json_schema()["pattern"]
    for year in range(1, 10_000):
        written = f"{year:04}-03-31T17:00:00+01:00"
        try:
            taken = bool(instant.validate_python(written))
        except ValidationError:
            taken = False
        assert taken == bool(re.match(pattern, written)), year


@pytest.mark.asyncio(loop_scope="session")
async def test_the_document_and_its_page_are_there_for_everybody(desk: Desk) -> None:
    document = (await desk.http.get("/api/v1/openapi.json")).json()
    page = await desk.http.get("/docs")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert all(path in page.text for path in document["paths"])
    assert "http" not in page.text.replace("HTTP", "").partition("</style>")[0]
    assert (await desk.http.get("/healthz")).json() == {"status": "ok"}
    assert (await desk.http.get("/readyz")).json() == {"records": "ok", "engine": "ok"}
