"""`lifecycle policy diff`: in what two versions of a policy differ; offline."""

from typing import Annotated

import typer

from api.terminal.output import AsJson, show, told
from api.terminal.policy import policy_of


def diff(
    before: Annotated[
        str, typer.Argument(help="The earlier version: a file, a ready policy, or - for standard input.")
    ],
    after: Annotated[str, typer.Argument(help="The later version.")],
    as_json: AsJson = False,
) -> None:
    """Say of every gate whether it is stricter or looser, and for which project."""
    from lifecycle.gates.differences.compare import compare
    from lifecycle.gates.rulebook import Rulebook

    with told():
        seen = compare(Rulebook(policy_of(before)), Rulebook(policy_of(after)))
        lines: list[str] = [f"  {each}" for each in seen.differences if each.gate is None]
        if lines:
            lines.insert(0, "The policy as a whole")
        for gate, direction in seen.gates.items():
            lines.append(f"{gate}: {direction.value}")
            lines += [f"  {each}" for each in seen.differences if each.gate == gate]
        show(seen.model_dump(mode="json"), as_json, lines)
