"""Policies for stories: one of a single gate, and one with a gate of every kind."""

from collections.abc import Mapping
from typing import Any

from lifecycle.gates.policy import Policy

Doc = dict[str, Any]


def merged(doc: Mapping[str, Any], changes: Mapping[str, Any]) -> Doc:
    """The document with changes laid over it; none removes a key."""
    laid = {**doc}
    for key, change in changes.items():
        both = isinstance(change, Mapping) and isinstance(laid.get(key), Mapping)
        laid[key] = merged(laid[key], change) if both else change
    return {key: value for key, value in laid.items() if value is not None}


ONE_GATE: Doc = {
    "policy": "one-gate",
    "version": 1,
    "facts": {"cost": {"type": "money", "unit": "GBP"}, "ready": {"type": "boolean"}, "finish": {"type": "date"}},
    "amount": "cost",
    "tiers": [{"id": "light", "when": "project.cost < 1000.0"}, {"id": "major"}],
    "stages": ["work", "done"],
    "gates": {
        "gate": {
            "from": "work",
            "to": "done",
            "evidence": {"case": {"kind": "document"}},
            "approvals": {"all": [{"role": "sponsor"}, {"role": "finance"}]},
        }
    },
}
"""A policy of two stages with one gate in between."""


def one_gate(gate: Mapping[str, Any] | None = None, **changes: Any) -> Policy:
    """A policy of one gate, with changes to the gate and to the rest."""
    return Policy.model_validate(merged(merged(ONE_GATE, changes), {"gates": {"gate": gate or {}}}))


HOUSE: Doc = {
    "policy": "house",
    "version": 1,
    "facts": ONE_GATE["facts"],
    "amount": "cost",
    "tiers": ONE_GATE["tiers"],
    "stages": ["initiation", "planning", "execution", "closing"],
    "tolerances": {"cost": {"fact": "cost", "over": "10%"}, "finish": {"fact": "finish", "over": "30d"}},
    "gates": {
        "charter": {
            "from": "initiation",
            "to": "planning",
            "evidence": {"case": {"kind": "document"}, "plan": {"kind": "document", "when": "tier == 'major'"}},
            "approvals": {
                "all": [{"role": "sponsor"}, {"role": "finance", "count": 2, "when": "tier == 'major'"}],
                "veto": ["security"],
            },
            "submit_ladder": [{"after": "10 working days", "remind": "submitter"}],
            "decide_within": "5 working days",
            "ladder": [
                {"after": "3 working days", "remind": "pending"},
                {"after": "5 working days", "notify": "pmo_director"},
                {"after": "8 working days", "widen_to": "deputy"},
                {"after": "10 working days", "raise_to": "pmo_director"},
                {"after": "20 working days", "hold": True},
            ],
        },
        "baseline": {
            "from": "planning",
            "to": "execution",
            "approvals": {"all": [{"role": "sponsor"}]},
            "chair": "pmo_director",
            "takes_baseline": True,
        },
        "acceptance": {
            "from": "execution",
            "to": "closing",
            "approvals": {"all": [{"role": "sponsor"}]},
        },
        "health": {
            "kind": "monitoring",
            "during": ["execution"],
            "every": "1 month",
            "evidence": {"report": {"kind": "document"}},
            "approvals": {"all": [{"role": "pmo_director"}]},
        },
        "exception": {
            "kind": "exception",
            "on_breach_of": ["cost", "finish"],
            "approvals": {"all": [{"role": "sponsor"}]},
            "takes_baseline": True,
        },
        "change": {
            "kind": "change",
            "during": ["execution"],
            "approvals": {"all": [{"role": "sponsor"}]},
            "takes_baseline": True,
        },
        "benefits": {
            "kind": "benefits",
            "after": ["6 months", "12 months"],
            "approvals": {"all": [{"role": "sponsor"}]},
            "submit_ladder": [{"after": "20 working days", "notify": "pmo_director"}],
        },
    },
}
"""A policy with a gate of every kind."""


def house(**changes: Any) -> Policy:
    """The policy with a gate of every kind, with changes."""
    return Policy.model_validate(merged(HOUSE, changes))
