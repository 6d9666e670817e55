"""The house rules that a linter cannot express."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = ("lifecycle", "api", "worker")


def test_no_module_is_longer_than_three_hundred_lines() -> None:
    modules = [path for folder in PRODUCT for path in (ROOT / folder).rglob("*.py")]
    assert modules
    too_long = {str(path.relative_to(ROOT)): lines for path in modules if (lines := _lines(path)) > 300}
    assert not too_long, f"split by noun: {too_long}"


def test_no_module_is_a_drawer_for_everything() -> None:
    drawers = {"utils", "common", "helpers", "base", "misc"}
    found = [path for folder in PRODUCT for path in (ROOT / folder).rglob("*.py") if path.stem in drawers]
    assert not found


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())
