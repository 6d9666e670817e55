"""Policy tests as files: read strictly, run through the core, told with the line and column of what failed."""

from collections.abc import Sequence
from dataclasses import dataclass

from lifecycle.gates.policy import Policy
from lifecycle.gates.rulebook import Rulebook
from lifecycle.gates.trials.marks import Mark
from lifecycle.gates.trials.run import Failure, Report, run
from lifecycle.gates.trials.scenario import PolicyTests
from lifecycle.service.calendars import calendar_of
from lifecycle.service.overlays import Bases, whole
from lifecycle.service.policy_files import ready
from lifecycle.service.policy_models import validated
from lifecycle.service.policy_text import Document, PolicyError, Problem, read_document


@dataclass(frozen=True)
class Stories:
    """A file of policy tests: what it says, and where."""

    tests: PolicyTests
    document: Document

    def problem_of(self, failure: Failure) -> Problem:
        """A failure at its place in the file."""
        return self.document.problem(failure.path, failure.sentence, failure.why)


def read_tests(text: str, name: str = "policy.test.yaml") -> Stories:
    """The tests of a file's text; PolicyError with every error in it."""
    document = read_document(text, name)
    return Stories(validated(document, PolicyTests), document)


def tell(stories: Stories, policy: Policy) -> Report:
    """Tell every story of a file under a policy; PolicyError when the file is about another policy."""
    if stories.tests.policy != policy.policy:
        sentence = f"These are tests of '{stories.tests.policy}', and the policy is '{policy.policy}'."
        raise PolicyError([stories.document.problem(("policy",), sentence, "Name the policy that is tested.")])
    starts = [stories.tests.given_in(story).start for story in stories.tests.scenarios]
    calendar = calendar_of(policy.calendar, int(min(starts)[:4]))
    return run(stories.tests, Rulebook(policy), calendar)


def uncovered_rules(report: Report, policy_text: str, name: str, bases: Bases = ready) -> Sequence[Problem]:
    """The rules of a policy that no story exercises, at their places in the policy's file."""
    document = whole(read_document(policy_text, name), bases)
    return [_never(document, mark) for mark in report.uncovered]


def _never(document: Document, mark: Mark) -> Problem:
    dotted = ".".join(str(step) for step in mark.path)
    sentence = f"No scenario exercises {dotted}: {mark.way}."
    return document.problem(mark.path, sentence, "Write one that does.", severity="uncovered")
