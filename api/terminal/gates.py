"""`lifecycle gate`: look at a gate, supply evidence, rehearse, submit, vote, ask, answer, decide."""

import mimetypes
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from api.client import at, content_of
from api.terminal.output import AsJson, moment, show, table, told
from api.terminal.projects import happened
from api.terminal.session import As, Because, For, GateName, Key, open_client
from api.terminal.values import end_of, facts_of
from lifecycle.domain.errors import LifecycleError

app = typer.Typer(no_args_is_help=True, help="Look at gates, supply evidence, submit, vote, decide.")

Conditions = Annotated[
    list[str] | None,
    typer.Option(
        "--condition", metavar="OWNER|DUE|TEXT", help="A condition: who owes it, until when (2027-03-31), what."
    ),
]


@app.command("show")
def show_gate(key: Key, gate: GateName, person: As = None, as_json: AsJson = False) -> None:
    """Show what a gate asks, what is missing, who can still approve, and what happens next."""
    with told(), open_client(person) as client:
        view = client.get(at("projects", key, "gates", gate))
        show(view, as_json, _gate(view))


@app.command()
def way(key: Key, gate: GateName, person: As = None, as_json: AsJson = False) -> None:
    """Show the fewest actions that open a gate, who owes each, and when at the earliest."""
    with told(), open_client(person) as client:
        found = client.get(at("projects", key, "gates", gate, "way"))
        show(found, as_json, _way(found))


@app.command()
def rehearse(key: Key, gate: GateName, person: As = None, as_json: AsJson = False) -> None:
    """Judge a gate without submitting it."""
    with told(), open_client(person) as client:
        rehearsal = client.send("POST", at("projects", key, "gates", gate, "rehearsals"))
        said = "It can be submitted." if rehearsal["ready"] else "It cannot be submitted yet."
        show(rehearsal, as_json, [*_findings(rehearsal), "", said])


@app.command()
def supply(
    key: Key,
    gate: GateName,
    item: Annotated[str, typer.Argument(help="The evidence item.")],
    file: Annotated[Path | None, typer.Option(help="A document to upload.")] = None,
    link: Annotated[str | None, typer.Option(help="Where the document lies.")] = None,
    answer: Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help="An answer of a form.")] = None,
    attest: Annotated[bool, typer.Option("--attest", help="Sign the attestation.")] = False,
    person: As = None,
    acting_for: For = None,
    as_json: AsJson = False,
) -> None:
    """Supply a version of an evidence item: a file, a link, answers, or your attestation."""
    with told(), open_client(person, acting_for) as client:
        path = at("projects", key, "gates", gate, "evidence", item)
        if file is not None:
            done = client.upload("PUT", path, (file.name, content_of(file), mimetypes.guess_type(file.name)[0]))
        elif link is not None:
            done = client.send("PUT", path, {"kind": "link", "url": link})
        elif answer:
            done = client.send("PUT", path, {"kind": "form", "answers": facts_of(answer)})
        elif attest:
            done = client.send("PUT", path, {"kind": "attestation"})
        else:
            raise LifecycleError(
                "nothing_given", "There is nothing to supply.", "Give --file, --link, --answer or --attest."
            )
        show(done, as_json, happened(done))


@app.command()
def submit(key: Key, gate: GateName, person: As = None, acting_for: For = None, as_json: AsJson = False) -> None:
    """Submit a gate: the evidence is frozen and the approvers are called."""
    with told(), open_client(person, acting_for) as client:
        done = client.send("POST", at("projects", key, "gates", gate, "submission"))
        show(done, as_json, [*happened(done), *_deadline(done, gate)])


@app.command()
def withdraw(key: Key, gate: GateName, because: Because, person: As = None, as_json: AsJson = False) -> None:
    """Take a submission back; a new round begins."""
    with told(), open_client(person) as client:
        done = client.send("DELETE", at("projects", key, "gates", gate, "submission"), {"reason": because})
        show(done, as_json, happened(done))


@app.command()
def vote(
    key: Key,
    gate: GateName,
    verdict: Annotated[str, typer.Argument(metavar="approve|reject|abstain|recuse")],
    because: Because,
    condition: Conditions = None,
    person: As = None,
    acting_for: For = None,
    as_json: AsJson = False,
) -> None:
    """Vote on what is shown now."""
    with told(), open_client(person, acting_for) as client:
        seen, version = _shown(client.get(at("projects", key, "gates", gate)))
        body = {**seen, "verdict": verdict, "rationale": because, "conditions": _promises(condition)}
        done = client.send("POST", at("projects", key, "gates", gate, "votes"), body, If_Match=version)
        show(done, as_json, happened(done))


@app.command()
def ask(
    key: Key, gate: GateName, question: str, person: As = None, acting_for: For = None, as_json: AsJson = False
) -> None:
    """Ask the submitter for information; the approvers' clock stops until it is answered."""
    with told(), open_client(person, acting_for) as client:
        seen, _ = _shown(client.get(at("projects", key, "gates", gate)))
        body = {"round": seen["round"], "question": question}
        done = client.send("POST", at("projects", key, "gates", gate, "questions"), body)
        show(done, as_json, happened(done))


@app.command()
def answer(
    key: Key, gate: GateName, text: str, person: As = None, acting_for: For = None, as_json: AsJson = False
) -> None:
    """Answer the open question."""
    with told(), open_client(person, acting_for) as client:
        done = client.send("POST", at("projects", key, "gates", gate, "answers"), {"answer": text})
        show(done, as_json, happened(done))


@app.command()
def decide(
    key: Key,
    gate: GateName,
    outcome: Annotated[str, typer.Argument(metavar="go|conditional_go|hold|recycle|kill")],
    because: Because,
    condition: Conditions = None,
    person: As = None,
    acting_for: For = None,
    as_json: AsJson = False,
) -> None:
    """Record the decision, where the decision is yours."""
    with told(), open_client(person, acting_for) as client:
        seen, version = _shown(client.get(at("projects", key, "gates", gate)))
        body = {**seen, "outcome": outcome, "rationale": because, "conditions": _promises(condition)}
        done = client.send("POST", at("projects", key, "gates", gate, "decision"), body, If_Match=version)
        show(done, as_json, happened(done))


@app.command()
def nudge(key: Key, gate: GateName, person: As = None, acting_for: For = None, as_json: AsJson = False) -> None:
    """Remind those whom a late gate waits for; each of them once a day."""
    with told(), open_client(person, acting_for) as client:
        done = client.send("POST", at("projects", key, "gates", gate, "nudges"))
        show(done, as_json, happened(done))


@app.command("call-in")
def call_in(
    key: Key, gate: GateName, because: Because, person: As = None, acting_for: For = None, as_json: AsJson = False
) -> None:
    """Take the decision of a gate to your role, where the policy reserves that to it."""
    with told(), open_client(person, acting_for) as client:
        seen, version = _shown(client.get(at("projects", key, "gates", gate)))
        body = {"round": seen["round"], "reason": because}
        done = client.send("POST", at("projects", key, "gates", gate, "call-in"), body, If_Match=version)
        show(done, as_json, happened(done))


@app.command("open")
def open_gate(key: Key, gate: GateName, because: Because, person: As = None, as_json: AsJson = False) -> None:
    """Open a gate that is opened on request: a change of the baseline, or an exception."""
    with told(), open_client(person) as client:
        done = client.send("POST", at("projects", key, "gates", gate, "rounds"), {"reason": because})
        show(done, as_json, happened(done))


def _deadline(done: Any, gate: str) -> Iterable[str]:
    for round_ in done["project"]["rounds"]:
        if round_["gate"] == gate and round_["due"]:
            yield f"To be decided until {moment(round_['due'])}."


def _shown(view: Any) -> tuple[dict[str, Any], str]:
    """What a vote or decision names: the round and the evidence that were shown, and the state version."""
    round_ = view.get("round") or {}
    seen = {"round": round_.get("number", 0), "evidence_digest": round_.get("evidence_digest") or ""}
    return seen, f'"{view["version"]}"'


def _promises(given: list[str] | None) -> list[dict[str, str]]:
    found = []
    for text in given or []:
        parts = [part.strip() for part in text.split("|", 2)]
        if len(parts) != 3:
            raise LifecycleError("not_a_condition", f"'{text}' is no condition.", "Write OWNER|DUE|TEXT.")
        owner, due, promise = parts
        found.append({"owner": owner, "due": end_of(due), "text": promise})
    return found


def _gate(view: Any) -> Iterable[str]:
    round_ = view.get("round")
    yield f"{view['label']}: {view['question']}"
    if round_ is None:
        yield "No round is open."
        return
    due = f", due {moment(round_['due'])}" if round_.get("due") else ""
    yield f"Round {round_['number']} is {round_['status'].replace('_', ' ')}{due}, tier {round_['tier']}."
    yield ""
    yield from _findings(view)
    if view.get("slots"):
        yield ""
        yield from table(
            view["slots"], {"role": "Approval", "filled_by": "Given by", "candidates": "Can still give it"}
        )
    if view.get("path_to_green"):
        yield ""
        yield "What is missing:"
        yield from (f"  - {need['sentence']} {need['remedy']}" for need in view["path_to_green"])
    if view.get("ladder"):
        yield ""
        yield from table(view["ladder"], {"at": "Next", "action": "Step", "role": "Role"})


def _way(found: Any) -> Iterable[str]:
    rows = [{**stop, "who": _owing(stop, found["names"])} for stop in found["stops"]]
    yield from table(rows, {"who": "Who", "at": "At the earliest", "sentence": "What"})
    if not found["reaches"]:
        yield f"It does not get through: {found['obstacle']}"
    for each in found["waivable"]:
        granters = " or ".join(found["names"].get(person, person) for person in each["granters"])
        yield f"Or ask for a waiver of {each['requirement']}; {granters} can grant it."


def _owing(stop: Any, names: Any) -> str:
    """Whoever could do it, by name; nobody where time has to pass."""
    people = [person for person in (stop["by"], *stop["others"]) if person]
    return " or ".join(names.get(person, person) for person in people)


def _findings(view: Any) -> Iterable[str]:
    rows = [{**found, "result": found["result"].replace("_", " ")} for found in view["findings"]]
    yield from table(rows, {"label": "Asked for", "result": "Found", "remedy": "What to do"})
