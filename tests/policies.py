"""Small policies for tests: between them they use everything that makes time pass or a person decide."""

from typing import Any

from lifecycle.gates.policy import Policy
from lifecycle.gates.rulebook import pack

WORKS: dict[str, Any] = {
    "policy": "small-works",
    "version": 1,
    "amount": "cost",
    "calendar": {"timezone": "Europe/London", "week": "mon-fri", "hours": "09:00-17:00", "holidays": "GB-ENG"},
    "facts": {"cost": {"type": "money", "unit": "GBP"}, "finish": {"type": "date"}},
    "tiers": [{"id": "light", "when": "project.cost < 250000.0"}, {"id": "major"}],
    "stages": ["planning", "delivery", "closing"],
    "tolerances": {"cost": {"label": "Cost", "fact": "cost", "over": "10%"}},
    "hold_review_after": "1 month",
    "gates": {
        "plan": {
            "from": "planning",
            "to": "delivery",
            "submit_when": "evidence_complete",
            "evidence": {"plan": {"kind": "document"}, "risks": {"kind": "document", "when": "tier == 'major'"}},
            "approvals": {"all": [{"role": "sponsor"}, {"role": "finance", "reads": ["plan"]}]},
            "takes_baseline": True,
            "waivers_by": "pmo_director",
            "decide_within": {"light": "2 working days", "major": "5 working days"},
            "ladder": [
                {"after": "1 working day", "remind": "pending"},
                {"after": "2 working days", "notify": "pmo_director"},
                {"after": "3 working days", "widen_to": "deputy"},
                {"after": "4 working days", "raise_to": "pmo_director"},
                {"after": "6 working days", "hold": True},
            ],
        },
        "handover": {
            "from": "delivery",
            "to": "closing",
            "evidence": {"report": {"kind": "document"}},
            "criteria": {"cost_known": {"must": "has(project.cost)", "fix": "Record the cost."}},
            "approvals": {"all": [{"role": "sponsor"}]},
            "chair": "pmo_director",
        },
        "health": {
            "kind": "monitoring",
            "during": ["delivery"],
            "every": "1 month",
            "evidence": {"status": {"kind": "document", "fresh_for": "30 days"}},
            "approvals": {"all": [{"role": "pmo_director"}]},
            "submit_within": "5 working days",
            "submit_ladder": [
                {"after": "3 working days", "remind": "submitter"},
                {"after": "5 working days", "notify": "pmo_director"},
            ],
        },
        "exception": {
            "kind": "exception",
            "on_breach_of": ["cost"],
            "submit_when": "evidence_complete",
            "evidence": {"report": {"kind": "document"}},
            "approvals": {"all": [{"role": "sponsor"}]},
            "takes_baseline": True,
        },
        "change": {
            "kind": "change",
            "during": ["delivery"],
            "approvals": {"all": [{"role": "sponsor"}]},
            "takes_baseline": True,
        },
        "benefits": {
            "kind": "benefits",
            "after": ["3 months", "6 months"],
            "evidence": {"review": {"kind": "document"}},
            "approvals": {"all": [{"role": "sponsor"}]},
            "submit_within": "10 working days",
            "submit_ladder": [{"after": "10 working days", "remind": "submitter"}],
        },
    },
}
"""Three stages, and one gate of every kind; votes decide, but for the handover, which has a chair."""


def policy(**changes: Any) -> Policy:
    """The small works policy, with some of its top-level keys changed."""
    return Policy.model_validate({**WORKS, **changes})


def without_ladders() -> Policy:
    """The same policy with no clock but the recurring gates', for tests in which nothing should happen by itself."""
    timed = ("decide_within", "ladder", "submit_within", "submit_ladder")
    gates = {name: {key: rule[key] for key in rule if key not in timed} for name, rule in WORKS["gates"].items()}
    return policy(policy="untimed-works", gates=gates)


def with_routes() -> Policy:
    """The same policy with a second way out of the plan, for small projects, and a plan that approves an amount."""
    facts = {**WORKS["facts"], "approved": {"type": "money", "unit": "GBP", "by_gates": True}}
    plan = {
        **WORKS["gates"]["plan"],
        "when": "tier == 'major'",
        "decisions": {"go": {"set": {"approved": "project.cost"}}, "recycle": {}, "hold": {}},
    }
    short_plan = {
        "from": "planning",
        "to": "delivery",
        "when": "tier == 'light'",
        "approvals": {"all": [{"role": "sponsor"}]},
    }
    gates = {**WORKS["gates"], "plan": plan, "short_plan": short_plan}
    return policy(policy="routed-works", facts=facts, gates=gates)


def with_silence() -> Policy:
    """The same policy, where open slots of the plan pass on, silence decides, and the handover can be called in."""
    ladder = [{"after": "2 working days", "reassign_to": "deputy"}, {"after": "4 working days", "decide": "go"}]
    handover = {**WORKS["gates"]["handover"], "call_in": "pmo_director"}
    gates = {**WORKS["gates"], "plan": {**WORKS["gates"]["plan"], "ladder": ladder}, "handover": handover}
    return policy(policy="silent-works", gates=gates)


def with_a_costing() -> Policy:
    """The same policy, whose plan asks finance for a costing; finance and the deputy are kept apart."""
    plan = WORKS["gates"]["plan"]
    costing = {"kind": "document", "by": "finance", "label": "The costing"}
    gates = {**WORKS["gates"], "plan": {**plan, "evidence": {**plan["evidence"], "costing": costing}}}
    return policy(gates=gates, incompatible=[["finance", "deputy"]])


PACKED = pack(policy())
