"""What can happen in a policy test, one step at a time."""

from typing import Annotated, Any

from pydantic import Discriminator, Tag

from lifecycle.gates.trials.gate_steps import (
    Abstain,
    Answered,
    Approve,
    Ask,
    CallIn,
    Decide,
    OpenGate,
    Pass,
    Present,
    Recuse,
    Reject,
    Submit,
    Supply,
    Waive,
    Withdraw,
)
from lifecycle.gates.trials.project_steps import Accept, Amend, Appoint, Hold, Kill, Prove, Resume, SendBack, Wait

VERBS = (
    *(
        "supply",
        "submit",
        "present",
        "pass",
        "withdraw",
        "open",
        "call_in",
        "approve",
        "reject",
        "abstain",
        "recuse",
        "ask",
    ),
    *(
        "answer",
        "decide",
        "waive",
        "amend",
        "appoint",
        "hold",
        "resume",
        "kill",
        "prove",
        "accept",
        "send_back",
        "wait",
    ),
)


def _kind(step: Any) -> str | None:
    """The tag of a step; not the bare verb, so that the place of an error is not mistaken for the verb's own."""
    keys = step if isinstance(step, dict) else {name.rstrip("_") for name in getattr(step, "model_fields_set", ())}
    return next((f"{verb} step" for verb in VERBS if verb in keys), None)


AnyStep = Annotated[
    Annotated[Supply, Tag("supply step")]
    | Annotated[Submit, Tag("submit step")]
    | Annotated[Present, Tag("present step")]
    | Annotated[Pass, Tag("pass step")]
    | Annotated[Withdraw, Tag("withdraw step")]
    | Annotated[OpenGate, Tag("open step")]
    | Annotated[CallIn, Tag("call_in step")]
    | Annotated[Approve, Tag("approve step")]
    | Annotated[Reject, Tag("reject step")]
    | Annotated[Abstain, Tag("abstain step")]
    | Annotated[Recuse, Tag("recuse step")]
    | Annotated[Ask, Tag("ask step")]
    | Annotated[Answered, Tag("answer step")]
    | Annotated[Decide, Tag("decide step")]
    | Annotated[Waive, Tag("waive step")]
    | Annotated[Amend, Tag("amend step")]
    | Annotated[Appoint, Tag("appoint step")]
    | Annotated[Hold, Tag("hold step")]
    | Annotated[Resume, Tag("resume step")]
    | Annotated[Kill, Tag("kill step")]
    | Annotated[Prove, Tag("prove step")]
    | Annotated[Accept, Tag("accept step")]
    | Annotated[SendBack, Tag("send_back step")]
    | Annotated[Wait, Tag("wait step")],
    Discriminator(
        _kind,
        custom_error_type="no_such_step",
        custom_error_message=f"a step says one thing that happens: {', '.join(VERBS)}",
    ),
]
"""One step of a story."""
