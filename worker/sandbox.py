"""Which modules workflows share with the rest of the process; nothing else in the product touches the sandbox.

A module that is shared is loaded once instead of once a workflow, but it is no longer guarded: a clock asked there
would pass unseen. Tests therefore run every workflow under the strict runner too, which guards our own modules.
"""

from dataclasses import replace
from typing import Final

from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

FOREIGN: Final = (
    "annotated_types",
    "cel_expr_python",
    "pydantic",
    "pydantic_core",
    "six",
    "transitions",
    "typing_inspection",
)
"""What workflows import from other people: compiled, or too slow to load again, and without clock or chance."""

OWN: Final = ("lifecycle",)
"""Our own modules, which are guarded in tests instead."""


def production() -> SandboxedWorkflowRunner:
    """The runner of the product: everything that workflows import is shared."""
    return _sharing(*FOREIGN, *OWN)


def strict() -> SandboxedWorkflowRunner:
    """The runner of the tests: our own modules are loaded for each workflow, under guard."""
    return _sharing(*FOREIGN)


def _sharing(*modules: str) -> SandboxedWorkflowRunner:
    # Guarded, time zones are wrapped, and datetime takes no wrapped zone; a zone tells no time.
    guarded = SandboxRestrictions.invalid_module_members_default.with_child_unrestricted("zoneinfo")
    restrictions = replace(SandboxRestrictions.default, invalid_module_members=guarded)
    return SandboxedWorkflowRunner(restrictions=restrictions.with_passthrough_modules(*modules))
