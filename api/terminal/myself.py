"""The commands about oneself: how one wants to be told, and a calendar of one's deadlines."""

from typing import Annotated

import typer

from api.terminal.output import AsJson, show, told
from api.terminal.session import As, open_client


def preferences(
    language: Annotated[str | None, typer.Option(help="Such as de.")] = None,
    timezone: Annotated[str | None, typer.Option(help="Such as Europe/London.")] = None,
    quiet_hours: Annotated[str | None, typer.Option(help="Such as 20:00-07:00, or never.")] = None,
    digest: Annotated[bool | None, typer.Option(help="Gather news into one message an hour.")] = None,
    mail: Annotated[bool | None, typer.Option(help="By mail; without, only what is urgent.")] = None,
    chat: Annotated[bool | None, typer.Option(help="By chat too.")] = None,
    person: As = None,
    as_json: AsJson = False,
) -> None:
    """How you are told, in which language and on whose clock; choose what you name."""
    named = {"language": language, "timezone": timezone, "quiet_hours": quiet_hours}
    changes = {**named, "digest": digest, "mail": mail, "chat": chat}
    known = {name: value for name, value in changes.items() if value is not None}
    with told(), open_client(person) as client:
        content = client.send("PATCH", "/preferences", known) if known else client.get("/preferences")
        show(content, as_json, [f"{name.replace('_', ' ')}: {value}" for name, value in content.items()])


def calendar(
    close: Annotated[bool, typer.Option("--close", help="Let no address lead to it any more.")] = False,
    person: As = None,
    as_json: AsJson = False,
) -> None:
    """Make a secret address at which a calendar program finds your deadlines; the one before ends."""
    with told(), open_client(person) as client:
        if close:
            closed = client.send("DELETE", "/me/calendar")
            show(closed, as_json, ["It is closed." if closed["changed"] else "There was none."])
        else:
            opened = client.send("POST", "/me/calendar")
            show(opened, as_json, [f"Your deadlines, at an address that is shown this once: {opened['address']}"])
