"""Random policies, and random walks of a project through them, beside the reference that walks along."""

from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from lifecycle.domain import commands as asked
from lifecycle.domain.people import Actor
from lifecycle.domain.project import ConditionStatus, Promise, Round, Status
from lifecycle.domain.verdicts import Accepted
from lifecycle.gates.approvals import Standing, called_roles
from lifecycle.gates.deciding import decider
from lifecycle.gates.policy import Policy
from tests.unit.house import Doc
from tests.unit.office import MONDAY, Desk, acting
from tests.unit.reference import Reference, Trip, Who
from tests.unit.reference_office import ReferenceOffice

HANDS: dict[str, tuple[str, ...]] = {
    "ann": ("alpha",),
    "bob": ("alpha", "beta"),
    "cid": ("beta",),
    "dot": ("gamma", "pmo_director"),
    "eve": ("gamma", "beta"),
    "fay": ("pmo_director",),
    "gus": ("project_manager",),
    "hal": ("delta", "alpha"),
}
"""Who holds which roles everywhere; the project's posts change hands on the way."""

GATES = ("charter", "delivery", "health", "exception", "change", "benefits")


def a_policy(random: Random, version: int) -> Doc:
    """A policy of three stages with a gate of every kind, its approvals, ladders and powers at random."""
    cheap = {"id": "light", "when": "project.cost < 1000.0"}
    doc: Doc = {
        "policy": "model",
        "version": version,
        "pmo": random.choice(["controlling"] * 6 + ["supportive", "directive"]),
        "facts": {"cost": {"type": "money"}, "ready": {"type": "boolean"}},
        "amount": "cost",
        "tiers": [cheap, {"id": "major"}],
        "stages": ["one", "two", "three"],
        "tolerances": {"cost": {"fact": "cost", "over": "10%"}},
        "hold_review_after": "9 days",
        "gates": {
            "charter": _gate(random, "stage", **{"from": "one", "to": "two"}, takes_baseline=True),
            "delivery": _gate(random, "stage", **{"from": "two", "to": random.choice(["three", "three", "one"])}),
            "health": _gate(random, "monitoring", during=["two"], every="6 days"),
            "exception": _gate(random, "exception", on_breach_of=["cost"]),
            "change": _gate(random, "change", during=["two"], takes_baseline=True),
            "benefits": _gate(random, "benefits", after=["5 days", "11 days"]),
        },
    }
    apart = [["alpha", "beta"]], [["gamma", "project_manager"]], [["beta", "pmo_director"], ["alpha", "gamma"]]
    doc["incompatible"] = random.choice([[], [], [], [], *apart])
    doc["bodies"] = {"council": _council(random)}
    for gate in doc["gates"].values():
        _season(random, gate)
    return doc


def _council(random: Random) -> Doc:
    """A body of two."""
    members = [_slot(random, ["alpha", "beta", "gamma", "sponsor"]) for _ in range(2)]
    besides = {"veto": random.choice([[], ["gamma"]]), "advice": random.choice([[], ["delta"]])}
    return {"all": members, **besides, "rejection": random.choice(["any", "veto"]), "chair": "gamma"}


def _slot(random: Random, roles: list[str]) -> Doc:
    slot: Doc = {"role": random.choice(roles)}
    if random.random() < 0.3:
        slot["in_person"] = True
    if random.random() < 0.3:
        slot["heard"] = True
    if random.random() < 0.2:
        slot["when"] = random.choice(["tier == 'major'", "project.cost >= 500.0"])
    return slot


def _season(random: Random, gate: Doc) -> None:
    """Bodies, people who are heard or asked in person, and what silence does, here and there."""
    parts = gate["approvals"]["all"]
    for number in range(len(parts)):
        if random.random() < 0.15:
            when = {"when": "tier == 'major'"} if random.random() < 0.3 else {}
            parts[number] = {"body": "council", **when}
        elif random.random() < 0.15:
            parts[number] = _slot(random, ["alpha", "beta", "gamma"])
    if random.random() < 0.15:
        gate["approvals"]["advice"] = ["delta"]
    if "plan" in gate["evidence"] and random.random() < 0.3:
        gate["evidence"]["plan"] = {**gate["evidence"]["plan"], "by": "beta"}
    if "case" in gate["evidence"] and random.random() < 0.3:
        gate["evidence"]["case"] = {**gate["evidence"]["case"], "waived_by": "gamma"}
    if "chair" in gate and random.random() < 0.3:
        gate["chair"] = "council"
    if random.random() < 0.3:
        gate["call_in"] = random.choice(["gamma", "delta"])
    for step in gate["ladder"]:
        if random.random() < 0.2:
            silent = random.choice(["go", "go", "recycle", "hold", "kill"])
            action = random.choice([{"reassign_to": "gamma"}, {"reassign_to": "delta"}, {"decide": silent}])
            after = step["after"]
            step.clear()
            step |= {"after": after, **action}


def _gate(random: Random, kind: str, **given: Any) -> Doc:
    steps: list[Doc] = [
        {"remind": "pending"},
        {"notify": "delta"},
        {"widen_to": "delta"},
        {"raise_to": "gamma"},
        {"hold": True},
    ]
    ladder = [{"after": f"{2 * day} days", **random.choice(steps)} for day in range(1, random.randint(1, 4))]
    fresh = {"fresh_for": "8 days"} if random.random() < 0.3 else {}
    evidence = {"case": {"kind": "document", **fresh}, "plan": {"kind": "document", "when": "tier == 'major'"}}
    criteria = {
        "ready": {
            "must": random.choice(["project.ready", "project.ready", "conditions.missed == 0", "project.cost >= 500.0"])
        }
    }
    gate = {
        "kind": kind,
        "evidence": dict(random.sample(sorted(evidence.items()), random.randint(0, 2))),
        "criteria": criteria if random.random() < 0.4 else {},
        "submit_when": random.choice(["evidence_complete", "criteria_met"]),
        "approvals": {
            "all": [_approval(random, 2) for _ in range(random.choice([0, 1, 1, 1, 2, 2]))],
            "veto": random.choice([[], [], ["delta"]]),
            "exclude": random.choice([["submitter", "manager", "evidence_authors"]] * 3 + [["submitter"], []]),
            "rejection": random.choice(["any", "any", "veto"]),
        },
        "decisions": ["go", "conditional_go", "hold", "recycle", "kill"],
        "on_reject": random.choice(["recycle"] * 4 + ["hold", "kill"]),
        "on_missed_condition": random.choice(["notify", "hold", "reopen"]),
        "submit_ladder": [{"after": "3 days", "remind": "submitter"}] if kind != "exception" else [],
        "ladder": ladder,
        **given,
    }
    return {**gate, "chair": random.choice(["delta", "gamma"])} if random.random() < 0.25 else gate


def _approval(random: Random, depth: int) -> Doc:
    shape = random.choice(["slot"] * 4 + ["all", "any", "at_least"]) if depth else "slot"
    parts = [_approval(random, depth - 1) for _ in range(random.randint(1, 3))] if shape != "slot" else []
    if shape == "at_least":
        return {"at_least": random.randint(1, len(parts)), "of": parts}
    if shape != "slot":
        return {shape: parts}
    slot: Doc = {"role": random.choice(["alpha", "beta", "gamma", "sponsor"])}
    if random.random() < 0.2:
        slot["count"] = 2
    if random.random() < 0.3:
        slot["when"] = random.choice(["tier == 'major'", "project.cost >= 500.0", "tier == 'light'"])
    if random.random() < 0.4:
        slot["reads"] = random.choice([["case"], ["plan"]])
    return slot


_COMMANDS: dict[str, type[asked.PersonCommand]] = {
    "amend": asked.AmendFacts,
    "open": asked.OpenGate,
    "supply": asked.SupplyEvidence,
    "submit": asked.SubmitGate,
    "withdraw": asked.WithdrawSubmission,
    "vote": asked.CastVote,
    "question": asked.AskForInformation,
    "answer": asked.AnswerInformation,
    "decide": asked.DecideGate,
    "call_in": asked.CallInGate,
    "waive": asked.GrantWaiver,
    "request": asked.AskForWaiver,
    "decline": asked.DeclineWaiver,
    "revoke": asked.RevokeWaiver,
    "prove": asked.ProveCondition,
    "accept": asked.AcceptCondition,
    "hold": asked.HoldProject,
    "resume": asked.ResumeProject,
    "kill": asked.KillProject,
    "adopt": asked.AdoptPolicy,
}
_TOLD: dict[str, Doc] = {
    **{kind: {"reason": "So."} for kind in ("open", "withdraw", "call_in", "hold", "resume", "kill", "adopt")},
    **{kind: {"reason": "So."} for kind in ("request", "decline", "revoke")},
    "question": {"question": "Who?"},
    "answer": {"answer": "We."},
    "waive": {"reason": "So.", "compensating_control": "A look."},
    "prove": {"proof": "There."},
}


@dataclass
class Step:
    """One thing to do on a walk, in words that do not depend on how it went so far."""

    kind: str
    by: str = "gus"
    acting_for: str | None = None
    terms: Doc = field(default_factory=dict)
    seen: int | None = None
    what: Doc = field(default_factory=dict)


def a_step(luck: int, desk: Desk) -> Step:
    """Something that somebody might do next, sensible most of the time; the same luck at the same desk is the same."""
    random = Random(luck)
    state = desk.state
    gates = [round_.gate for round_ in state.open_rounds if random.random() < 0.95] or list(GATES)
    gate = random.choice(gates)
    round_ = state.rounds.get(gate)
    moment = "held" if state.status is Status.ON_HOLD else round_.status.value if round_ else "none"
    statuses = {condition.status for condition in state.conditions.values()}
    promised: dict[str, float] = {"accept": 15} if ConditionStatus.PROVED in statuses else {"prove": 10}
    weights = {**_ANY_TIME, **_AT.get(moment, {}), **(promised if statuses - {ConditionStatus.MET} else {})}
    kind = random.choices(list(weights), list(weights.values()))[0]
    step = Step(kind, by=_somebody_for(random, kind, desk, round_), what=_what(random, kind, gate, desk))
    if random.random() < 0.1:
        step.by = random.choice(sorted(HANDS))
    if random.random() < 0.12:
        step.acting_for, step.by = step.by, random.choice(sorted(HANDS))
        step.terms = random.choice([{}, {}, {}, {}, {"limit": 60_000}, {"ends": MONDAY}, {"scope": "project:other"}])
    step.seen = random.choice([None, None, None, None, 0, 0, 0, 1, 3])
    return step


_WAIVABLE = ["evidence.case", "evidence.plan", "criteria.ready"]
_ANY_TIME = {
    "wait": 5,
    "amend": 6,
    "supply": 3,
    "submit": 2,
    "vote": 5,
    "decide": 1,
    "prove": 3,
    "accept": 3,
    "question": 1,
    "call_in": 0.5,
    "answer": 1,
    "withdraw": 1,
    "open": 2,
    "waive": 2,
    "request": 3,
    "decline": 0.5,
    "revoke": 1.5,
    "hold": 1,
    "resume": 0.5,
    "adopt": 1.5,
    "kill": 0.1,
}
_AT = {
    "preparing": {"supply": 12, "submit": 25},
    "submitted": {"vote": 45, "decide": 12, "question": 4, "call_in": 3, "withdraw": 2, "supply": 4},
    "information_requested": {"answer": 20, "supply": 3},
    "held": {"resume": 20, "wait": 6, "amend": 12},
}


def _somebody_for(random: Random, kind: str, desk: Desk, round_: Round | None) -> str:
    if kind == "supply" and random.random() < 0.2:
        return random.choice(["bob", "cid", "eve"])
    if kind in ("submit", "supply", "answer", "withdraw", "open", "prove"):
        return desk.state.manager or "gus"
    if kind == "accept":
        return random.choice([who for who in sorted(HANDS) if who not in ("gus", "cid")])
    if kind == "call_in":
        return random.choice(["dot", "eve", "hal"])
    if kind in ("hold", "resume", "kill", "adopt", "waive", "decline", "revoke", "amend"):
        return random.choice(["dot", "dot", "fay", "fay"])
    if round_ is None or kind not in ("vote", "question", "decide"):
        return random.choice(sorted(HANDS))
    wanted = set(called_roles(desk.book, desk.state, round_)) if kind != "decide" else {decider(desk.book, round_)[0]}
    able = [who for who in sorted(HANDS) if wanted & {*HANDS[who], *desk.state.posts_of(who)}]
    return random.choice(able or sorted(HANDS))


def _what(random: Random, kind: str, gate: str, desk: Desk) -> Doc:
    state = desk.state
    promise = (random.choice(["gus", "cid"]), random.randint(-1, 9), random.choice([None, None, "hold", "reopen"]))
    promises = [promise] * random.choice([0, 0, 0, 0, 0, 0, 1, 2])
    match kind:
        case "vote":
            is_chaired = desk.book.policy.gates[gate].chair is not None
            verdict = random.choice(["approve"] * 12 + ["reject"] * (1 + 3 * is_chaired) + ["abstain", "recuse"])
            return {"gate": gate, "verdict": verdict, "promises": promises, "old": random.random() < 0.05}
        case "decide":
            outcome = random.choice(["go", "go", "go", "conditional_go", "recycle", "hold", "kill"])
            owed = [promise] * (outcome == "conditional_go") if random.random() < 0.9 else promises
            return {"gate": gate, "outcome": outcome, "promises": owed, "old": False}
        case "amend":
            cost = random.choice([40_000, 60_000, 90_000, 99_000, 200_000, None])
            facts = [("cost", cost), ("ready", random.choice([True, True, False, None]))]
            voters = [vote.voter for round_ in state.open_rounds for vote in round_.standing_votes]
            posts = {random.choice(["manager", "manager", "sponsor"]): random.choice([*voters, *sorted(HANDS)])}
            return {
                "facts": dict(random.sample(facts, random.randint(0, 2))),
                "posts": posts if random.random() < 0.2 else {},
            }
        case "supply":
            known = desk.book.policy.gates[gate].evidence
            lacking = sorted(known.keys() - (state.rounds[gate].evidence if gate in state.rounds else {}))
            return {"gate": gate, "item": random.choice([*lacking, *lacking, *sorted(known), "case"])}
        case "open":
            return {"gate": random.choice(["change", "exception", gate])}
        case "submit" | "withdraw" | "answer" | "question" | "call_in":
            return {"gate": gate}
        case "waive":
            return {"gate": gate, "requirement": random.choice(_WAIVABLE), "days": random.randint(0, 6)}
        case "request" | "decline" | "revoke":
            round_ = state.rounds.get(gate)
            asked_for = [request.requirement for request in round_.waivers_asked] if round_ else []
            granted = [waiver.requirement for waiver in state.waivers.values() if waiver.gate == gate]
            likely = {"decline": asked_for, "revoke": granted}.get(kind) or _WAIVABLE
            return {"gate": gate, "requirement": random.choice(likely)}
        case "prove" | "accept":
            wanted = ConditionStatus.PROVED if kind == "accept" else None
            fitting = [key for key, condition in sorted(state.conditions.items()) if wanted in (None, condition.status)]
            condition = random.choice(fitting or [*sorted(state.conditions), "charter-1-1"])
            return {"condition": condition, **({"accepted": random.random() < 0.7} if kind == "accept" else {})}
        case "adopt":
            return {"at_once": random.random() < 0.5}
        case "wait":
            return {"hours": random.choice([1, 24, 48, 72, 200])}
        case _:
            return {}


class Walk:
    """A project at a desk, and the reference beside it; both are asked the same. A seed is always the same walk.

    `charter` gives the first gate of a controlling office, where the walk then begins, what chance would give it.
    """

    def __init__(self, seed: int, charter: Doc | None = None) -> None:
        random = Random(seed)
        self.docs = [a_policy(random, 1), a_policy(random, 2)]
        if charter:
            self.docs[0]["pmo"] = "controlling"
            self.docs[0]["incompatible"] = []
            self.docs[0]["gates"]["charter"] |= charter
        self.docs[1] = {**self.docs[1], "pmo": self.docs[0]["pmo"]}
        policies = [Policy.model_validate(doc) for doc in self.docs]
        facts = random.choice([{}, {"cost": 40_000, "ready": True}, {"cost": 70_000}, {"cost": 200_000, "ready": True}])
        stage = "one" if charter else random.choice(["one", "one", "two", "three"])
        entry = {"stage": stage, "attested": "By the board.", "actor": _somebody("fay")}
        self.desk = Desk(*policies).registered(facts, manager="gus", sponsor="ann", **entry)
        self.policies = policies
        self.reference = ReferenceOffice(self.docs[0], MONDAY, facts, stage, "gus", "ann")
        self.versions = [(self.desk.state.seq, 0)]
        self.shown: dict[str, list[str]] = {}

    def take(self, luck: int) -> tuple[Step, bool, bool]:
        """What is tried next, and whether the product and the reference grant it."""
        step = a_step(luck, self.desk)
        if step.kind == "wait":
            self._wait(timedelta(hours=step.what["hours"]))
            return step, True, True
        granted, should_be = self._product(step), self._reference(step)
        self.versions.append((self.desk.state.seq, self.reference.beat))
        return step, granted, should_be

    def _wait(self, length: timedelta) -> None:
        self.desk.wait(self.desk.now + length)
        self.reference.wait(self.reference.now + length)
        self.versions.append((self.desk.state.seq, self.reference.beat))

    def _seen(self, step: Step) -> tuple[int | None, int]:
        """The version that the asker saw, as the product and as the reference counts."""
        if step.seen is None:
            return None, self.reference.beat + 1
        return self.versions[max(-len(self.versions), -1 - step.seen)]

    def _digest(self, gate: str, *, old: bool) -> str:
        """What the asker was shown: the evidence as it is, or as it was before."""
        round_ = self.desk.state.rounds.get(gate)
        now = (round_ and round_.evidence_digest) or "sha256:none"
        seen = self.shown.setdefault(gate, [])
        if now not in seen:
            seen.append(now)
        others = [digest for digest in seen if digest != now]
        return others[-1] if old and others else "sha256:old" if old else now

    def _product(self, step: Step) -> bool:
        version, _ = self._seen(step)
        what = dict(step.what)
        by = self._actor(step)
        known: Doc = {"expected_version": version}
        round_ = self.desk.state.rounds.get(what.get("gate", ""))
        if "promises" in what:
            conditions = [
                Promise(text="Do it.", owner=owner, due=self.desk.now + timedelta(days=due), on_miss=on_miss)
                for owner, due, on_miss in what.pop("promises")
            ]
            known |= {"conditions": conditions, "rationale": "So.", "round": round_.number if round_ else 1}
            known |= {"evidence_digest": self._digest(what["gate"], old=what.pop("old"))}
        if "days" in what:
            known |= {"expires": self.desk.now + timedelta(days=what.pop("days"))}
        if step.kind == "supply":
            supplied = {"item": what.pop("item"), "kind": "document", "digest": f"sha256:{self.desk.state.seq}"}
            nobody = {"author": "x", "principal": "x", "at": MONDAY, "version": 1}
            known |= {"evidence": {**supplied, **nobody}}
        if step.kind == "adopt":
            known |= {"policy": self.policies[1].ref}
        if step.kind in ("question", "call_in"):
            known |= {"round": round_.number if round_ else 1}
        if step.kind == "amend":
            known |= what.pop("posts")
        told = {"id": "c", "actor": by, **_TOLD.get(step.kind, {})}
        command = _COMMANDS[step.kind].model_validate({**told, **known, **what})
        verdict = self.desk.judge(command)
        assert verdict == self.desk.judge(command), "the same question has one answer"
        if not isinstance(verdict, Accepted):
            return False
        self.desk.take(verdict)
        return True

    def _reference(self, step: Step) -> bool:
        version, beat = self._seen(step)
        what = dict(step.what)
        trip = self.reference.rounds.get(what.get("gate", ""))
        if step.kind in ("vote", "decide", "question", "call_in"):
            what["number"] = trip.number if trip else 1
        if "promises" in what:
            now = self.reference.now
            what["promises"] = [(owner, now + timedelta(days=due), miss) for owner, due, miss in what["promises"]]
            what |= {"shown": not what.pop("old"), "seen": beat}
        if "days" in what:
            what["until"] = self.reference.now + timedelta(days=what.pop("days"))
        if step.kind == "adopt":
            what["doc"] = self.docs[1]
        if step.kind == "amend":
            what["posts"] = {{"manager": "project_manager"}.get(post, post): p for post, p in what["posts"].items()}
        binds_version = step.kind not in ("vote", "decide", "question", "call_in")
        is_fresh = version is None or not binds_version or version == self.versions[-1][0]
        return self.reference.ask(step.kind, self._who(step), is_fresh=is_fresh, **what)

    def _actor(self, step: Step) -> Actor:
        if step.acting_for is None:
            return _somebody(step.by)
        roles = HANDS[step.acting_for]
        held = {"roles": tuple(sorted(roles)), "own_roles": tuple(sorted(HANDS[step.by]))}
        return acting(step.by, step.acting_for, **step.terms).model_copy(update=held)

    def _who(self, step: Step) -> Who:
        principal = step.acting_for or step.by
        is_in_force = step.terms.keys() <= {"limit"} and step.acting_for != step.by
        own = frozenset(HANDS[step.by]) if step.acting_for else frozenset()
        return Who(step.by, frozenset(HANDS[principal]), principal, is_in_force, step.terms.get("limit"), own)


def _somebody(person: str) -> Actor:
    return Actor(person=person, roles=HANDS[person])


def _counts(now: Standing) -> tuple[bool, set[str], bool]:
    return now.approved, set(now.approved_by), bool(now.refused_by)


def _counted(reference: Reference, trip: Trip) -> tuple[bool, set[str], bool]:
    approvals = {vote.who.person for vote in reference.counting(trip, "approve")}
    return reference.approved(trip), approvals, reference.refused(trip)


def view_of_product(desk: Desk) -> Doc:
    """What the product says of the project, in the reference's words."""
    state = desk.state
    rounds = {
        gate: {
            "round": (round_.number, round_.status.value, round_.outcome and round_.outcome.value, round_.tier),
            "votes": [
                (vote.voter, vote.principal, vote.verdict.value, sorted(vote.relied_on))
                for vote in round_.standing_votes
            ],
            "evidence": {item: supplied.version for item, supplied in round_.evidence.items()},
            "requests": {request.requirement: set(request.asked_by) for request in round_.waivers_asked},
            "part": (set(round_.evidence_authors), set(round_.managers), set(round_.submitters)),
            "ladder": (set(round_.widened_to), round_.raised_to, [passed.role for passed in round_.passed_on][-1:]),
            "counts": _counts(desk.standing(gate)) if round_.is_before_approvers else None,
        }
        for gate, round_ in state.rounds.items()
    }
    conditions = {
        key: (c.status.value, c.missed, c.owner, c.due, c.on_miss.value) for key, c in state.conditions.items()
    }
    return {
        "stands": (state.status.value, state.stage, state.tier, state.policy.version),
        "facts": (state.facts, state.baseline, set(state.breaches), state.manager, state.sponsor),
        "rounds": rounds,
        "conditions": conditions,
        "owed": [(owed.at, owed.id) for owed in desk.owed],
    }


def view_of_reference(reference: Reference) -> Doc:
    """What the reference says of the project."""
    rounds = {
        gate: {
            "round": (trip.number, trip.status, trip.outcome, trip.tier),
            "votes": [(v.who.person, v.who.principal, v.verdict, sorted(v.reads)) for v in trip.counted],
            "evidence": {item: version for item, (version, _, _) in trip.evidence.items()},
            "requests": trip.requests,
            "part": (trip.authors, trip.managers, trip.submitters),
            "ladder": (trip.era.widened, trip.raised, [trip.era.passed_to] if trip.era.passed_to else []),
            "counts": _counted(reference, trip) if trip.status in ("submitted", "information_requested") else None,
        }
        for gate, trip in reference.rounds.items()
    }
    conditions = {
        key: (duty.status, duty.missed, duty.owner, duty.due, duty.on_miss)
        for key, duty in reference.conditions.items()
    }
    posts = reference.posts
    return {
        "stands": (reference.status, reference.stage, reference.tier, reference.doc["version"]),
        "facts": (
            reference.facts,
            reference.baseline,
            reference.breaches,
            posts["project_manager"],
            posts["sponsor"],
        ),
        "rounds": rounds,
        "conditions": conditions,
        "owed": reference.owed(),
    }
