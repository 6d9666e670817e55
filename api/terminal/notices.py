"""The commands about notices: what you were told, a test of the mail settings, webhooks."""

from typing import Annotated

import typer

from api.client import at
from api.terminal.output import REFUSED, AsJson, show, table, told
from api.terminal.session import As, open_client

MOST_READ = 200_000
"""Characters of a report that are sent on."""


def notices(
    unseen: Annotated[bool, typer.Option("--unseen", help="Only what you have not seen.")] = False,
    seen: Annotated[bool, typer.Option("--seen", help="Note that you have seen what is shown.")] = False,
    person: As = None,
    as_json: AsJson = False,
) -> None:
    """What you were told, the latest first, and whether it reached you."""
    with told(), open_client(person) as client:
        content = client.get("/notices", unseen=str(unseen).lower())
        if seen:
            client.send("POST", "/notices/seen", {"notices": [item["key"] for item in content["items"]]})
        columns = {"at": "When", "headline": "What", "due": "Until", "reached": "Reached you", "seen_at": "Seen"}
        show(content, as_json, table(content["items"], columns))


def mail_test(person: As = None, as_json: AsJson = False) -> None:
    """Send one mail to your own address, and say what the mail server answered."""
    with told(), open_client(person) as client:
        _tried(client.send("POST", "/mail-tests"), as_json)


def mail_bounced(
    report: Annotated[typer.FileText, typer.Argument(help="The delivery status notification; - reads it from a pipe.")],
    person: As = None,
    as_json: AsJson = False,
) -> None:
    """Note that a mail came back: it counts as not delivered."""
    with told(), open_client(person) as client:
        found = client.send("POST", "/mail-bounces", {"report": report.read(MOST_READ)})
        show(found, as_json, [f"The message to {found['recipient']} did not get through. {found['failure']}"])


webhook = typer.Typer(no_args_is_help=True, help="Programs that are told what happens.")


@webhook.command("list")
def list_webhooks(person: As = None, as_json: AsJson = False) -> None:
    """List the webhooks, and how each gets on."""
    with told(), open_client(person) as client:
        content = client.get("/webhooks")
        columns = {
            "id": "Id",
            "label": "Name",
            "url": "Address",
            "kinds": "Of",
            "waiting": "Waiting",
            "given_up": "Given up",
            "last_sent_at": "Last received",
            "last_failure": "Failing because",
        }
        show(content, as_json, table(content["items"], columns))


@webhook.command()
def add(
    label: Annotated[str, typer.Argument(help="What you call it.")],
    url: Annotated[str, typer.Argument(help="Its https address.")],
    of: Annotated[
        list[str] | None, typer.Option("--of", help="A kind of notice, such as ladder_raise; by default all.")
    ] = None,
    person: As = None,
    as_json: AsJson = False,
) -> None:
    """Tell a program from now on; its secret is shown this once."""
    with told(), open_client(person) as client:
        content = client.send("POST", "/webhooks", {"label": label, "url": url, "kinds": of or []})
        show(content, as_json, [f"Webhook {content['id']}", f"Its secret, shown this once: {content['secret']}"])


@webhook.command()
def renew(id: str, person: As = None, as_json: AsJson = False) -> None:
    """Sign with another secret, shown this once; for a day the one before signs as well."""
    with told(), open_client(person) as client:
        content = client.send("POST", at("webhooks", id, "secret"))
        show(content, as_json, [f"Its secret, shown this once: {content['secret']}"])


@webhook.command()
def remove(id: str, person: As = None, as_json: AsJson = False) -> None:
    """Tell a program nothing any more."""
    with told(), open_client(person) as client:
        content = client.send("DELETE", at("webhooks", id))
        show(content, as_json, ["It is told nothing any more." if content["changed"] else "There was none such."])


@webhook.command("test")
def try_webhook(id: str, person: As = None, as_json: AsJson = False) -> None:
    """Call a webhook with an event that says nothing, and say what came of it."""
    with told(), open_client(person) as client:
        _tried(client.send("POST", at("webhooks", id, "tests")), as_json)


def _tried(content: dict[str, object], as_json: bool) -> None:
    show(content, as_json, [str(content["answer"])])
    if not content["delivered"]:
        raise typer.Exit(REFUSED)
