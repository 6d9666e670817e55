"""What a judgement answers: accepted with events, denied, or not yet; a refusal says why and what to do."""

from enum import StrEnum

from lifecycle.domain.events import Recorded
from lifecycle.domain.values import Value


class Reason(StrEnum):
    """Why something is refused; a code is stable and never reused."""

    NOT_PERMITTED = "not_permitted"
    UNKNOWN_PROJECT = "unknown_project"
    ALREADY_REGISTERED = "already_registered"
    UNKNOWN_GATE = "unknown_gate"
    UNKNOWN_ITEM = "unknown_item"
    UNKNOWN_FACT = "unknown_fact"
    UNKNOWN_STAGE = "unknown_stage"
    UNKNOWN_CONDITION = "unknown_condition"
    WRONG_VALUE = "wrong_value"
    WRONG_KIND = "wrong_kind"
    PROJECT_OVER = "project_over"
    PROJECT_ON_HOLD = "project_on_hold"
    NOT_ON_HOLD = "not_on_hold"
    GATE_NOT_OPEN = "gate_not_open"
    GATE_ALREADY_OPEN = "gate_already_open"
    NOT_OPENED_ON_REQUEST = "not_opened_on_request"
    NOT_SUBMITTED = "not_submitted"
    ALREADY_SUBMITTED = "already_submitted"
    ALREADY_DECIDED = "already_decided"
    NOT_READY = "not_ready"
    STALE = "stale"
    STALE_DIRECTORY = "stale_directory"
    EXCLUDED = "excluded"
    INCOMPATIBLE_ROLES = "incompatible_roles"
    IN_PERSON = "in_person"
    REAUTHENTICATION_NEEDED = "reauthentication_needed"
    NO_SLOT = "no_slot"
    ALREADY_VOTED = "already_voted"
    DELEGATION_INVALID = "delegation_invalid"
    DELEGATION_CASCADE = "delegation_cascade"
    QUESTION_OPEN = "question_open"
    NO_QUESTION = "no_question"
    NOT_DECIDER = "not_decider"
    OUTCOME_NOT_ALLOWED = "outcome_not_allowed"
    CONDITIONS_MISSING = "conditions_missing"
    CONDITION_DATE_PAST = "condition_date_past"
    CRITERIA_NOT_MET = "criteria_not_met"
    APPROVALS_MISSING = "approvals_missing"
    EXCEPTION_OPEN = "exception_open"
    REOPENED_GATE_OPEN = "reopened_gate_open"
    NOT_WAIVABLE = "not_waivable"
    NO_WAIVER_NEEDED = "no_waiver_needed"
    WAIVER_ASKED_ALREADY = "waiver_asked_already"
    UNKNOWN_WAIVER = "unknown_waiver"
    OWN_REQUEST = "own_request"
    NOT_CONDITION_OWNER = "not_condition_owner"
    NOT_PROVED = "not_proved"
    OWN_PROOF = "own_proof"
    NOTHING_CHANGED = "nothing_changed"
    POLICY_DOES_NOT_FIT = "policy_does_not_fit"
    POLICY_UNKNOWN = "policy_unknown"
    NOT_DUE = "not_due"
    NOT_LATE = "not_late"
    NUDGED_ALREADY = "nudged_already"
    NOBODY_TO_NUDGE = "nobody_to_nudge"
    UNEXPECTED = "unexpected"


class Refusal(Value):
    """Why not, in one sentence, and what to do next; `missing` names what would open it."""

    reason: Reason
    sentence: str
    remedy: str
    missing: tuple[str, ...] = ()


class Denied(Value):
    """Refused; asking again changes nothing until somebody acts on the remedy."""

    refusal: Refusal


class Waiting(Value):
    """Not yet: the same request may succeed later, when what it waits for has come."""

    refusal: Refusal


class Accepted(Value):
    """Granted; these events happened."""

    events: tuple[Recorded, ...]


Verdict = Accepted | Denied | Waiting
