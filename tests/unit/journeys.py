"""Random policies whose gates set facts, require, open and block each other."""

from random import Random

from tests.unit import ways
from tests.unit.house import Doc

SET_BY_GATES: Doc = {
    "signed": {"type": "boolean", "by_gates": True},
    "rating": {"type": "choice", "of": ["green", "amber", "red"], "by_gates": True},
    "level": {"type": "integer", "by_gates": True},
}
_EXPRESSIONS = {
    "signed": ("true", "project.ready", "derived.bold", "answers.fit >= 5"),
    "rating": ("'green'", "'amber'", "answers.rating"),
    "level": ("1", "answers.fit", "project.staff", "has(project.level) ? project.level + 1 : 1"),
    "cost": ("project.cost",),
}
_ASKED = (
    "project.signed",
    "project.rating == 'green'",
    "project.rating in ['green', 'amber']",
    "project.rating != 'red'",
    "project.level >= 2",
    "project.level == 3",
    "has(project.level)",
    "passed.look",
    "outcome.look == 'go'",
    "outcome.probe in ['go', 'conditional_go']",
    "has(baseline.cost)",
    "!breached.cost",
)


def a_policy(random: Random) -> Doc:
    """A policy of stages, with a second review, a change gate and a recurring one, that depend on each other."""
    doc = ways.a_policy(random)
    doc["facts"] |= SET_BY_GATES
    gates = doc["gates"]
    gates["probe"] = ways.a_gate(random, "review", blocks=random.sample(sorted(gates)[:2], random.randint(0, 1)))
    if random.random() < 0.4:
        gates["change"] = ways.a_gate(random, "change", during=doc["stages"][:2], takes_baseline=True)
    if random.random() < 0.3:
        gates["health"] = ways.a_gate(random, "monitoring", during=doc["stages"][:1], every="1 month")
    for name in list(gates):
        _season(random, gates[name], sorted(set(gates) - {name}))
    return doc


def _season(random: Random, gate: Doc, others: list[str]) -> None:
    """What a gate asks of the others, and what its decisions set and open."""
    gate["evidence"]["form"]["fields"]["rating"] = {"type": "choice", "of": ["green", "amber", "red"]}
    if random.random() < 0.4:
        asked = random.sample(_ASKED, random.choice([1, 1, 2]))
        gate["criteria"]["by_gates"] = {"must": random.choice([" && ", " || "]).join(asked)}
    if random.random() < 0.7:
        gate["decisions"] = {outcome: _decision(random, outcome, others) for outcome in _outcomes(random, gate)}
    if random.random() < 0.25:
        gate["requires"] = [_precondition(random, others, 2) for _ in range(random.randint(1, 2))]


def _outcomes(random: Random, gate: Doc) -> list[str]:
    usual = ["go", "recycle", "hold", "kill"]
    return random.choice([[*usual, "conditional_go"], usual, ["conditional_go", "recycle", "hold", "kill"]])


def _decision(random: Random, outcome: str, others: list[str]) -> Doc:
    rule: Doc = {}
    if random.random() < 0.5:
        facts = random.sample(sorted(_EXPRESSIONS), random.randint(1, 2))
        rule["set"] = {fact: random.choice(_EXPRESSIONS[fact]) for fact in facts}
    if random.random() < 0.15:
        rule["opens"] = random.sample(others, 1)
    if outcome in ("go", "conditional_go") and random.random() < 0.2:
        rule["when"] = random.choice([*ways.ATOMS, *ways.DERIVED, "answers.fit >= 5", "project.signed"])
    if outcome == "conditional_go" and random.random() < 0.5:
        rule["imposes"] = [{"text": "Mend it.", "within": "10 days"}]
    return rule


def _precondition(random: Random, others: list[str], depth: int) -> Doc:
    form = random.choice(["gate", "gate", "all", "any", "at_least"]) if depth else "gate"
    if form == "gate":
        asked: Doc = {"gate": random.choice(others)}
        if random.random() < 0.2:
            asked["outcome"] = random.choice([["go"], ["conditional_go"]])
        if random.random() < 0.2:
            asked["fresh_for"] = "10 days"
        if random.random() < 0.1:
            asked["when"] = random.choice(ways.ATOMS)
        return asked
    parts = [_precondition(random, others, depth - 1) for _ in range(2)]
    return {"at_least": 1, "of": parts} if form == "at_least" else {form: parts}
