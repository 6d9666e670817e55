"""What the worker runs is complete: every contract is met once, and every import of a workflow is accounted for."""

import inspect
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from temporalio.activity import _Definition
from temporalio.worker.workflow_sandbox import SandboxRestrictions

from lifecycle.persistence.session import Database
from lifecycle.service.calendars import calendar_of
from lifecycle.workflows import ports
from tests.workflows.office import nobody_rolls
from worker import sandbox
from worker.registry import WORKFLOWS, activities

_IMPORTED = """
import json, sys
import temporalio.worker, temporalio.contrib.pydantic
before = set(sys.modules)
import {modules}
print(json.dumps(sorted({{name.partition(".")[0] for name in set(sys.modules) - before}})))
"""


def test_the_sandbox_list_covers_every_import_of_every_workflow() -> None:
    program = _IMPORTED.format(modules=", ".join(sorted({workflow.__module__ for workflow in WORKFLOWS})))
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    imported = set(json.loads(said.stdout)) - set(sys.stdlib_module_names)
    shared = {*sandbox.OWN, *sandbox.FOREIGN, *SandboxRestrictions.passthrough_modules_default}
    assert not imported - shared, "add it to worker/sandbox.py, after looking whether it asks for time or chance"


def test_every_contract_is_met_once_and_registered(tmp_path: Path) -> None:
    contracts = {
        _name(method)
        for port in vars(ports).values()
        if inspect.isclass(port) and port.__module__ == ports.__name__
        for method in vars(port).values()
        if callable(method) and _Definition.from_callable(method)
    }
    with Database(f"sqlite:///{tmp_path / 'unused.db'}") as database:
        registered = [_name(activity) for activity in activities(database, calendar_of, nobody_rolls)]
    assert sorted(registered) == sorted(contracts)


def _name(activity: Callable[..., object]) -> str:
    return _Definition.must_from_callable(activity).name or ""
