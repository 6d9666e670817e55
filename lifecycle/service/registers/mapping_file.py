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
        told = [f"{_place(filename, _mark(tree, fault['loc']))}: {_told(fault)}" for fault in faults[:FAULTS_SHOWN]]
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


def _mark(node: yaml.Node | None, path: tuple[int | str, ...]) -> Mark | None:
    """Where in the file the innermost part of the path begins that is there."""
    mark = node.start_mark if node else None
    for step in path:
        for key, value in _children(node):
            if key == step or (isinstance(key, yaml.Node) and key.value == step):
                mark = key.start_mark if isinstance(key, yaml.Node) else value.start_mark
                node = value
                break
    return mark


def _children(node: yaml.Node | None) -> Iterator[tuple[yaml.Node | int, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        yield from node.value
    elif isinstance(node, yaml.SequenceNode):
        yield from enumerate(node.value)


def _place(filename: str, mark: Mark | None) -> str:
    return f"{filename}, line {mark.line + 1}, column {mark.column + 1}" if mark else filename


def _told(fault: Any) -> str:
    """The fault in a person's words, after the name of the key it concerns."""
    where = next((str(step) for step in reversed(fault["loc"]) if isinstance(step, str) and step != "[key]"), "")
    said = {"extra_forbidden": "is not known here", "missing": "is missing"}.get(fault["type"])
    message = str(fault["msg"]).removeprefix("Value error, ")
    return f"{where!r} {said}" if said else f"{where!r}: {message}" if where else message
