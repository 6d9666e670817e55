"""How a command signs in: who asks, for whom, and where the API is."""

from typing import Annotated

import typer

from api.client import Client, token_of

As = Annotated[
    str | None, typer.Option("--as", metavar="PERSON", help="Act as one of the people of the embedded office.")
]
For = Annotated[str | None, typer.Option("--for", metavar="PERSON", help="Act for somebody who has delegated to you.")]
Key = Annotated[str, typer.Argument(metavar="PROJECT", help="The project's key.")]
GateName = Annotated[str, typer.Argument(metavar="GATE", help="The gate's name in the policy.")]
Because = Annotated[str, typer.Option("--because", help="The reason; it stands in the record.")]


def open_client(person: str | None, acting_for: str | None = None) -> Client:
    """A client that is signed in as `person`, or as `LIFECYCLE_TOKEN` says, acting for another if asked to."""
    from lifecycle.settings import Settings

    settings = Settings()
    return Client(settings.address, token_of(settings.home, person), acting_for=acting_for)
