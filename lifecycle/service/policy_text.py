"""Policy files as text: YAML (and so JSON) read strictly, with the line and column of everything in it."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from lifecycle.domain.errors import LifecycleError

LARGEST: Final = 300_000
"""Characters in one policy file."""
MOST_NODES: Final = 60_000
"""Values in one policy file, aliases written out."""
DEEPEST: Final = 40

Path = tuple[str | int, ...]
"""Where something stands in a document: keys and positions from the top."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a policy file, where (line and column from 1), and what to do about it."""

    file: str
    line: int
    column: int
    path: str
    sentence: str
    remedy: str
    severity: str = "error"
    witness: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}"
        witness = f" {self.witness}" if self.witness else ""
        part = f" ({self.path})" if self.path else ""
        return f"{where}: {self.severity}: {self.sentence}{witness} {self.remedy}{part}"


class PolicyError(LifecycleError):
    """A policy file that cannot be used, with every problem found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        first = problems[0]
        more = f" ({len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(
            "policy_invalid", f"{first.file}:{first.line}:{first.column}: {first.sentence}{more}", first.remedy
        )
        self.problems = tuple(problems)


class _Loader(yaml.CSafeLoader):
    """YAML without its surprises: `no` and `10:00` are text, a date is text, numbers are decimal."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"^(?:true|false)$", "tf"),
    ("null", r"^(?:null|~|)$", ["n", "~", ""]),
    ("int", r"^-?(?:0|[1-9][0-9]{0,17})$", "-0123456789"),
    ("float", r"^-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,17}$", "-0123456789"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))

_SCALARS: Final[dict[str, Callable[[str], Any]]] = {
    "tag:yaml.org,2002:str": str,
    "tag:yaml.org,2002:int": int,
    "tag:yaml.org,2002:float": float,
    "tag:yaml.org,2002:bool": "true".__eq__,
    "tag:yaml.org,2002:null": lambda _: None,
}


@dataclass(frozen=True)
class Document:
    """A policy file that could be read: its content, and where each part of it stands."""

    name: str
    root: Node

    @cached_property
    def content(self) -> Any:
        """The plain values: dicts, lists, texts, numbers."""
        return _plain(self.root)

    def place(self, path: Path) -> tuple[int, int]:
        """Line and column of a path, or of the nearest part above it that exists."""
        mark = self._node(path).start_mark
        return mark.line + 1, mark.column + 1

    def _quoted(self, path: Path) -> int:
        """1 if the value at a path is written in quotes, which its own characters do not count."""
        style = getattr(self._node(path), "style", None)
        return 1 if style in ("'", '"') else 0

    def _node(self, path: Path) -> Node:
        """The node of a path, or of the nearest part above it that exists."""
        node = self.root
        for step in path:
            node = next((child for key, child in _children(node) if key == step), node)
        return node

    def key_place(self, path: Path) -> tuple[int, int]:
        """Line and column of the last key of a path."""
        *above, last = path
        node = self._node(tuple(above))
        keys = [key for key, _ in node.value if key.value == last] if isinstance(node, MappingNode) else []
        mark = keys[0].start_mark if keys else node.start_mark
        return mark.line + 1, mark.column + 1

    def problem(
        self,
        path: Path,
        sentence: str,
        remedy: str,
        *,
        severity: str = "error",
        witness: str = "",
        key: bool = False,
        offset: int = 0,
    ) -> Problem:
        """A problem at a path of this document: at its value, `offset` characters into it, or at its key."""
        line, column = self.key_place(path) if key and path else self.place(path)
        if offset:
            column += offset + self._quoted(path)
        dotted = ".".join(str(step) for step in path)
        return Problem(self.name, line, column, dotted, sentence, remedy, severity, witness)


def read_document(text: str, name: str) -> Document:
    """Read a policy file's text. PolicyError names line and column of what is no YAML, too large, or said twice."""
    if len(text) > LARGEST:
        raise _refused(name, 1, 1, f"The file is longer than {LARGEST:,} characters.", "Split the policy.")
    try:
        loader = _Loader(text)
        try:
            root = loader.get_single_node()
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        remedy = "Correct the YAML at this place; look at its indentation, quotes and brackets."
        raise _refused(name, line, column, f"This is no YAML: {error.problem or error.context}.", remedy) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _refused(
            name, line, 1, "The file contains a character that no text has.", "Save it as UTF-8 text."
        ) from None
    except RecursionError:
        raise _refused(name, 1, 1, "The file is nested too deeply.", f"Nest at most {DEEPEST} levels.") from None
    if not isinstance(root, MappingNode):
        raise _refused(
            name, 1, 1, "A policy file holds one mapping of keys to values.", "Begin with 'policy: my-policy'."
        )
    if problems := list(_faults(name, root)):
        raise PolicyError(problems)
    return Document(name, root)


def _refused(name: str, line: int, column: int, sentence: str, remedy: str) -> PolicyError:
    return PolicyError([Problem(name, line, column, "", sentence, remedy)])


def _children(node: Node) -> Iterator[tuple[str | int, Node]]:
    if isinstance(node, MappingNode):
        yield from ((key.value, value) for key, value in node.value)
    elif isinstance(node, SequenceNode):
        yield from enumerate(node.value)


def _faults(name: str, root: Node) -> Iterator[Problem]:
    """Duplicate and unusual keys, foreign tags, and documents that grow too large when aliases are written out."""
    seen = 0
    waiting: list[tuple[Node, int]] = [(root, 1)]
    while waiting:
        node, depth = waiting.pop()
        seen += 1
        line, column = node.start_mark.line + 1, node.start_mark.column + 1
        if depth > DEEPEST or seen > MOST_NODES:
            sentence = "The document refers to itself, is nested too deeply, or is too large when written out."
            yield Problem(name, line, column, "", sentence, f"Nest at most {DEEPEST} levels and use fewer aliases.")
            return
        if isinstance(node, ScalarNode):
            if node.tag not in _SCALARS:
                yield Problem(name, line, column, "", f"The tag {node.tag} is not known here.", "Write a plain value.")
            continue
        keys: set[str] = set()
        for key, _ in node.value if isinstance(node, MappingNode) else ():
            place = (key.start_mark.line + 1, key.start_mark.column + 1)
            if not isinstance(key, ScalarNode):
                yield Problem(name, *place, "", "A key is a plain text.", "Write a name before the colon.")
            elif key.value == "<<":
                remedy = "Write the keys out, or give a whole part a name with &name and repeat it as *name."
                yield Problem(name, *place, "", "Merge keys (<<) are not read.", remedy)
            elif key.value in keys:
                yield Problem(name, *place, "", f"The key '{key.value}' stands twice.", "Remove one of the two.")
            else:
                keys.add(key.value)
        waiting += [(child, depth + 1) for _, child in _children(node)]


def _plain(node: Node) -> Any:
    if isinstance(node, MappingNode):
        return {key.value: _plain(value) for key, value in node.value}
    if isinstance(node, SequenceNode):
        return [_plain(value) for value in node.value]
    return _SCALARS[node.tag](node.value)
