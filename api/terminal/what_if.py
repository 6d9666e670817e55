"""`lifecycle policy what-if`, `shadow`, `trials`, `trial`: what a draft would do, without doing it."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import typer

from api.client import at
from api.terminal.output import REFUSED, AsJson, show, table, told
from api.terminal.policy import File, text_of, with_editions
from api.terminal.progress import follow
from api.terminal.session import As, open_client

Json = Mapping[str, Any]
_PLACE: Final = "/policies/what-ifs"


def what_if(
    file: File,
    past: Annotated[bool, typer.Option("--past", help="Judge past decisions again instead of open projects.")] = False,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="With --past: only decisions from this day on (UTC).")
    ] = None,
    person: As = None,
    as_json: AsJson = False,
) -> None:
    """Say by name what a draft would change; nothing changes."""
    with told():
        source, _ = text_of(file)
        order: dict[str, Any] = {"source": source, "over": "past_decisions" if past else "open_projects"}
        if since is not None:
            order["since"] = since.replace(tzinfo=UTC).isoformat()
        with open_client(person) as client:
            begun = client.send("POST", _PLACE, order)
            place = f"{_PLACE}{at(begun['id'])}"
            done = follow(client, place, "Judging decisions again" if past else "Judging projects", "projects")
            projects = list(client.pages(f"{place}/projects"))
        _tell(done, projects, as_json)
        if done["status"] != "done":
            raise typer.Exit(REFUSED)


def shadow(
    file: File,
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Judge along until this day (UTC).")],
    person: As = None,
    as_json: AsJson = False,
) -> None:
    """Judge every coming decision under a draft as well, for some weeks, without enforcing it."""
    with told(), open_client(person) as client:
        source, _ = text_of(file)
        order = {"source": source, "over": "coming_decisions", "until": until.replace(tzinfo=UTC).isoformat()}
        begun = client.send("POST", _PLACE, order)
        watch = f"Look at it with `lifecycle policy trial {begun['id']}`."
        show(begun, as_json, [f"Every decision until {until:%Y-%m-%d} is judged under the draft as well. {watch}"])


def list_trials(person: As = None, as_json: AsJson = False) -> None:
    """List the trials of drafts that you began, the newest first."""
    with told(), open_client(person) as client:
        found = client.get(_PLACE)["items"]
        rows = with_editions(found)
        columns = {"id": "Id", "edition": "Draft", "over": "Over", "status": "Status", "judged": "Judged"}
        show(found, as_json, table(rows, columns))


def trial(
    id_: Annotated[str, typer.Argument(metavar="TRIAL", help="The trial's id.")],
    stop: Annotated[bool, typer.Option("--stop", help="End it early; what it found so far stays.")] = False,
    person: As = None,
    as_json: AsJson = False,
) -> None:
    """Show what a trial of a draft has found so far, by name."""
    with told(), open_client(person) as client:
        place = f"{_PLACE}{at(id_)}"
        found = client.send("DELETE", place) if stop else client.get(place)
        projects = list(client.pages(f"{place}/projects"))
        _tell(found, projects, as_json)


def _tell(found: Json, projects: list[Json], as_json: bool) -> None:
    over_projects = found["over"] == "open_projects"
    lines = consequences(found["summary"] or {}) if over_projects else decisions(projects)
    failure = [found["failure"]] if found["failure"] else []
    show({**found, "projects": projects}, as_json, [*lines, *failure, conclusion(found)])


def consequences(summary: Json) -> Iterator[str]:
    """What a draft would do to open projects, line by line."""
    for key, heading in _AT_GATES.items():
        yield from _listed(heading, (f"{where['project']} {where['gate']}" for where in summary.get(key, ())))
    for move in summary.get("tier_moves", ()):
        way = "heavier" if move["heavier"] else "lighter"
        yield from _listed(f"Tier {move['before']} to {move['after']} ({way})", move["projects"])
    for load in summary.get("approvals_by_role", ()):
        yield from _listed(f"Further approvals of the role {load['who']}: {load['approvals']}", load["projects"])
    for load in summary.get("approvals_by_person", ()):
        yield from _listed(f"Further approvals that {load['who']} could give: {load['approvals']}", load["projects"])
    for days, gates in summary.get("days_added", {}).items():
        yield from _listed(f"Deadline {days} days", (f"{where['project']} {where['gate']}" for where in gates))
    for key, heading in (("breaches_new", "New breach of"), ("breaches_cleared", "No breach any more of")):
        for tolerance, projects in summary.get(key, {}).items():
            yield from _listed(f"{heading} {tolerance}", projects)
    for misfit in summary.get("needs_mapping", ()):
        yield from _listed(f"Needs mapping: {misfit['why']}", [misfit["project"]])


_AT_GATES = {
    "newly_blocked": "Newly blocked",
    "newly_free": "Newly free",
    "decided_at_once": "Decided at once by the votes there are",
    "sent_back": "Sent back for evidence",
    "votes_voided": "Votes void",
}


def decisions(projects: Iterable[Json]) -> Iterator[str]:
    """Past decisions that would have gone otherwise, line by line."""
    for project in projects:
        for decision in project["decisions"]:
            after = decision["outcome_after"] or "no decision"
            what = f"{project['project']} {decision['gate']} round {decision['round']}, {decision['at'][:10]}"
            yield f"{what}: {decision['outcome']} would have been {after}. {' '.join(decision['reasons'])}"


def conclusion(done: Json) -> str:
    """What it came to, in one line."""
    effects = ", ".join(f"{count} {effect.replace('_', ' ')}" for effect, count in done["effects"].items())
    what = "open gates" if done["over"] == "open_projects" else "decisions"
    return (
        f"{done['status']}: {done['projects_done']} projects, {done['judged']} {what} judged: {effects or 'no change'}"
    )


def _listed(heading: str, names: Iterable[str]) -> Iterator[str]:
    known = list(names)
    if known:
        yield f"{heading}:"
        yield from (f"  {name}" for name in known)
