"""Clocks, chance and unordered waiting stay out of the pure floors and the workflows."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
FORBIDDEN_CALLS = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.monotonic", "time.sleep",
    "uuid.uuid1", "uuid.uuid4", "uuid4", "random.random", "random.choice", "asyncio.wait", "asyncio.as_completed",
    "asyncio.sleep", "os.urandom", "secrets.token_hex",
}  # fmt: skip
FORBIDDEN_IN_WORKFLOWS = ("temporalio.client", "temporalio.worker", "temporalio.testing")


def test_pure_floors_and_workflows_never_ask_the_time_or_toss_a_coin() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno} {name}"
        for path in _modules("domain", "gates", "workflows")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and (name := ast.unparse(node.func)) in FORBIDDEN_CALLS
    ]
    assert not found


def test_workflows_never_see_the_client() -> None:
    found = [
        f"{path.relative_to(ROOT)} {name}"
        for path in _modules("workflows")
        for name in _imports(path)
        if name.startswith(FORBIDDEN_IN_WORKFLOWS)
    ]
    assert not found


def _modules(*floors: str) -> list[Path]:
    return [path for floor in floors for path in sorted((ROOT / "lifecycle" / floor).rglob("*.py"))]


def _imports(path: Path) -> list[str]:
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return names
