"""The reference of policy tests in Markdown, generated from the models, so that it is never out of date."""

from collections.abc import Iterator
from typing import Any

from api.terminal.policy_reference import section
from lifecycle.gates.trials.scenario import PolicyTests
from lifecycle.gates.trials.steps import VERBS
from lifecycle.gates.trials.words import ENTRIES

_INTRODUCTION = """\
# Reference of policy tests

Generated from the models by `lifecycle policy reference --tests`; do not edit.

The tests of a policy `NAME.yaml` lie beside it in `NAME.test.yaml`. Each scenario is a story: a project is **given**,
**when** things happen to it step by step, **then** something holds. `lifecycle policy test FILE...` tells the stories
through the same judgement that governs real projects, offline and in milliseconds; it exits with 1 when one fails, and
says which step, what was expected, what came, and why. It then lists the rules of the policy that no story exercises.

```yaml
policy: corporate-standard
given:
  facts: {whole_life_cost: 100000, risk: low}
  answers: {strategic_fit: 8, urgency: 5}
scenarios:
  - scenario: A light charter needs the sponsor alone
    when:
      - submit: charter
        refused: not_ready
      - present: charter
        then: {called: {charter: [sponsor]}}
      - wait: 2 working days
        then: {ladder: {charter: [remind sponsor after 2 working days]}}
      - approve: charter
        by: sponsor
    then: {stage: planning, decided: {charter: go}}
```

**People** are named by their role: `by: sponsor`, `by: finance`, and a second one as `by: finance 2`. Where `by` is
left out, whoever usually does it does: the manager supplies, submits and answers, the PMO holds, and whoever the
policy names under `waived_by` or `waivers_by` waives (the PMO, if it names nobody). The words `sponsor` and
`project_manager` mean who holds the post at that moment. **Money** is written in major units (`250000`), in facts and
in answers. **Time** stands still unless a step says `wait`. A step that is not `refused` must be granted. What `then`
does not name is not looked at."""

_PARTS = ("Given", "Person", "Scenario")
_OF_STEPS = ("Promised", "Refused")

_STEPS = """\
A step is known by its first key, which says what happens; `by` says who does it, `refused` (a reason, or what is under
[Refused](#refused)) that it must be refused, and `then` (see [Then](#then)) what holds right after it."""


def reference_of_tests() -> str:
    """The whole reference as Markdown."""
    return "\n".join(_lines()).rstrip() + "\n"


def _lines() -> Iterator[str]:
    schema = PolicyTests.model_json_schema(by_alias=True)
    definitions = schema["$defs"]
    steps = {verb: part for verb in VERBS for part in definitions.values() if _verb(part) == verb}
    # Steps have a table of their own: the list of all their kinds would say nothing here.
    definitions["Scenario"]["properties"]["when"]["items"] = {"$ref": "#/$defs/Step"}
    definitions["Step"] = {"properties": steps}
    yield _INTRODUCTION
    yield from section("Tests", schema, definitions)
    for name in _PARTS:
        yield from section(name, definitions[name], definitions)
    yield from ["", "## Step", "", _STEPS, ""]
    yield from ["| step | its value | further keys | what happens |", "|---|---|---|---|"]
    for verb, part in steps.items():
        further = ", ".join(f"`{key}`" for key in part["properties"] if key not in (verb, *_COMMON))
        value = " ".join(part["properties"][verb]["description"].split())
        yield f"| `{verb}` | {value} | {further or '-'} | {part['description']} |"
    yield from ["", "| further key | meaning |", "|---|---|"]
    yield from (f"| `{key}` | {meaning} |" for key, meaning in _further(steps).items())
    for name in (*_OF_STEPS, "Then"):
        yield from section(name, definitions[name], definitions)
    yield from ["", f"Entries of the record: {', '.join(f'`{entry}`' for entry in sorted(ENTRIES))}."]


_COMMON = ("refused", "then")


def _verb(part: dict[str, Any]) -> str | None:
    """The verb of a step's schema; none for what is no step."""
    return next((verb for verb in VERBS if verb in part.get("required", ()) and "then" in part["properties"]), None)


def _further(steps: dict[str, dict[str, Any]]) -> dict[str, str]:
    """The keys that steps may have besides their verb, with what they mean; the same key may mean several things."""
    meanings: dict[str, dict[str, None]] = {}
    for verb, part in steps.items():
        for key, field in part["properties"].items():
            if key not in (verb, *_COMMON):
                meanings.setdefault(key, {})[field["description"]] = None
    return {key: " Or: ".join(said) for key, said in meanings.items()}
