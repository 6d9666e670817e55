"""The `lifecycle` command."""


def main() -> None:
    """Run the command line."""
