"""The `lifecycle` command: a client of our own HTTP API, plus the commands that run the product's processes."""

import typer

from api.terminal import audit, policy

app = typer.Typer(
    name="lifecycle",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Carries projects through policy-enforced gates.",
)
app.add_typer(policy.app, name="policy")
app.add_typer(audit.app, name="audit")


@app.callback()
def lifecycle() -> None:
    """Carries projects through policy-enforced gates."""


def main() -> None:
    """Run the command line."""
    app()
