"""Random policies, random walks of a project through them, and people of good will who see it through from there."""

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise, product
from random import Random
from typing import Any

from lifecycle.domain.commands import PersonCommand
from lifecycle.domain.evidence import EvidenceKind
from lifecycle.domain.people import Roster
from lifecycle.domain.project import ConditionStatus, ProjectState, Round, RoundStatus, Status
from lifecycle.domain.values import FactValue
from lifecycle.domain.verdicts import Accepted
from lifecycle.gates.conditions import Truth
from lifecycle.gates.criteria import findings_of, missing
from lifecycle.gates.deciding import decider
from lifecycle.gates.policy import Pmo
from lifecycle.gates.policy_gates import GateKind
from lifecycle.gates.rulebook import context_of, has_passed
from tests.unit.house import Doc
from tests.unit.office import Desk, actor, promise

HOLDERS = {
    "finance": ("finance", "second_finance"),
    "board": ("architect", "second_architect"),
    "security": ("security",),
    "deputy": ("deputy",),
    "pmo_director": ("director",),
    "sponsor": ("sponsor",),
    "project_manager": ("manager",),
}
ROSTER = Roster(holders=HOLDERS)
GATEKEEPERS = (
    "sponsor",
    "finance",
    "second_finance",
    "architect",
    "second_architect",
    "security",
    "deputy",
    "director",
)

Given = dict[str, FactValue | None]

GRID: dict[str, tuple[FactValue | None, ...]] = {
    "cost": (49_999, 50_000, 90_001, 99_999, 100_000, 100_001, 300_000),
    "risk": ("low", "medium", "high"),
    "ready": (True, False),
    "staff": (2, 3, 4),
    "start": ("2026-06-01",),
    "finish": ("2027-06-01", "2026-01-01", None),
}
FIT = (0, 5, 9)
"""Facts and answers at which every atom of the random conditions can be had either way."""

ATOMS = (
    "project.cost < 500.0",
    "project.cost >= 500.0",
    "project.cost <= 900.0",
    "project.cost > 1000.0",
    "project.risk == 'low'",
    "project.risk in ['low', 'high']",
    "project.risk != 'high'",
    "project.ready",
    "!project.ready",
    "project.staff > 3",
    "project.staff <= 3",
    "has(project.finish)",
    "project.start < project.finish",
)
JUDGED = (
    *ATOMS,
    *ATOMS,
    "conditions.missed == 0",
    "project.cost <= baseline.cost * 10.0",
    "answers.fit >= 5",
    "answers.fit < 9",
)


LASTING = (
    "project.approved < 500.0",
    "project.approved <= 900.0",
    "project.approved >= 500.0",
    "has(project.approved)",
    "!has(project.approved)",
    "passed.look",
    "!passed.look",
    "passed.out_of_one",
)
"""What people cannot simply bring about: only gates do."""


DERIVED = ("derived.size == 'small'", "derived.size == 'large'", "derived.bold", "!derived.bold")


def _expression(random: Random, atoms: Sequence[str]) -> str:
    chosen = random.sample(sorted(set(atoms)), random.choice([1, 1, 1, 2, 2, 3]))
    return random.choice([" && ", " || "]).join(chosen)


def a_policy(random: Random) -> Doc:
    """A policy of some stages, with stage gates that lead anywhere and now and then a gate of another kind."""
    stages = ["one", "two", "three", "four"][: random.randint(2, 4)]
    tiers = [{"id": f"t{n}", "when": _expression(random, ATOMS)} for n in range(random.randint(0, 2))]
    gates = {f"out_of_{stage}": a_gate(random, "stage", **{"from": stage, "to": following})
             for stage, following in pairwise(stages)}  # fmt: skip
    for number in range(random.choice([0, 0, 1, 2])):
        ends = {"from": random.choice(stages), "to": random.choice([*stages, "closed"])}
        gates[f"aside{number}"] = a_gate(random, "stage", **ends)
    gates["look"] = a_gate(random, "review")
    if random.random() < 0.4:
        gates["exception"] = a_gate(random, "exception", on_breach_of=["cost"])
    return {
        "policy": "ways",
        "version": 1,
        "pmo": random.choice(["controlling"] * 5 + ["supportive", "directive"]),
        "facts": {
            "cost": {"type": "money"},
            "risk": {"type": "choice", "of": ["low", "medium", "high"]},
            "ready": {"type": "boolean"},
            "staff": {"type": "integer"},
            "start": {"type": "date"},
            "finish": {"type": "date"},
            "approved": {"type": "money", "by_gates": True},
        },
        "tiers": [*tiers, {"id": "last"}],
        "derived": {
            "size": {
                "type": "choice",
                "of": ["small", "large"],
                "cases": [{"when": _expression(random, ATOMS), "is": "small"}, {"is": "large"}],
            },
            "bold": {"type": "boolean", "is": _expression(random, [*ATOMS, *DERIVED[:2]])},
        },
        "bodies": {"council": {"all": [_slot(random), _slot(random)]}},
        "stages": stages,
        "tolerances": {"cost": {"fact": "cost", "over": "10%"}},
        "gates": gates,
    }


def a_gate(random: Random, kind: str, **given: Any) -> Doc:
    """A gate; what an exception asks of the cost, whose drift opens it again, no other gate could ask otherwise."""
    judged = [
        atom
        for atom in (*JUDGED, *DERIVED)
        if kind != "exception" or not {"cost", "derived"} & set(re.findall(r"[a-z]+", atom))
    ]
    evidence: Doc = {"case": {"kind": "document"}, "form": {"kind": "form", "fields": {"fit": {"type": "integer"}}}}
    for item in evidence.values():
        for key in ("when", "unless"):
            if random.random() < 0.15:
                item[key] = _expression(random, [*ATOMS, *DERIVED, "tier == 'last'"])
    criteria: Doc = {}
    for number in range(random.choice([0, 1, 1, 2, 3])):
        criteria[f"c{number}"] = {"must": _expression(random, judged)}
        if random.random() < 0.25:
            criteria[f"c{number}"]["when"] = _expression(random, [*ATOMS, *DERIVED, "tier == 'last'"])
    if random.random() < 0.12:
        criteria["lasting"] = {"must": _expression(random, [*LASTING, random.choice(ATOMS)])}
    slots = [_approval(random) for _ in range(random.choice([0, 1, 1, 2, 2]))]
    gate: Doc = {
        "kind": kind,
        "evidence": evidence,
        "criteria": criteria,
        "submit_when": random.choice(["evidence_complete", "criteria_met"]),
        "approvals": {"all": slots, "rejection": random.choice(["any", "veto"])},
        "on_reject": random.choice(["recycle", "recycle", "hold"]),
        "on_missed_condition": random.choice(["notify", "hold", "reopen"]),
        "takes_baseline": random.random() < 0.3,
        **given,
    }
    if kind == "stage" and random.random() < 0.2:
        gate["when"] = _expression(random, [*ATOMS, *DERIVED])
    if kind == "stage" and random.random() < 0.2:
        gate["requires"] = [{"gate": "look"}]
    if kind == "review" and random.random() < 0.2:
        gate["requires"] = [{"gate": "out_of_one"}]
    if random.random() < 0.3:
        approved = random.choice(["project.cost", "project.cost", "400.0", "project.approved"])
        gate["decisions"] = {"go": {"set": {"approved": approved}}, "conditional_go": {}, "recycle": {}, "hold": {}}
    if random.random() < 0.3:
        gate["chair"] = random.choice(["board", "pmo_director"])
    if random.random() < 0.3:
        step: Doc = random.choice(
            [{"widen_to": "deputy"}, {"raise_to": "pmo_director"}, {"hold": True}, {"remind": "pending"}]
        )
        gate["ladder"] = [{"after": "3 days", **step}]
    return gate


def _approval(random: Random) -> Doc:
    slot = {"body": "council"} if random.random() < 0.15 else _slot(random)
    return {"any": [slot, _approval(random)]} if random.random() < 0.2 else slot


def _slot(random: Random) -> Doc:
    slot: Doc = {"role": random.choice(["sponsor", "finance", "board", "security", "deputy"])}
    if random.random() < 0.3:
        slot["count"] = 2
    if random.random() < 0.3:
        slot["when"] = _expression(random, [*ATOMS, *DERIVED, "tier == 'last'"])
    return slot


def wander(random: Random, desk: Desk, steps: int) -> None:
    """People do this and that, as far as they are let; time passes."""
    for _ in range(steps):
        gates = [round_.gate for round_ in desk.state.open_rounds] or sorted(desk.policy.gates)
        gate, who = random.choice(gates), random.choice(GATEKEEPERS)
        facts: Given = {name: random.choice(values) for name, values in GRID.items()}
        named = random.sample(sorted(facts), random.randint(1, 3))
        said = [promise(desk.now + timedelta(days=random.randint(1, 6)))] if random.random() < 0.2 else []
        draft, deed = desk.draft, random.choice(_DEEDS)
        asked: PersonCommand
        if deed == "wait":
            desk.wait(days=random.choice([1, 2, 5]))
            continue
        match deed:
            case "amend":
                asked = draft.amend({name: facts[name] for name in named})
            case "supply":
                asked = _supply(desk, gate, random.choice(FIT), random.choice(["case", "form"]))
            case "submit":
                asked = draft.submit(gate)
            case "withdraw":
                asked = draft.withdraw(gate)
            case "vote":
                asked = draft.vote(
                    gate, who, random.choice(["approve", "approve", "reject", "abstain"]), conditions=said
                )
            case "decide":
                asked = draft.decide(gate, who, random.choice(["go", "recycle", "hold"]))
            case "question":
                asked = draft.question(gate, who)
            case "open":
                asked = draft.open(gate)
            case _:
                asked = draft.hold() if random.random() < 0.3 else draft.resume()
        verdict = desk.judge(asked)
        if isinstance(verdict, Accepted):
            desk.take(verdict)


_DEEDS = ["wait", "amend", "amend", "supply", "supply", "supply", "submit", "submit", "vote", "vote", "vote", "vote"]
_DEEDS += ["decide", "decide", "withdraw", "question", "open", "hold"]


def seen_through(desk: Desk, most: int = 60) -> str | None:
    """People of good will bring the project to its end, each doing only what they may; else what keeps them."""
    tried: list[str] = []
    for _ in range(most):
        if _is_over(desk):
            return None
        before = len(desk.history)
        for name, asked in _helpful(desk):
            verdict = desk.judge(asked)
            if isinstance(verdict, Accepted):
                desk.take(verdict)
                tried.append(name)
                break
            tried.append(f"{name}: {verdict.refusal.sentence}")
        if len(desk.history) == before:
            if not desk.owed:
                return f"nothing leads on from {desk.state.stage}: {tried[-6:]}"
            tried.append(f"waited for {desk.owed[0].id}")
            desk.wait(desk.owed[0].at)
    return f"no end in {desk.state.stage}: {tried[-12:]}"


def _is_over(desk: Desk) -> bool:
    return desk.state.is_over


def _helpful(desk: Desk) -> Iterator[tuple[str, Any]]:
    """What might help now, the best first."""
    state, draft = desk.state, desk.draft
    if state.status is Status.ON_HOLD:
        yield "resume", draft.resume()
        return
    for key, condition in sorted(state.conditions.items()):
        if condition.status in (ConditionStatus.OPEN, ConditionStatus.MISSED):
            yield f"prove {key}", draft.prove(key)
        elif condition.status is ConditionStatus.PROVED:
            yield f"accept {key}", draft.accept(key)
    if not state.baseline and getattr(desk.policy.gates.get("exception"), "takes_baseline", False):
        yield "open the exception", draft.open("exception")
    if not state.baseline and desk.policy.gates["look"].takes_baseline:
        yield "open the review for a baseline", draft.open("look")
    yield from _a_route(desk)
    for round_ in _most_useful(desk):
        yield from _towards(desk, round_)


def _most_useful(desk: Desk) -> list[Round]:
    """The open rounds: those that block others, then those of the stage: near the end first, and new ones first."""
    policy, distance = desk.policy, _distances(desk.policy.stages, desk.policy.gates)
    blocking = [r for r in desk.state.open_rounds if policy.gates[r.gate].kind is GateKind.EXCEPTION]
    reopened = [
        r for r in desk.state.open_rounds
        if policy.gates[r.gate].kind is GateKind.STAGE and policy.gates[r.gate].from_ != desk.state.stage
    ]  # fmt: skip
    leading = [r for r in desk.state.open_rounds if policy.gates[r.gate].from_ == desk.state.stage]
    leading.sort(key=lambda r: (distance[policy.gates[r.gate].to or ""], r.gate in desk.state.decisions))
    reviews = [r for r in desk.state.open_rounds if policy.gates[r.gate].kind is GateKind.REVIEW]
    asked_for = [r for r in reviews if not _waits(desk, r)]
    return [*blocking, *reopened, *asked_for, *leading]


def _waits(desk: Desk, round_: Round) -> bool:
    """Whether a round waits for another gate."""
    lacking = missing(findings_of(desk.book, desk.state, round_, desk.now))
    return any(each.requirement.startswith("requires.") for each in lacking)


def _a_route(desk: Desk) -> Iterator[tuple[str, Any]]:
    """What brings a gate about that leads on: other facts where none is there, a review that one waits for."""
    policy, state = desk.policy, desk.state
    distance = _distances(policy.stages, policy.gates)
    nearer = [gate for gate in policy.gates_from(state.stage) if distance[policy.gates[gate].to or ""] < 99]
    nearest = min(distance[policy.gates[gate].to or ""] for gate in nearer) if nearer else 99
    onward = [gate for gate in nearer if distance[policy.gates[gate].to or ""] == nearest]
    leading = [r for r in state.open_rounds if policy.gates[r.gate].from_ == state.stage]
    if not any(round_.gate in onward for round_ in leading):
        for gate in onward:
            fitting = next((facts for facts in _all_facts() if _is_there(desk, gate, facts)), None)
            if fitting and any(state.facts.get(name) != value for name, value in fitting.items()):
                yield f"amend {fitting} for {gate}", desk.draft.amend(fitting)
    if not has_passed(policy, state, "look") and any(policy.gates[r.gate].requires for r in leading):
        yield "open the review", desk.draft.open("look")


def _all_facts() -> Iterator[Given]:
    return (dict(zip(GRID, values, strict=True)) for values in product(*GRID.values()))


def _is_there(desk: Desk, gate: str, facts: Given) -> bool:
    """Whether a project with these facts has the gate on its way."""
    when = desk.policy.gates[gate].when
    after = desk.state.model_copy(update={"facts": {name: each for name, each in facts.items() if each is not None}})
    return when is None or desk.book.holds(when, context_of(desk.book, after), gate).truth is Truth.MET


def _distances(stages: Sequence[str], gates: Any) -> dict[str, int]:
    """How many gates from each stage to the end."""
    out = {stage: [g.to for g in gates.values() if g.from_ == stage] for stage in stages}
    found = {stage: 0 for stage in [*stages, "closed"] if not out.get(stage)}
    for length in range(1, len(stages) + 1):
        nearer = [stage for stage in stages if stage not in found and any(to in found for to in out[stage])]
        found |= dict.fromkeys(nearer, length)
    return {stage: found.get(stage, 99) for stage in [*stages, "closed"]}


def _towards(desk: Desk, round_: Round) -> Iterator[tuple[str, Any]]:
    draft, gate = desk.draft, round_.gate
    fits = not missing(findings_of(desk.book, desk.state, round_, desk.now))
    if round_.status is RoundStatus.INFORMATION_REQUESTED:
        yield f"answer {gate}", draft.answer(gate)
    elif not fits and (better := _better(desk, round_)):
        facts, fit = better
        if any(desk.state.facts.get(name) != value for name, value in facts.items()):
            yield f"amend {facts}", draft.amend(facts)
        for item in ("case", "form"):
            supplied = round_.evidence.get(item)
            if supplied is None or (item == "form" and supplied.answers != {"fit": fit}):
                yield f"supply {item} of {gate}", _supply(desk, gate, fit, item)
    if round_.status is RoundStatus.PREPARING:
        yield f"submit {gate}", draft.submit(gate)
    elif fits or desk.policy.pmo is Pmo.SUPPORTIVE:
        for who in GATEKEEPERS:
            yield f"{who} approves {gate}", draft.vote(gate, who)
        role, _ = decider(desk.book, round_)
        for who in HOLDERS.get(role or "", ()):
            yield f"{who} decides {gate}", draft.decide(gate, who)


def _better(desk: Desk, round_: Round) -> tuple[Given, int] | None:
    """Facts and an answer with which every criterion of the round holds, the fewest changes first."""
    found: list[tuple[int, Given, int]] = []
    for facts in _all_facts():
        changes = sum(desk.state.facts.get(name) != value for name, value in facts.items())
        found += [(changes, facts, fit) for fit in FIT]
    for _, facts, fit in sorted(found, key=lambda each: (each[0], str(each[1]))):
        lacking = missing(findings_of(desk.book, *_as_it_would_be(desk, round_, facts, fit), desk.now))
        if all(each.requirement.startswith("requires.") for each in lacking) and _is_there(desk, round_.gate, facts):
            return facts, fit
    return None


def _as_it_would_be(desk: Desk, round_: Round, facts: Given, fit: int) -> tuple[ProjectState, Round]:
    """The project and the round with other facts, all evidence supplied."""
    posts = {name: who for name, who in (("manager", desk.state.manager), ("sponsor", desk.state.sponsor)) if who}
    known = {name: value for name, value in facts.items() if value is not None}
    tier = max(desk.book.tier_of(known, posts), round_.tier, key=desk.policy.weight_of)
    supplied = {
        item: _supply(desk, round_.gate, fit, item).evidence.model_copy(update={"at": desk.now})
        for item in ("case", "form")
    }
    after = desk.state.model_copy(update={"facts": known})
    return after, round_.model_copy(update={"evidence": supplied, "tier": tier})


def _supply(desk: Desk, gate: str, fit: int, item: str) -> Any:
    """The manager's evidence for a gate."""
    content: Doc = {"kind": EvidenceKind.FORM, "answers": {"fit": fit}} if item == "form" else {}
    return desk.draft.supply(gate, item, by=actor("manager"), **content)
