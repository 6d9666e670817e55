"""Overlays: a unit's policy that extends the organisation's, and is proven never looser than it.

The file says only what the unit adds. Read, it is a whole policy: mappings are merged key by key, what is listed of
approvals, exclusions, vetoes, preconditions, roles kept apart and breaches is added, everything else takes the place
of the base's.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

from yaml.nodes import Node

from lifecycle.gates.differences.compare import compare
from lifecycle.gates.differences.difference import Difference, Direction
from lifecycle.gates.policy import Policy
from lifecycle.gates.proofs.finding import Finding, Path, error
from lifecycle.gates.rulebook import Rulebook
from lifecycle.service.policy_text import Document, PolicyError

KEY: Final = "extends"
_OWN: Final = ("policy", "version", "title", "notes", "sources")
_ADDED: Final = frozenset({"exclude", "veto", "advice", "requires", "incompatible", "during", "on_breach_of"})
_NAMED: Final = ("gates", "bodies", "facts", "derived", "tolerances")
_FAR: Final = ("bodies", "tiers", "derived", "facts")
"""What changes gates that an overlay does not name."""


class Extends(NamedTuple):
    """Which policy is extended; without a version the edition in force."""

    policy: str
    version: int | None = None


Bases = Callable[[Extends], Policy | None]
"""Finds the policy that is extended."""


@dataclass(frozen=True)
class Overlay(Document):
    """A policy file that extends another policy: the content is the whole, the places are those of the file."""

    base: Policy

    @cached_property
    def own(self) -> Any:
        """What the file itself says."""
        return {key: value for key, value in super().content.items() if key != KEY}

    @cached_property
    def below(self) -> Any:
        """What the base says, with those whom its gates exclude without saying so."""
        said = {key: value for key, value in json.loads(self.base.text).items() if key not in _OWN}
        for name, gate in self.base.gates.items():
            approvals = said["gates"][name].setdefault("approvals", {})
            approvals.setdefault("exclude", gate.approvals.model_dump(mode="json")["exclude"])
        return said

    @cached_property
    def content(self) -> Any:
        """The whole policy, as it was extended."""
        return _laid_over(self.below, self.own)

    def loosened(self, policy: Policy) -> Iterator[Finding]:
        """Everything in which the whole lets more pass than its base, or may, each with a project that shows it."""
        below = f"{self.base.policy} version {self.base.version}"
        for each in compare(Rulebook(self.base), Rulebook(policy)).differences:
            if each.direction in (Direction.LOOSER, Direction.BOTH):
                verb = "is" if each.direction is Direction.LOOSER else "may be"
                sentence = f"This {verb} looser than {below}, which it extends: {each.sentence}"
                yield error(_place(each), sentence, "Only add and tighten: leave this out.", _shown(each))
            elif not each.proven:
                sentence = f"It is not proven that this is never looser than {below}: {each.sentence}"
                yield error(_place(each), sentence, "Write it with fewer facts, so that it can be proven.")

    def _node(self, path: Path) -> Node:
        """The node of a path of the whole; for what the file does not say itself, of what brings it about."""
        own = tuple(self._steps(path))
        if not path or _reaches(self.own, path[: 2 if path[0] in _NAMED else 1]):
            return super()._node(own)
        return super()._node((next((key for key in _FAR if path[0] == "gates" and key in self.own), KEY),))

    def _steps(self, path: Path) -> Iterator[str | int]:
        """A path of the whole as one of the file: what is added to a list stands there after what the base lists."""
        below, above = self.below, self.own
        inside = key = ""
        for step in path:
            if isinstance(step, int) and _adds(key, inside) and isinstance(below, list) and isinstance(above, list):
                added = [number for number, part in enumerate(above) if part not in below]
                if not len(below) <= step < len(below) + len(added):
                    return
                step, below = added[step - len(below)], None
            else:
                below = _part(below, step)
            yield step
            above, inside, key = _part(above, step), key, str(step)


def extended_by(document: Document) -> Extends | None:
    """What a policy file extends, if it does. `PolicyError` when it cannot be told."""
    said = document.content.get(KEY)
    match said:
        case None:
            return None
        case str():
            return Extends(said)
        case {"policy": str(policy), "version": int(version)} if len(said) == 2 and version > 0:
            return Extends(policy, version)
        case _:
            remedy = "Write the name of a policy, or {policy: name, version: number}."
            raise PolicyError([document.problem((KEY,), "It cannot be told what is extended.", remedy)])


def whole(document: Document, bases: Bases) -> Document:
    """The document itself, or the overlay that it is. `PolicyError` for a base that there is not."""
    wanted = extended_by(document)
    if wanted is None:
        return document
    base = bases(wanted)
    if base is None:
        sentence = f"There is no policy '{wanted.policy}'{f' version {wanted.version}' if wanted.version else ''}."
        remedy = (
            f"Name one that there is: an edition on the server, a ready policy, or offline {wanted.policy[:60]}.yaml "
            "beside this file."
        )
        raise PolicyError([document.problem((KEY,), sentence[:300], remedy)])
    if document.content.get("policy") == base.policy:
        sentence = "What extends a policy has a name of its own."
        raise PolicyError([document.problem(("policy",), sentence, "Give it another name.")])
    return Overlay(document.name, document.root, base)


def _laid_over(below: Any, above: Any, key: str = "", inside: str = "") -> Any:
    if isinstance(below, Mapping) and isinstance(above, Mapping):
        told = {
            name: _laid_over(value, above[name], name, key) if name in above else value for name, value in below.items()
        }
        return told | {name: value for name, value in above.items() if name not in below}
    if _adds(key, inside) and isinstance(below, list) and isinstance(above, list):
        return [*below, *(part for part in above if part not in below)]
    return above


def _adds(key: str, inside: str) -> bool:
    """Whether a list is added to what the base lists, instead of taking its place."""
    return key in _ADDED or (key == "all" and inside == "approvals")


def _part(whole: Any, step: str | int) -> Any:
    if isinstance(whole, Mapping):
        return whole.get(step)
    return whole[step] if isinstance(whole, list) and isinstance(step, int) and step < len(whole) else None


def _reaches(said: Any, path: Path) -> bool:
    for step in path:
        if not isinstance(said, Mapping) or step not in said:
            return False
        said = said[step]
    return True


def _place(difference: Difference) -> tuple[str, ...]:
    path = tuple(difference.aspect.split("."))
    return ("gates", difference.gate, *path) if difference.gate else path


def _shown(difference: Difference) -> str:
    return f"{difference.witness}." if difference.witness else ""
