"""Run the tests of a policy: every story through the same judgement that governs real projects."""

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from lifecycle.domain.values import Value
from lifecycle.domain.verdicts import Refusal
from lifecycle.domain.worktime import WorkCalendar
from lifecycle.gates.rulebook import Rulebook
from lifecycle.gates.trials.cast import Cast, ImpossibleError
from lifecycle.gates.trials.checks import Difference, differences, state_in_words
from lifecycle.gates.trials.coverage import rules_of
from lifecycle.gates.trials.gate_steps import Refused
from lifecycle.gates.trials.marks import Mark, Path
from lifecycle.gates.trials.playing import play
from lifecycle.gates.trials.scenario import PolicyTests, Scenario
from lifecycle.gates.trials.steps import VERBS, AnyStep
from lifecycle.gates.trials.trial import Trial


class Failure(Value):
    """Something in a story that is not as expected; `path` is its place in the test file."""

    path: tuple[str | int, ...]
    step: str
    expected: str
    came: str
    why: str = ""

    @property
    def sentence(self) -> str:
        """The failure in one sentence."""
        return f"{self.step}: expected {self.expected}; came {self.came}."


class Told(Value):
    """One story and how it went; it passed when nothing failed."""

    scenario: str
    failures: tuple[Failure, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether everything was as expected."""
        return not self.failures


class Report(Value):
    """How the tests of a policy went, and which of its rules they exercised, in the order of the document."""

    policy: str
    told: tuple[Told, ...]
    covered: tuple[Mark, ...]
    uncovered: tuple[Mark, ...]

    @property
    def passed(self) -> bool:
        """Whether every story passed."""
        return all(story.passed for story in self.told)

    @property
    def coverage(self) -> float:
        """Which share of the rules was exercised, from 0 to 1."""
        rules = len(self.covered) + len(self.uncovered)
        return len(self.covered) / rules if rules else 1.0


def run(tests: PolicyTests, book: Rulebook, calendar: WorkCalendar) -> Report:
    """Tell every story of the file under a policy, in the working time of a calendar."""
    marks: set[Mark] = set()
    told = tuple(tell(tests, number, book, calendar, marks) for number in range(len(tests.scenarios)))
    rules = tuple(dict.fromkeys(rules_of(book.policy)))
    return Report(
        policy=book.policy.policy,
        told=told,
        covered=tuple(mark for mark in rules if mark in marks),
        uncovered=tuple(mark for mark in rules if mark not in marks),
    )


def tell(
    tests: PolicyTests, number: int, book: Rulebook, calendar: WorkCalendar, marks: set[Mark] | None = None
) -> Told:
    """Tell one story of the file, counted from 0; into `marks`, if given, goes which rules it exercises."""
    story = tests.scenarios[number]
    at: Path = ("scenarios", number)
    try:
        trial = Trial(book, calendar, Cast(book.policy, tests.people), tests.given_in(story), marks)
        failures = next((found for found in _play(trial, story, at) if found), [])
    except ImpossibleError as error:
        failures = [Failure(path=(*at, "given"), step="given", expected="a project", came="none", why=str(error))]
    return Told(scenario=story.scenario, failures=tuple(failures))


def _play(trial: Trial, story: Scenario, at: Path) -> Iterator[list[Failure]]:
    """What fails at each point of a story, in order."""
    if refusal := trial.register():
        yield [Failure(path=(*at, "given"), step="given", expected="granted", came="refused", why=_why(refusal))]
    for number, step in enumerate(story.when):
        path = (*at, "when", number)
        name = f"step {number + 1} ({_in_words(step)})"
        try:
            yield _step(trial, step, path, name)
        except ImpossibleError as error:
            yield [Failure(path=path, step=name, expected="a step", came="none that can be played", why=str(error))]
    try:
        found = differences(story.then, trial, trial.history)
        yield [_failure(difference, (*at, "then"), "then", trial) for difference in found]
    except ImpossibleError as error:
        yield [Failure(path=(*at, "then"), step="then", expected="an outcome", came="none", why=str(error))]


def _step(trial: Trial, step: AnyStep, path: Path, name: str) -> list[Failure]:
    """Play one step and look at what came."""
    seen = len(trial.history)
    try:
        refusal = play(step, trial)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        wrong = f"{'.'.join(map(str, first['loc']))}: {first['msg']}."
        return [Failure(path=path, step=name, expected="a request", came="none that can be made", why=wrong)]
    if failure := _against(getattr(step, "refused", None), refusal, trial, seen, path, name):
        return [failure]
    if step.then is None:
        return []
    found = differences(step.then, trial, trial.history[seen:])
    return [_failure(difference, (*path, "then"), name, trial) for difference in found]


def _against(expected: Any, refusal: Refusal | None, trial: Trial, seen: int, path: Path, name: str) -> Failure | None:
    """What differs between the refusal that was expected, if any, and the one that came."""
    wanted = expected.reason if isinstance(expected, Refused) else expected
    missing = expected.missing if isinstance(expected, Refused) else None
    if wanted is None and refusal is None:
        return None
    if refusal is None:
        came = ", ".join(recorded.event.type for recorded in trial.history[seen:]) or "nothing"
        why = f"It was granted, and this happened: {came}. Now: {state_in_words(trial.state)}."
        return Failure(path=(*path, "refused"), step=name, expected=f"refused ({wanted})", came="granted", why=why)
    if wanted != refusal.reason:
        expects = f"refused ({wanted})" if wanted else "granted"
        place = (*path, "refused") if wanted else path
        came = f"refused ({refusal.reason})"
        return Failure(path=place, step=name, expected=expects, came=came, why=_why(refusal))
    if missing is not None and sorted(missing) != sorted(refusal.missing):
        lacks = ", ".join(refusal.missing) or "nothing"
        place = (*path, "refused", "missing")
        wants = ", ".join(missing) or "nothing"
        return Failure(path=place, step=name, expected=f"missing {wants}", came=lacks, why=_why(refusal))
    return None


def _why(refusal: Refusal) -> str:
    return f"{refusal.sentence} {refusal.remedy}"


def _failure(difference: Difference, at: Path, name: str, trial: Trial) -> Failure:
    what = " of ".join(str(part) for part in difference.path).replace("_", " ")
    why = " ".join(filter(None, (f"Now: {state_in_words(trial.state)}.", difference.why)))
    return Failure(
        path=(*at, *difference.path),
        step=name,
        expected=f"{what} {difference.expected}",
        came=difference.came,
        why=why,
    )


def _in_words(step: AnyStep) -> str:
    """A step as it was written: its verb, what it is about, and who does it."""
    said = step.model_dump(mode="json", by_alias=True, exclude_unset=True)
    verb = next(verb for verb in VERBS if verb in said)
    words = [verb.replace("_", " "), _flat(said[verb])]
    words += [f"{key} {_flat(said[key])}" for key in ("at", "by") if key in said]
    return " ".join(words)


def _flat(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_flat(inner)}" for key, inner in value.items())
    return ", ".join(map(_flat, value)) if isinstance(value, list | tuple) else str(value)
