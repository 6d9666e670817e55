"""`lifecycle policy`: check, show and draw policies; all of it offline."""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.terminal.output import REFUSED, AsJson, read_text, show, told

if TYPE_CHECKING:
    from lifecycle.gates.policy import Policy

app = typer.Typer(no_args_is_help=True, help="Check, show and draw policies, offline.")
File = Annotated[
    str, typer.Argument(help="A policy file (YAML or JSON), the name of a ready policy, or - for standard input.")
]
OfTests = Annotated[bool, typer.Option("--tests", help="Of files of policy tests, instead of policies.")]


@app.command()
def check(file: File, as_json: AsJson = False) -> None:
    """Say everything that is wrong or doubtful about a policy, with line, column and remedy."""
    from dataclasses import asdict

    from lifecycle.service.policy_files import beside, examine

    with told():
        text, name = text_of(file)
        policy, problems = examine(text, name, bases=beside(Path(file).parent))
        errors, warnings = (
            sum(problem.severity == severity for problem in problems) for severity in ("error", "warning")
        )
        verdict = f"{name}: {errors} errors, {warnings} warnings"
        lines = [*map(str, problems), f"{verdict}{f', digest {policy.digest}' if policy and not errors else ''}"]
        content = {"problems": [asdict(problem) for problem in problems], "digest": policy.digest if policy else None}
        show(content, as_json, lines)
        if errors:
            raise typer.Exit(REFUSED)


@app.command("test")
def run_tests(
    files: Annotated[
        list[str],
        typer.Argument(help="Files of tests (NAME.test.yaml), policies with tests beside them, or ready policies."),
    ],
    as_json: AsJson = False,
    at_least: Annotated[
        float, typer.Option("--coverage", min=0, max=100, help="Fail below this coverage, in percent.")
    ] = 0,
) -> None:
    """Tell the stories in the tests of policies, and say which rules no story exercises."""
    from api.terminal.policy_tests import tests_pass

    with told():
        if not tests_pass(files, as_json, at_least):
            raise typer.Exit(REFUSED)


@app.command("show")
def show_policy(file: File, as_json: AsJson = False) -> None:
    """Print a policy in plain language."""
    from lifecycle.gates.plain import in_words

    with told():
        policy = policy_of(file)
        show(policy.model_dump(mode="json", exclude_defaults=True), as_json, [in_words(policy).rstrip()])


@app.command()
def raci(
    file: File,
    role: Annotated[list[str] | None, typer.Option(help="Only what this role may do; may be repeated.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say who is responsible, accountable, consulted and informed at each gate; or what a role may do."""
    from lifecycle.gates.raci import as_table, powers
    from lifecycle.gates.raci import raci as of_policy

    with told():
        policy = policy_of(file)
        if role:
            found = powers(policy, role)
            lines = [f"{each.label}: {', '.join(each.words)}" for each in found] or ["Nothing at any gate."]
            show([each.model_dump(mode="json") for each in found], as_json, lines)
        else:
            show([line.model_dump(mode="json") for line in of_policy(policy)], as_json, as_table(policy))


@app.command()
def diagram(file: File) -> None:
    """Draw the stages and decisions of a policy in Mermaid."""
    from lifecycle.gates.machine import StageMachine

    with told():
        sys.stdout.write(StageMachine(policy_of(file)).diagram() + "\n")


@app.command()
def schema(tests: OfTests = False) -> None:
    """Print the JSON Schema of policy files, or of their tests, for editors."""
    from lifecycle.gates.trials.scenario import PolicyTests
    from lifecycle.service.policy_schema import policy_schema

    show(PolicyTests.model_json_schema() if tests else policy_schema(), True, ())


@app.command("reference")
def print_reference(tests: OfTests = False) -> None:
    """Print the reference of the policy language, or of policy tests, in Markdown."""
    from api.terminal.policy_reference import reference
    from api.terminal.policy_tests_reference import reference_of_tests

    sys.stdout.write(reference_of_tests() if tests else reference())


@app.command("list")
def list_ready(as_json: AsJson = False) -> None:
    """Name the ready policies that ship with the product."""
    from lifecycle.service.policy_files import library

    names = sorted(library())
    show(names, as_json, names)


def text_of(file: str) -> tuple[str, str]:
    """The text of a policy file, of a ready policy, or of standard input, and what faults call it."""
    from lifecycle.service.policy_files import library

    if file != "-" and not Path(file).exists() and file in (ready := library()):
        return ready[file], f"{file}.yaml"
    return read_text(file), "standard input" if file == "-" else file


def with_editions(found: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows that speak of an edition, with its name and version as one word of a table."""
    return [{**each, "edition": f"{each['policy']['id']} {each['policy']['version']}"} for each in found]


def policy_of(file: str) -> "Policy":
    """The policy of a file, or a ready one; `PolicyError` when it has any fault."""
    from lifecycle.service.policy_files import beside, read_policy

    text, name = text_of(file)
    return read_policy(text, name, bases=beside(Path(file).parent))
