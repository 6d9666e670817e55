"""`lifecycle policy test`: find the tests of policies, run them, and say how they went."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from api.terminal.output import read_text, show

if TYPE_CHECKING:
    from lifecycle.gates.trials.run import Report
    from lifecycle.service.policy_text import Problem


class _Tested(NamedTuple):
    """The tests of one file after their run."""

    name: str
    report: "Report"
    failures: "Sequence[Problem]"
    uncovered: "Sequence[Problem]"
    milliseconds: float


def tests_pass(files: Sequence[str], as_json: bool, at_least: float) -> bool:
    """Run the tests in files and print how they went; whether all passed, with enough coverage."""
    from lifecycle.service.policy_text import PolicyError

    tested: list[_Tested] = []
    unread: list[Problem] = []
    for file in files:
        try:
            tested.append(_tested(file))
        except PolicyError as error:
            unread += error.problems
    content = [*map(_content, tested), *({"error": str(problem), **_place(problem)} for problem in unread)]
    show(content, as_json, [*map(str, unread), *(line for each in tested for line in _lines(each))])
    return not unread and all(each.report.passed and 100 * each.report.coverage >= at_least for each in tested)


def _tested(file: str) -> _Tested:
    from lifecycle.service.policy_files import beside, read_policy
    from lifecycle.service.policy_tests import read_tests, tell, uncovered_rules

    (policy_text, policy_name), (tests_text, tests_name) = _texts(file)
    bases = beside(Path(policy_name).parent)
    policy, tests = read_policy(policy_text, policy_name, bases=bases), read_tests(tests_text, tests_name)
    start = time.perf_counter()
    report = tell(tests, policy)
    milliseconds = 1_000 * (time.perf_counter() - start)
    failures = [tests.problem_of(failure) for story in report.told for failure in story.failures]
    uncovered = uncovered_rules(report, policy_text, policy_name, bases)
    return _Tested(tests_name, report, failures, uncovered, milliseconds)


def _texts(file: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """The texts of a policy and of its tests, each with its name, wherever they lie."""
    from lifecycle.service.policy_files import TESTS, library, library_tests

    name = file.removesuffix(TESTS).removesuffix(".yaml")
    if not Path(file).exists() and name in (ready := library()) and name in (tests := library_tests()):
        return (ready[name], f"{name}.yaml"), (tests[name], f"{name}{TESTS}")
    policy, beside = f"{name}.yaml", f"{name}{TESTS}"
    return (read_text(policy), policy), (read_text(beside), beside)


def _lines(tested: _Tested) -> Iterator[str]:
    yield from map(str, tested.failures)
    if not tested.failures:  # what nobody exercises is of interest once everything that is exercised goes right
        yield from map(str, tested.uncovered)
    report = tested.report
    rules = len(report.covered) + len(report.uncovered)
    failed = sum(not story.passed for story in report.told)
    yield (
        f"{tested.name}: {len(report.told) - failed} of {len(report.told)} scenarios passed, "
        f"{len(report.covered)} of {rules} rules exercised ({report.coverage:.0%}), {tested.milliseconds:.0f} ms"
    )


def _content(tested: _Tested) -> dict[str, Any]:
    report = tested.report
    return {
        "file": tested.name,
        "policy": report.policy,
        "passed": report.passed,
        "scenarios": [{"scenario": story.scenario, "passed": story.passed} for story in report.told],
        "failures": [_place(failure) | {"why": failure.remedy} for failure in tested.failures],
        "coverage": round(report.coverage, 4),
        "uncovered": [_place(rule) for rule in tested.uncovered],
        "milliseconds": round(tested.milliseconds, 1),
    }


def _place(problem: "Problem") -> dict[str, Any]:
    return {"line": problem.line, "column": problem.column, "path": problem.path, "sentence": problem.sentence}
