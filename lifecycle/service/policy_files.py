"""Policy files to policies: strict, with every problem at its line and column, in a sentence, with a remedy."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from importlib import resources
from typing import Any

from pydantic import BaseModel, ValidationError

from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.people import Roster
from lifecycle.gates.check import ERROR, check
from lifecycle.gates.policy import Policy
from lifecycle.service.policy_text import Document, Path, PolicyError, Problem, read_document

DEFAULT = "corporate-standard"


def read_policy(text: str, name: str = "policy.yaml", roster: Roster | None = None) -> Policy:
    """The policy of a file's text; PolicyError with every error that would keep it from being published."""
    policy, problems = examine(text, name, roster)
    errors = [problem for problem in problems if problem.severity == ERROR]
    if policy is None or errors:
        raise PolicyError(errors)
    return policy


def examine(
    text: str, name: str = "policy.yaml", roster: Roster | None = None
) -> tuple[Policy | None, tuple[Problem, ...]]:
    """The policy, if it can be read, and everything that is wrong or doubtful about it, in the order of the file."""
    try:
        document = read_document(text, name)
        policy = _validated(document)
    except PolicyError as error:
        return None, error.problems
    found = [
        document.problem(
            finding.path,
            finding.sentence,
            finding.remedy,
            severity=finding.severity,
            witness=finding.witness,
            offset=finding.offset,
        )
        for finding in check(policy, roster)
    ]
    return policy, tuple(sorted(found, key=lambda problem: (problem.line, problem.column)))


def library() -> dict[str, str]:
    """The ready policies that ship with the product: name -> text of the file."""
    folder = resources.files("lifecycle.gates").joinpath("library")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda file: file.name)
    return {file.name.removesuffix(".yaml"): file.read_text(encoding="utf-8") for file in files}


def library_text(name: str) -> str:
    """The text of one ready policy; LifecycleError when there is none of that name."""
    ready = library()
    if name not in ready:
        raise LifecycleError(
            "policy_unknown", f"There is no ready policy '{name}'.", f"Use one of: {', '.join(ready)}."
        )
    return ready[name]


def _validated(document: Document) -> Policy:
    try:
        return Policy.model_validate(document.content)
    except ValidationError as error:
        problems = {str(problem): problem for problem in _problems(document, error)}
        raise PolicyError(sorted(problems.values(), key=lambda problem: (problem.line, problem.column))) from None
    except RecursionError:
        raise PolicyError([document.problem((), "The policy is nested too deeply.", "Nest it less.")]) from None


def _problems(document: Document, error: ValidationError) -> Iterator[Problem]:
    for found in error.errors(include_url=False)[:100]:
        path = _known_steps(document, found["loc"])
        last = str(found["loc"][-1]) if found["loc"] else ""
        match found["type"]:
            case "extra_forbidden":
                near = get_close_matches(last, _known_keys(), n=1)
                remedy = (
                    f"Did you mean '{near[0]}'?"
                    if near
                    else "Remove it, or see the policy reference for what may stand here."
                )
                yield document.problem((*path[:-1], last), f"There is no key '{last}' here.", remedy, key=True)
            case "missing":
                yield document.problem(path, f"The key '{last}' is missing.", f"Add '{last}'.")
            case "string_pattern_mismatch":
                sentence = f"'{str(found['input'])[:60]}' does not have the form that is needed here."
                yield document.problem(path, sentence, f"It must match {found['ctx']['pattern']}.")
            case "value_error":
                yield document.problem(path, _sentence(str(found["ctx"]["error"])), "See the policy reference.")
            case _:
                yield document.problem(path, _sentence(found["msg"]), "See the policy reference.")


def _sentence(message: str) -> str:
    text = message.strip().removesuffix(".")
    return f"{text[:1].upper()}{text[1:]}."


def _known_steps(document: Document, location: tuple[int | str, ...]) -> Path:
    """The steps of an error's location that stand in the document; the names of union members do not."""
    content: Any = document.content
    path: list[str | int] = []
    for step in location:
        inside = dict(enumerate(content)) if isinstance(content, list) else content
        if isinstance(inside, Mapping) and step in inside:
            content = inside[step]
            path.append(step)
    return tuple(path)


@cache
def _known_keys() -> tuple[str, ...]:
    """Every key that some part of a policy knows; the nearest is what was meant."""
    keys: set[str] = set()
    waiting: list[type[BaseModel]] = [Policy]
    seen: set[type[BaseModel]] = set()
    while waiting:
        model = waiting.pop()
        if model in seen:
            continue
        seen.add(model)
        for name, field in model.model_fields.items():
            keys.add(field.alias or name)
            waiting += [kind for kind in _models_in(field.annotation) if kind not in seen]
    return tuple(sorted(keys))


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from _models_in(part)
