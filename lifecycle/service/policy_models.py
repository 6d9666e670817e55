"""Files read into models, strictly: every value that does not fit is told at its line and column, with a remedy."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from lifecycle.gates.lookalikes import stranger
from lifecycle.service import policy_advice as advice
from lifecycle.service.policy_text import Document, Path, PolicyError, Problem

Model = TypeVar("Model", bound=BaseModel)

_PLAIN = "Write it in plain letters, a to z, with digits and underscores."


def validated(document: Document, model: type[Model]) -> Model:
    """The document as a model; PolicyError with everything in it that does not fit."""
    try:
        return model.model_validate(document.content)
    except ValidationError as error:
        problems = {str(problem): problem for problem in _problems(document, error, model)}
        raise PolicyError(sorted(problems.values(), key=lambda problem: (problem.line, problem.column))) from None
    except RecursionError:
        raise PolicyError([document.problem((), "The file is nested too deeply.", "Nest it less.")]) from None


def _problems(document: Document, error: ValidationError, model: type[BaseModel]) -> Iterator[Problem]:
    errors = error.errors(include_url=False)
    for found in errors[:100]:
        if found["type"] == "too_short" and any(
            other["loc"][:-1][: len(found["loc"])] == found["loc"] for other in errors
        ):
            continue  # the list is short of the parts that are wrong
        path = _known_steps(document, found["loc"])
        last = str(found["loc"][-1]) if found["loc"] else ""
        match found["type"]:
            case "extra_forbidden" if odd := stranger(last):
                yield document.problem((*path[:-1], last), f"The key '{last}' contains {odd}.", _PLAIN, key=True)
            case "string_pattern_mismatch" if odd := stranger(found["input"]):
                sentence = f"'{found['input'][:60]}' contains {odd}."
                yield document.problem(path, sentence, _PLAIN, key=last == "[key]")
            case "extra_forbidden":
                remedy = advice.of_key(model, found["loc"])
                yield document.problem((*path[:-1], last), f"There is no key '{last}' here.", remedy, key=True)
            case "missing":
                yield document.problem(path, f"The key '{last}' is missing.", f"Add '{last}'.")
            case "string_pattern_mismatch":
                sentence = f"'{str(found['input'])[:60]}' does not have the form that is needed here."
                yield document.problem(path, sentence, advice.FORMS[found["ctx"]["pattern"]], key=last == "[key]")
            case "value_error":
                remedy = advice.of_part(model, found["loc"])
                yield document.problem(path, _sentence(str(found["ctx"]["error"])), remedy)
            case kind if kind in advice.KINDS:
                yield document.problem(path, *advice.KINDS[kind])
            case _:
                sentence = _sentence(found["msg"].replace("Input should", "This should"))
                yield document.problem(path, sentence, advice.of_part(model, found["loc"]))


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
