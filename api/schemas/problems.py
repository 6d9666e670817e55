"""How the API says no: problem+json (RFC 9457) with a stable code, one sentence and what to do next."""

from pydantic import Field

from api.schemas.words import View


class Fault(View):
    """One mistake in what was sent: where, what, and in a policy file at which line and column."""

    path: str
    sentence: str
    remedy: str = ""
    severity: str = "error"
    line: int | None = None
    column: int | None = None


class Problem(View):
    """Why not. `type` and `reason` are stable, `missing` names what would open it, `faults` what is malformed."""

    type: str = Field(examples=["urn:lifecycle:problem:stale"])
    title: str
    status: int
    detail: str
    reason: str
    remedy: str
    missing: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    command: str | None = Field(default=None, description="The command's id, for its status address.")
    incident: str | None = Field(default=None, description="Tell this to the operators; their log has it too.")
