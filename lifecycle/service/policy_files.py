"""Policy files to policies: strict, with every problem at its line and column, in a sentence, with a remedy."""

from importlib import resources
from pathlib import Path

from lifecycle.domain.errors import LifecycleError
from lifecycle.domain.people import Roster
from lifecycle.gates.check import ERROR, check
from lifecycle.gates.policy import Policy
from lifecycle.service.overlays import Bases, Extends, Overlay, whole
from lifecycle.service.policy_models import validated
from lifecycle.service.policy_text import PolicyError, Problem, read_document

DEFAULT = "corporate-standard"
TESTS = ".test.yaml"
"""How the name of a file with the tests of a policy ends."""


def ready(wanted: Extends) -> Policy | None:
    """A ready policy as what another one extends."""
    text = library().get(wanted.policy)
    found = read_policy(text, f"{wanted.policy}.yaml") if text else None
    return found if found and wanted.version in (None, found.version) else None


def beside(folder: Path, without: frozenset[str] = frozenset()) -> Bases:
    """What a policy in a folder extends: `NAME.yaml` beside it, or else a ready policy; none of those `without`."""

    def find(wanted: Extends) -> Policy | None:
        file = folder / f"{wanted.policy}.yaml"
        if wanted.policy in without or not wanted.policy.replace("-", "").isalnum() or not file.is_file():
            return ready(wanted)
        bases = beside(folder, without | {wanted.policy})
        found = read_policy(file.read_text(encoding="utf-8"), str(file), bases=bases)
        return found if found.policy == wanted.policy and wanted.version in (None, found.version) else None

    return find


def read_policy(text: str, name: str = "policy.yaml", roster: Roster | None = None, bases: Bases = ready) -> Policy:
    """The policy of a file's text; PolicyError with every error that would keep it from being published.

    What it extends is looked for in `bases`, which are the ready policies unless somebody says otherwise.
    """
    policy, problems = examine(text, name, roster, bases)
    errors = [problem for problem in problems if problem.severity == ERROR]
    if policy is None or errors:
        raise PolicyError(errors)
    return policy


def examine(
    text: str, name: str = "policy.yaml", roster: Roster | None = None, bases: Bases = ready
) -> tuple[Policy | None, tuple[Problem, ...]]:
    """The policy, if it can be read, and everything that is wrong or doubtful about it, in the order of the file."""
    try:
        document = whole(read_document(text, name), bases)
        policy = validated(document, Policy)
    except PolicyError as error:
        return None, error.problems
    findings = [*check(policy, roster)]
    if isinstance(document, Overlay) and not any(finding.severity == ERROR for finding in findings):
        findings += document.loosened(policy)
    found = [
        document.problem(
            finding.path,
            finding.sentence,
            finding.remedy,
            severity=finding.severity,
            witness=finding.witness,
            offset=finding.offset,
        )
        for finding in findings
    ]
    return policy, tuple(sorted(found, key=lambda problem: (problem.line, problem.column)))


def library() -> dict[str, str]:
    """The ready policies that ship with the product: name -> text of the file."""
    files = _shipped()
    return {name.removesuffix(".yaml"): text for name, text in files.items() if not name.endswith(TESTS)}


def library_tests() -> dict[str, str]:
    """The tests of the ready policies: name of the policy -> text of its tests."""
    return {name.removesuffix(TESTS): text for name, text in _shipped().items() if name.endswith(TESTS)}


def _shipped() -> dict[str, str]:
    folder = resources.files("lifecycle.gates").joinpath("library")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda file: file.name)
    return {file.name: file.read_text(encoding="utf-8") for file in files}


def library_text(name: str) -> str:
    """The text of one ready policy; LifecycleError when there is none of that name."""
    ready = library()
    if name not in ready:
        raise LifecycleError(
            "policy_unknown", f"There is no ready policy '{name}'.", f"Use one of: {', '.join(ready)}."
        )
    return ready[name]
