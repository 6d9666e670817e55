"""Figures: measured values beside their targets, as a table for people and as JSON for programs."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value; `at_least` says that it has to reach its target instead of staying under it."""

    id: str
    figure: str
    value: float
    unit: str
    target: float
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Whether the value is as it should be."""
        return self.value >= self.target if self.at_least else self.value <= self.target

    @property
    def as_json(self) -> dict[str, Any]:
        """The value as it is kept."""
        kept = {"figure": self.figure, "value": round(self.value, 4), "unit": self.unit}
        return {**kept, "target": self.target, "met": self.met}


def show(figures: Sequence[Figure], notes: Iterable[str]) -> None:
    """Print the table, and under it what its reader should know."""
    rows = [("id", "value", "target", "met", "figure"), *(_row(each) for each in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row[:4], widths, strict=True))
        print("  ".join((*cells, row[4])))
    print("", *notes, sep="\n")


def _row(each: Figure) -> tuple[str, str, str, str, str]:
    bound = ">=" if each.at_least else "<="
    value, target = f"{each.value:.3g} {each.unit}", f"{bound} {each.target:g} {each.unit}"
    return each.id, value.strip(), target.strip(), "yes" if each.met else "NO", each.figure


def keep(figures: Iterable[Figure], file: Path) -> None:
    """Write the figures into a JSON file: id -> figure, value, unit, target, met; others there stay as they are."""
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    known |= {each.id: each.as_json for each in figures}
    file.write_text(json.dumps(dict(sorted(known.items())), indent=2) + "\n", encoding="utf-8")
