"""An office in which every address leads to something, for whoever tries them all."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Any

from lifecycle.service.policy_files import DEFAULT, library_text
from tests.e2e.governed import PDF, Project
from tests.e2e.product import Product

Known = Mapping[str, Any]
"""Name -> value of path parameters, and of fields of a body that name something that there is or is not."""

VISITOR = "visitor"
"""Somebody on whom changes to people can be tried."""
TEXT = b"A tram line along the quay.\n"
WAIVED = "evidence.charter"
_numbers = count(1)
EDITION = {"policy": "corporate-standard", "version": 1}


def furnished(product: Product) -> None:
    """Let the director do what project managers do and the deputy stand in, and let there be somebody to change."""
    administrator = product.person("administrator")
    administrator.does("POST", "/people", {"id": VISITOR, "name": "Visitor"})
    administrator.does("POST", "/roles", {"person": "director", "role": "project_manager"})
    administrator.does("POST", "/roles", {"person": "deputy", "role": "pmo_director"})


def known_at(product: Product, path: str) -> Known:
    """Something at the address of an operation: for one about a project, a project of its own in the right state."""
    if "/projects/{key}" in path:
        gate = "change" if path.endswith("/rounds") else "charter"
        what = path.rpartition("/")[2]
        tram = _project(product, what)
        return {
            "key": tram.key,
            "gate": gate,
            "item": "business_case",
            "id": "charter-1-1",
            "digest": f"sha256:{sha256(TEXT if what == 'excerpt' else PDF).hexdigest()}",
            "requirement": WAIVED,
            **EDITION,
        }
    director = product.person("director")
    match path.partition("/api/v1/")[2].split("/"):
        case ["people", _, *_]:
            return {"id": VISITOR}
        case ["policies", "what-ifs", *_]:
            order = {"source": library_text(DEFAULT)}
            return {"id": director.does("POST", "/policies/what-ifs", order)["id"]}
        case ["policies", "proposals", *_]:
            order = {"source": library_text(DEFAULT), "reason": "To be tried."}
            return {"id": product.person("analyst").does("POST", "/policies/proposals", order)["id"]}
        case ["rollouts"]:
            return EDITION
        case ["rollouts", _, *_]:
            return {"id": director.does("POST", "/rollouts", {**EDITION, "reason": "To be tried."})["id"]}
        case ["policies", "{id}", *_]:
            return {"id": EDITION["policy"], "version": EDITION["version"]}
        case ["delegations", _]:
            scope = f"project:{Project.register(product).key}"
            given = {"receiver": "deputy", "ends": _later(), "reason": "Leave.", "scope": scope}
            return {"id": director.does("POST", "/delegations", given)["id"]}
        case ["absences", _]:
            away = {"starts": _later(1), "ends": _later()}
            return {"id": director.does("POST", "/absences", away)["id"]}
        case ["tokens", _]:
            return {"id": director.does("POST", "/tokens", {"label": "To be tried"})["id"]}
        case ["imports", _, *_]:
            return {"id": director.uploads("POST", "/imports", "x.csv", _register(), mapping="uk-gmpp")["id"]}
        case ["registers", _, *_]:
            choice = {"key": "project_number", "name": "project_name"}
            id_ = director.uploads("POST", "/registers", "x.csv", _register())["id"]
            return {"id": id_, "policy": EDITION["policy"], "choice": choice, "mapping": "uk-gmpp"}
        case ["verifications", _]:
            return {"id": director.does("POST", "/verifications", {})["id"]}
        case ["preferences"]:
            return {"timezone": "Europe/London"}
        case ["commands", _]:
            return {"id": director.does("PATCH", Project.register(product).at("facts"), {"name": "Line 2"})["command"]}
        case _:
            return {}


def _register() -> bytes:
    """A register that nobody has imported yet."""
    return f"project_number;project_name\nX-{next(_numbers)};Tram line\n".encode()


def _project(product: Product, what: str) -> Project:
    tram = Project.register(product)
    if what == "{digest}":
        tram.supply("charter", "business_case", PDF)
    if what == "excerpt":
        item = tram.at("gates", "charter", "evidence", "business_case")
        tram.by("pm").uploads("PUT", item, "case.txt", TEXT)
    waiver = {"gate": "charter", "requirement": WAIVED, "reason": "It comes later."}
    if what == "refusal":
        tram.by("pm").does("POST", tram.at("waivers", "request"), waiver)
    if what == "revocation":
        granted = {**waiver, "compensating_control": "A weekly look.", "expires": _later()}
        tram.by("director").does("POST", tram.at("waivers"), granted)
    if what in ("votes", "questions", "answers", "decision"):
        tram.prepare("charter")
        tram.submit("charter")
    if what == "answers":
        question = {"round": 1, "question": "What does doing nothing cost?"}
        tram.by("finance-1").does("POST", tram.at("gates", "charter", "questions"), question)
    if what in ("proof", "acceptance"):
        tram.prepare("charter")
        tram.submit("charter")
        owner = "director" if what == "proof" else "pm"
        promise = {"text": "Sign the contract.", "owner": owner, "due": _later()}
        tram.vote("charter", "sponsor", conditions=[promise])
        tram.vote("charter", "finance-1")
    if what == "acceptance":
        tram.by("pm").does("POST", tram.at("conditions", "charter-1-1", "proof"), {"proof": "Signed."})
    if what == "resume":
        tram.by("pm").does("POST", tram.at("hold"), {"reason": "The ground is frozen."})
    return tram


def _later(days: int = 30) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()
