"""From a mapping file's text to the mapping, or to a sentence that names line, column and remedy."""

from collections.abc import Iterator
from typing import Any, Protocol

import yaml
from pydantic import ValidationError

from lifecycle.service.registers.mapping import RegisterMapping
from lifecycle.service.registers.problems import RegisterError, excerpt

MAX_CHARACTERS = 200_000
MAX_DEPTH = 20
FAULTS_SHOWN = 5
REMEDY = "Correct the mapping at the place named, and try again."


class Mark(Protocol):
    """A place in a file, both counted from 0."""

    line: int
    column: int


def read_mapping(text: str, filename: str = "mapping") -> RegisterMapping:
    """The mapping in a YAML (or JSON) text. Raises `RegisterError` (`mapping_invalid`) for anything wrong in it."""
    if len(text) > MAX_CHARACTERS:
        raise _invalid(f"{filename} has more than {MAX_CHARACTERS} characters")
    try:
        _refuse_aliases_and_depth(text, filename)
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        _refuse_repeated_keys(tree, filename)
        content: object = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        raise _invalid(f"{_place(filename, error.problem_mark)}: {error.problem}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise _invalid(f"{filename}: {excerpt(str(error), 200)}") from error
    try:
        return RegisterMapping.model_validate(content)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        told = [_told(fault, tree, filename) for fault in faults[:FAULTS_SHOWN]]
        more = f"; and {len(faults) - FAULTS_SHOWN} more" if len(faults) > FAULTS_SHOWN else ""
        raise _invalid("; ".join(told) + more) from error


def _invalid(sentence: str) -> RegisterError:
    return RegisterError("mapping_invalid", f"{sentence}.", REMEDY)


def _refuse_aliases_and_depth(text: str, filename: str) -> None:
    """Aliases can make a small file enormous, and depth exhausts the stack; a mapping needs neither."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise _invalid(f"{_place(filename, event.start_mark)}: aliases (*) are not allowed here")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise _invalid(f"{_place(filename, event.start_mark)}: nested too deep")


def _refuse_repeated_keys(node: yaml.Node | None, filename: str) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: set[object] = set()
        for key, value in node.value:
            if key.value in seen:
                raise _invalid(f"{_place(filename, key.start_mark)}: {key.value!r} stands twice")
            seen.add(key.value if isinstance(key.value, str) else id(key))
            _refuse_repeated_keys(value, filename)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_repeated_keys(item, filename)


def _deepest(node: yaml.Node | None, path: tuple[int | str, ...]) -> tuple[Mark | None, str]:
    """Where in the file the innermost part of the path begins that is there, and the name of its key."""
    mark: Mark | None = node.start_mark if node else None
    name = ""
    for step in path:
        for key, value in _children(node):
            if isinstance(key, yaml.Node) and key.value == step:
                mark, name, node = key.start_mark, str(step), value
                break
            if key == step:
                mark, node = value.start_mark, value
                break
    return mark, name


def _children(node: yaml.Node | None) -> Iterator[tuple[yaml.Node | int, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        yield from node.value
    elif isinstance(node, yaml.SequenceNode):
        yield from enumerate(node.value)


def _place(filename: str, mark: Mark | None) -> str:
    return f"{filename}, line {mark.line + 1}, column {mark.column + 1}" if mark else filename


def _told(fault: Any, tree: yaml.Node | None, filename: str) -> str:
    """The fault in a person's words, with its place and the name of the key it concerns."""
    mark, name = _deepest(tree, fault["loc"])
    place = _place(filename, mark)
    if fault["type"] == "missing":
        return f"{place}: {fault['loc'][-1]!r} is missing"
    if fault["type"] == "extra_forbidden":
        return f"{place}: {name!r} is not known here"
    message = str(fault["msg"]).removeprefix("Value error, ")
    return f"{place}: {name!r}: {message}" if name else f"{place}: {message}"
