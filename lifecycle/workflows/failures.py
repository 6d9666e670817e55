"""Refusals as Temporal's failures, and back; whoever refuses on this floor does it here."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from pydantic import ValidationError
from temporalio import workflow
from temporalio.exceptions import ApplicationError, FailureError

from lifecycle.domain.verdicts import Denied, Reason, Refusal, Waiting

_KINDS: Final[dict[str, type[Denied] | type[Waiting]]] = {"denied": Denied, "waiting": Waiting}


def failure_of(verdict: Denied | Waiting) -> ApplicationError:
    """The failure that carries a refusal: its type is the reason's code, its details the kind and the refusal."""
    kind = "waiting" if isinstance(verdict, Waiting) else "denied"
    refusal = verdict.refusal
    details = refusal.model_dump(mode="json")
    return ApplicationError(refusal.sentence, kind, details, type=refusal.reason.value, non_retryable=True)


def refusal_of(error: BaseException | None) -> Denied | Waiting | None:
    """The refusal that an error of a Temporal client carries, however deep; none if it carries none."""
    while error is not None:
        if isinstance(error, ApplicationError) and (found := _refusal_in(error)):
            return found
        error = error.__cause__
    return None


def denied(reason: Reason, sentence: str, remedy: str) -> ApplicationError:
    """The failure of a denial that needs no judgement."""
    return failure_of(Denied(refusal=Refusal(reason=reason, sentence=sentence, remedy=remedy)))


def unreadable() -> ApplicationError:
    """The failure of a message that cannot be read."""
    return denied(
        Reason.WRONG_VALUE, "The message cannot be read.", "Send it in the form that the product's own messages have."
    )


@contextmanager
def nothing_freezes() -> Iterator[None]:
    """Turn whatever is unexpected into a refusal; any other exception in a handler would stop the whole project."""
    try:
        yield
    except FailureError:
        raise
    except Exception as error:
        workflow.logger.exception("A message could not be handled; it changed nothing.")
        sentence = f"The project could not judge this ({type(error).__name__})."
        raise denied(Reason.UNEXPECTED, sentence, "Nothing has changed. Tell the operators of the service.") from None


def _refusal_in(error: ApplicationError) -> Denied | Waiting | None:
    match error.details:
        case [str() as kind, dict() as details] if kind in _KINDS:
            try:
                return _KINDS[kind](refusal=Refusal.model_validate(details))
            except ValidationError:
                return None
        case _:
            return None
