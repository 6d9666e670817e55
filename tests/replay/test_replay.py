"""Histories of every branch replay with today's code, whatever the order in which a process keeps its sets.

If a change of judgement is meant, and no project runs under the old one, live the stories again:
`python -m tests.replay.record`.
"""

import json
import os
import re
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterator
from typing import Any, get_args

import pytest

from lifecycle.domain.commands import PersonCommand
from lifecycle.domain.events import Event
from lifecycle.workflows.ports import PLAN_OPENINGS, RECORD
from tests.replay.replay import HISTORIES


@pytest.mark.parametrize("seed", ["1", "20261122"])
def test_every_history_replays(seed: str) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    command = [sys.executable, "-m", "tests.replay.replay"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == sorted(path.name for path in HISTORIES.glob("*.json"))


def test_the_histories_know_every_command_and_every_event() -> None:
    told = {tag for path in HISTORIES.glob("*.json") for tag in _tags(json.loads(path.read_text(encoding="utf-8")))}
    wanted = {tag for kind in (*get_args(PersonCommand), *get_args(Event)) for tag in get_args(_annotation(kind))}
    assert not wanted - told


def test_the_histories_have_every_turn_that_a_workflow_can_take() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in HISTORIES.glob("*.json"))
    turns = [
        *("TIMER_FIRED", "TIMER_CANCELED", "WORKFLOW_EXECUTION_CONTINUED_AS_NEW", "WORKFLOW_EXECUTION_COMPLETED"),
        *("WORKFLOW_EXECUTION_UPDATE_COMPLETED", "ACTIVITY_TASK_COMPLETED", f'"{RECORD}"', f'"{PLAN_OPENINGS}"'),
    ]
    assert not [turn for turn in turns if turn not in text]


def _annotation(kind: type[Any]) -> Any:
    return kind.model_fields["type"].annotation


def _tags(content: Any) -> Iterator[str]:
    """The tags of commands and events in all payloads of a history."""
    if isinstance(content, dict):
        if isinstance(data := content.get("data"), str):
            yield from re.findall(r'"type":"([^"]+)"', b64decode(data).decode(errors="replace"))
        for value in content.values():
            yield from _tags(value)
    elif isinstance(content, list):
        for value in content:
            yield from _tags(value)
