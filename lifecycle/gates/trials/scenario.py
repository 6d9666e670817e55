"""A file of policy tests: stories about the projects that a policy governs."""

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from lifecycle.domain.people import RoleName
from lifecycle.gates.policy_words import Name, Part
from lifecycle.gates.trials.expectations import Then
from lifecycle.gates.trials.steps import AnyStep
from lifecycle.gates.trials.words import Answer, Facts, Who

Start = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d( ([01]\d|2[0-3]):[0-5]\d)?$")]


class Person(Part):
    """Somebody whom the stories name."""

    roles: tuple[RoleName, ...] = ()
    """The roles that they hold."""
    acts_for: Who | None = None
    """The person for whom they act in everything they do here, by delegation."""
    up_to: float | None = Field(default=None, ge=0)
    """Up to which amount they may act, in major units; left out, any."""
    proves: bool = True
    """Whether they prove who they are where a gate asks for it."""


class Given(Part):
    """The project as it is registered; what a scenario does not say, the file's own `given` does."""

    facts: Facts = Field(default_factory=dict)
    """What is known of it."""
    answers: dict[Name, Answer] = Field(default_factory=dict)
    """How the questions of forms are answered, wherever a form asks them."""
    stage: Name | None = None
    """The stage in which it enters; left out, the policy's first."""
    manager: Who | None = "project_manager"
    """Who manages it; null for nobody."""
    sponsor: Who | None = "sponsor"
    """Who sponsors it; null for nobody."""
    portfolio: str = "portfolio"
    """The portfolio that owns it."""
    start: Start = "2026-03-02 09:00"
    """When the story begins, on the policy's own clock; left out, a Monday morning at nine."""


class Scenario(Part):
    """One story: a project is given, things happen, and something holds."""

    scenario: str = Field(min_length=1, max_length=200)
    """What the story shows, in a sentence."""
    given: Given = Given()
    """The project."""
    when: tuple[AnyStep, ...] = ()
    """What happens, step by step."""
    then: Then = Then()
    """What holds in the end; `ladder` and `happened` speak of the whole story."""


class PolicyTests(Part):
    """The tests of one policy, in `NAME.test.yaml` beside `NAME.yaml`."""

    policy: str
    """The name of the policy that is tested."""
    people: dict[Name, Person] = Field(default_factory=dict)
    """People who need a name of their own: several roles in one person, or somebody who acts for another."""
    given: Given = Given()
    """What is given in every story that says nothing else."""
    scenarios: tuple[Scenario, ...] = Field(min_length=1)
    """The stories."""

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [story.scenario for story in self.scenarios]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"two scenarios are called '{twice}'")
        return self

    def given_in(self, scenario: Scenario) -> Given:
        """What is given in a scenario: its own words laid over the file's."""
        own, shared = scenario.given, self.given
        said = {name: getattr(own, name) for name in own.model_fields_set}
        facts, answers = {**shared.facts, **own.facts}, {**shared.answers, **own.answers}
        return shared.model_copy(update={**said, "facts": facts, "answers": answers})
