"""A project that shows a finding, in words: `risk = medium, cost = 250,000.01`."""

from collections.abc import Mapping

from lifecycle.domain.values import FactValue
from lifecycle.gates.conditions import Kind
from lifecycle.gates.proofs.worlds import World


def in_words(kinds: Mapping[str, Kind], world: World) -> str:
    """The facts of a project as people write them, money in major units; empty when none matters."""
    return ", ".join(_fact(kinds[name], name, value) for name, value in world.items())


def _fact(kind: Kind, name: str, value: FactValue | None) -> str:
    space, _, leaf = name.rpartition(".")
    said = leaf if space in ("", "project") else f"{leaf} ({_SPACES.get(space, space)})"
    if value is None:
        return f"{said} not known"
    if kind is Kind.MONEY and isinstance(value, int):
        return f"{said} = {value / 100:,.2f}"
    if isinstance(value, bool):
        return f"{said} = {'yes' if value else 'no'}"
    return f"{said} = {value:,}" if isinstance(value, int) else f"{said} = {value}"


_SPACES = {"answers": "answer", "conditions": "promises", "baseline": "baseline"}
