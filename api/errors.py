"""Refusals and failures as HTTP: one table of statuses, one form of answer (problem+json, RFC 9457)."""

import re
from collections.abc import Mapping
from math import ceil
from secrets import token_hex
from typing import Any, Final

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from api.schemas.problems import Fault, Problem
from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.verdicts import Reason, Refusal
from lifecycle.service.deeds import RefusedError
from lifecycle.service.pace import TooFastError
from lifecycle.service.policy_text import PolicyError
from lifecycle.service.policy_text import Problem as Found

R = Reason
REFUSED: Final[Mapping[Reason, int]] = {
    **dict.fromkeys(
        (
            R.NOT_PERMITTED, R.EXCLUDED, R.INCOMPATIBLE_ROLES, R.IN_PERSON, R.NO_SLOT, R.NOT_DECIDER,
            R.NOT_CONDITION_OWNER, R.OWN_PROOF, R.OWN_REQUEST, R.DELEGATION_INVALID, R.DELEGATION_CASCADE,
            R.REAUTHENTICATION_NEEDED,
        ),
        403,
    ),
    **dict.fromkeys((R.UNKNOWN_PROJECT, R.UNKNOWN_GATE, R.UNKNOWN_CONDITION, R.UNKNOWN_WAIVER), 404),
    **dict.fromkeys(
        (
            R.ALREADY_REGISTERED, R.PROJECT_OVER, R.PROJECT_ON_HOLD, R.NOT_ON_HOLD, R.GATE_NOT_OPEN,
            R.GATE_ALREADY_OPEN, R.NOT_OPENED_ON_REQUEST, R.NOT_SUBMITTED, R.ALREADY_SUBMITTED, R.ALREADY_DECIDED,
            R.NOT_READY, R.STALE, R.STALE_DIRECTORY, R.ALREADY_VOTED, R.QUESTION_OPEN, R.NO_QUESTION,
            R.OUTCOME_NOT_ALLOWED, R.CONDITIONS_MISSING, R.CRITERIA_NOT_MET, R.APPROVALS_MISSING, R.EXCEPTION_OPEN,
            R.REOPENED_GATE_OPEN, R.NOT_WAIVABLE, R.NOT_PROVED, R.NOTHING_CHANGED, R.POLICY_DOES_NOT_FIT, R.NOT_DUE,
            R.NOT_LATE, R.NUDGED_ALREADY, R.NOBODY_TO_NUDGE, R.NO_WAIVER_NEEDED, R.WAIVER_ASKED_ALREADY,
        ),
        409,
    ),
    **dict.fromkeys(
        (
            R.UNKNOWN_ITEM, R.UNKNOWN_FACT, R.UNKNOWN_STAGE, R.WRONG_VALUE, R.WRONG_KIND, R.CONDITION_DATE_PAST,
            R.POLICY_UNKNOWN,
        ),
        422,
    ),
    R.UNEXPECTED: 503,
}  # fmt: skip
"""403: not this person. 404: no such thing. 409: not as the project stands now. 422: never, as it was sent."""

FAILED: Final[Mapping[str, int]] = {
    **dict.fromkeys(("unreadable_body", "wrong_encoding", "too_deep"), 400),
    "not_signed_in": 401,
    **dict.fromkeys(
        (
            "not_secure", "cross_site", "form_expired", "wrong_password", "wrong_code", "no_local_account",
            "not_vouched", "no_entry",
        ),
        403,
    ),
    **dict.fromkeys(
        (
            "unknown_path", "unknown_person", "unknown_entry", "unknown_edition", "unknown_command", "unknown_import",
            "unknown_register", "unknown_what_if", "unknown_proposal", "unknown_rollout", "unknown_record",
            "unknown_verification", "unknown_message", "evidence_missing",
        ),
        404,
    ),
    "method_not_allowed": 405,
    "not_acceptable": 406,
    **dict.fromkeys(
        (
            "key_reused", "person_exists", "delegation_exists", "edition_exists", "proposal_settled",
            "proposal_outdated", "last_manager", "no_webhook_key", "import_running",
        ),
        409,
    ),
    **dict.fromkeys(("body_too_large", "evidence_too_large", "file_too_large", "workbook_too_large"), 413),
    **dict.fromkeys(("unsupported_media_type", "evidence_type", "unsupported_kind", "wrong_extension"), 415),
    **dict.fromkeys(
        (
            "mapping_invalid", "unknown_mapping", "missing_column", "empty_file", "no_header", "no_rows", "not_a_table",
            "too_many_columns", "too_many_rows", "cell_too_long", "unclosed_quote", "unreadable_encoding",
            "damaged_workbook", "encrypted_workbook", "no_such_sheet",
        ),
        422,
    ),
    **dict.fromkeys(
        (
            "malformed", "wrong_value", "weak_password", "wrong_interval", "policy_invalid", "bad_cursor",
            "evidence_digest", "forbidden_address", "not_heads", "not_a_bounce",
        ),
        422,
    ),
    "too_many_requests": 429,
    **dict.fromkeys(("incident", "evidence_corrupt"), 500),
    **dict.fromkeys(("provider_away", "store_unavailable", "engine_away", "project_busy"), 503),
    "too_many_attempts": 429,
    "store_full": 507,
}  # fmt: skip
"""Every code of a LifecycleError that can reach the API, besides the reasons of refusals."""

RETRY_SECONDS: Final = 5
_JSON: Final = "application/problem+json"
_log = structlog.get_logger("api")


def status_of(code: str) -> int:
    """The status of a reason or code; 500 for one that the tables do not know, which is a bug."""
    return REFUSED[Reason(code)] if code in REFUSED else FAILED.get(code, 500)


def problem_of(refusal: Refusal, command: str | None = None) -> Problem:
    """A refusal as a problem."""
    return _problem(refusal.reason, refusal.sentence, refusal.remedy, missing=refusal.missing, command=command)


def answer(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """A problem as a response; whoever is told to come back is told when, and whoever is unknown how to sign in."""
    extra = dict(headers or {})
    if problem.status in (503, 507):
        extra["Retry-After"] = str(RETRY_SECONDS)
    if problem.status == 401:
        extra["WWW-Authenticate"] = "Bearer"
    return Response(problem.model_dump_json(exclude_none=True), problem.status, extra, _JSON)


def incident(error: BaseException) -> Response:
    """The answer when something is broken: an id that the log has too, and nothing of what happened."""
    number = token_hex(8)
    _log.error("an incident", incident=number, exc_info=error)
    sentence = "Something went wrong on our side."
    remedy = "Try again; if it goes on, tell the operators the number of the incident."
    return answer(_problem("incident", sentence, remedy, incident=number))


def failed(error: LifecycleError) -> Response:
    """Any error that carries a sentence, as a response."""
    if isinstance(error, RefusedError):
        return answer(problem_of(error.refusal))
    if status_of(error.code) == 500:
        return incident(error)
    wait = {"Retry-After": str(ceil(error.wait.total_seconds()))} if isinstance(error, TooFastError) else None
    faults = tuple(Fault(**_fault(found)) for found in error.problems) if isinstance(error, PolicyError) else ()
    return answer(_problem(error.code, error.sentence, error.remedy, faults=faults), wait)


def handle_errors(app: FastAPI) -> None:
    """Let every error of the app be answered as a problem."""

    @app.exception_handler(LifecycleError)
    async def _failed(_: Request, error: LifecycleError) -> Response:
        return failed(error)

    @app.exception_handler(RequestValidationError)
    async def _malformed(request: Request, error: RequestValidationError) -> Response:
        found = error.errors()
        if any(fault["type"] == "json_invalid" for fault in found):
            return answer(_problem("unreadable_body", "The body is no JSON.", "Correct it, then send it again."))
        media_type = request.headers.get("content-type", "").partition(";")[0]
        if any(fault["loc"] == ("body",) for fault in found) and "json" not in media_type:
            return answer(_problem("unsupported_media_type", "This address takes JSON.", "Send application/json."))
        faults = tuple(Fault(path=_path(fault), sentence=_sentence(fault["msg"])) for fault in found[:50])
        sentence = f"The request is malformed at {faults[0].path}: {faults[0].sentence}"
        return answer(_problem("malformed", sentence, "Correct what the faults name.", faults=faults))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        code, sentence, remedy = _HTTP.get(error.status_code, _HTTP[400])
        headers = dict(error.headers or {})
        if error.status_code == 405 and (methods := request.app.methods_at(request.url.path)):
            headers["Allow"] = ", ".join(methods)
        return answer(_problem(code, sentence, remedy), headers)


_HTTP: Final = {
    400: ("unreadable_body", "The body cannot be read.", "Correct it, then send it again."),
    404: ("unknown_path", "There is nothing at this address.", "See /docs for the addresses there are."),
    405: ("method_not_allowed", "This address does not know that method.", "See /docs for those that it knows."),
    413: ("body_too_large", "The body is too large.", "Send less."),
}


_BRANCH: Final = re.compile(r"bool|int|float|str|literal\[.*|constrained-\w+|function-\w+\[.*")
"""What the validator calls an alternative of a value that may be of several kinds."""


def _problem(code: str, sentence: str, remedy: str, **more: Any) -> Problem:
    title = code.replace("_", " ").capitalize()
    type_ = f"urn:lifecycle:problem:{code}"
    return Problem(type=type_, title=title, status=status_of(code), detail=sentence, reason=code, remedy=remedy, **more)


def _fault(found: Found) -> dict[str, Any]:
    return {name: getattr(found, name) for name in ("path", "sentence", "remedy", "severity", "line", "column")}


def _path(fault: Mapping[str, Any]) -> str:
    """Where a fault is, by the names of the request alone."""
    *within, last = map(str, fault["loc"])
    branch = fault["type"] not in ("missing", "extra_forbidden") and _BRANCH.fullmatch(last)
    return ".".join([*within, *([] if branch and within else [last])])[:300]


def _sentence(message: str) -> str:
    message = message.removeprefix("Value error, ")
    return f"{message[:1].upper()}{message[1:300].rstrip('.')}."
