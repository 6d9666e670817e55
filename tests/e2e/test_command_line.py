"""The command line against the running product: what people type, what they read, and how programs use it."""

import json
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import typer

from api.terminal.output import AWAY, told
from lifecycle.domain.errors import LifecycleError
from lifecycle.service.policy_files import DEFAULT, library_text
from tests.e2e.governed import PDF, Project
from tests.e2e.product import LIFECYCLE, Product

pytestmark = pytest.mark.xdist_group("product")

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(product: Product, tmp_path: Path) -> Run:
    """Type a command; settings may be changed for it."""
    return partial(product.types, folder=tmp_path)


@pytest.fixture
def reads(run: Run) -> Callable[..., str]:
    """What a command prints that does what it was asked for."""

    def read(*words: str) -> str:
        ended = run(*words)
        assert ended.returncode == 0, ended.stderr
        assert not ended.stderr
        return ended.stdout

    return read


def test_a_charter_is_carried_by_the_command_line(reads: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "business-case.pdf").write_bytes(PDF)
    facts = ("--fact", "whole_life_cost=90000000", "--fact", "risk=low")
    posts = ("--portfolio", "transport", "--manager", "pm", "--sponsor", "sponsor")
    registered = reads("project", "register", "ferry-1", "--name", "Ferry 1", *posts, *facts, "--as", "analyst")
    assert "ferry-1 is active in initiation" in registered

    charter = ("ferry-1", "charter")
    shown = reads("gate", "show", *charter, "--as", "pm")
    assert "Is it worth doing" in shown
    assert "What is missing:" in shown
    assert "Business case: not met." in shown
    reads("gate", "supply", *charter, "business_case", "--file", "business-case.pdf", "--as", "pm")
    reads("gate", "supply", *charter, "charter", "--link", "https://intranet.example.org/ferry-1", "--as", "pm")
    reads("gate", "supply", *charter, "no_conflict", "--attest", "--as", "pm")
    answers = ("--answer", "strategic_fit=8", "--answer", "urgency=6")
    reads("gate", "supply", *charter, "assessment", *answers, "--as", "pm")
    rehearsed = reads("gate", "rehearse", *charter, "--as", "pm")
    assert "not met" not in rehearsed
    assert "It can be submitted." in rehearsed
    submitted = reads("gate", "submit", *charter, "--as", "pm")
    assert "person:gate:submitted (charter)" in submitted
    assert "To be decided until 20" in submitted

    assert "ferry-1" in reads("inbox", "--as", "finance-1")
    reads("gate", "ask", *charter, "What does doing nothing cost?", "--as", "finance-1")
    assert "answer" in reads("inbox", "--as", "pm")
    reads("gate", "answer", *charter, "Two million a year.", "--as", "pm")
    promise = "pm|2027-12-31|Sign the supplier contract"
    because = ("--because", "It is worth doing.")
    reads("gate", "vote", *charter, "approve", *because, "--condition", promise, "--as", "sponsor")
    decided = reads("gate", "vote", *charter, "approve", *because, "--as", "finance-1")
    assert "ferry-1 is active in planning" in decided
    reads("condition", "prove", "ferry-1", "charter-1-1", "Signed on the first of May.", "--as", "pm")
    reads("condition", "accept", "ferry-1", "charter-1-1", "--as", "finance-1")

    shown = reads("project", "show", "ferry-1", "--as", "pm")
    assert "active in planning" in shown
    assert "condition charter-1-1, pm until 2027-12-31 17:00 UTC: met: Sign the supplier contract" in shown
    assert "ferry-1" in reads("project", "list", "--stage", "planning", "--text", "ferry", "--as", "analyst")
    assert "person:vote:cast" in reads("project", "events", "ferry-1", "--as", "auditor")
    assert "submit_gate" in reads("project", "actions", "ferry-1", "--as", "pm")


def test_a_requirement_is_waived_and_a_decision_called_in_by_whoever_may(run: Run, reads: Callable[..., str]) -> None:
    posts = ("--portfolio", "transport", "--manager", "pm", "--sponsor", "sponsor")
    reads("project", "register", "ferry-3", "--name", "Ferry 3", *posts, "--as", "analyst")
    instead = ("--instead", "A weekly look.", "--until", "2099-03-31", "--because", "It is on its way.")
    waived = reads("gate", "waive", "ferry-3", "charter", "evidence.business_case", *instead, "--as", "director")
    assert "person:waiver:granted" in waived
    because = ("--because", "It is on its way.")
    asked = reads("gate", "ask-for-waiver", "ferry-3", "charter", "evidence.charter", *because, "--as", "pm")
    assert "person:waiver:asked" in asked
    no = reads("gate", "decline-waiver", "ferry-3", "charter", "evidence.charter", *because, "--as", "director")
    assert "person:waiver:declined" in no
    back = ("gate", "revoke-waiver", "ferry-3", "charter", "evidence.business_case", *because, "--as", "director")
    assert "person:waiver:revoked" in reads(*back)
    others = run("gate", "waive", "ferry-3", "charter", "evidence.charter", *instead, "--as", "sponsor")
    assert (others.returncode, "to grant" in others.stderr) == (1, True)
    called = run("gate", "call-in", "ferry-3", "charter", "--because", "It is too big.", "--as", "director")
    assert (called.returncode, "not before the approvers" in called.stderr) == (1, True)


def test_one_reads_what_one_was_told_and_notes_that_one_saw_it(reads: Callable[..., str]) -> None:
    posts = ("--portfolio", "transport", "--manager", "pm", "--sponsor", "sponsor")
    reads("project", "register", "ferry-2", "--name", "Ferry 2", *posts, "--as", "analyst")
    assert "Ferry 2: Gate charter is open" in reads("notices", "--unseen", "--seen", "--as", "pm")
    assert "Ferry 2" not in reads("notices", "--unseen", "--as", "pm")
    assert "Ferry 2" in reads("notices", "--as", "pm")


def test_one_chooses_how_one_is_told_and_takes_a_calendar(reads: Callable[..., str]) -> None:
    assert "chat: False" in reads("preferences", "--as", "sponsor")
    chosen = reads("preferences", "--chat", "--quiet-hours", "20:00-07:00", "--as", "sponsor")
    assert {"chat: True", "quiet hours: 20:00-07:00", "mail: True"} <= set(chosen.splitlines())
    assert "/calendar/" in reads("calendar", "--as", "sponsor")
    assert "It is closed." in reads("calendar", "--close", "--as", "sponsor")
    assert "There was none." in reads("calendar", "--close", "--as", "sponsor")


def test_an_administrator_manages_webhooks_and_tries_the_mail_settings(run: Run, reads: Callable[..., str]) -> None:
    as_administrator = ("--as", "administrator")
    inside = run("webhook", "add", "Inside", "https://169.254.169.254/latest", *as_administrator)
    assert (inside.returncode, "not in a public network" in inside.stderr) == (1, True)
    added = reads("webhook", "add", "Register", "https://192.0.9.9/hook", "--of", "ladder_raise", *as_administrator)
    assert "Its secret, shown this once: whsec_" in added
    id_ = added.split()[1]
    assert "ladder_raise" in reads("webhook", "list", *as_administrator)
    assert "Its secret, shown this once: whsec_" in reads("webhook", "renew", id_, *as_administrator)
    assert "told nothing any more" in reads("webhook", "remove", id_, *as_administrator)
    assert run("webhook", "test", id_, *as_administrator).returncode == 1
    tried = run("mail-test", *as_administrator)
    assert (tried.returncode, "No mail server is set" in tried.stdout) == (1, True)


def test_every_answer_is_json_for_programs(product: Product, reads: Callable[..., str]) -> None:
    key = Project.register(product).key

    def parsed(*words: str) -> Any:
        return json.loads(reads(*words, "--json"))

    assert parsed("project", "show", key, "--as", "pm")["key"] == key
    assert parsed("project", "actions", key, "--as", "pm")["project"] == key
    assert parsed("gate", "show", key, "charter", "--as", "sponsor")["round"]["number"] == 1
    assert parsed("gate", "rehearse", key, "charter", "--as", "pm")["ready"] is False
    assert isinstance(parsed("inbox", "--as", "pm")["items"], list)
    assert key in {item["key"] for item in parsed("project", "list", "--limit", "500", "--as", "analyst")["items"]}
    assert isinstance(parsed("overdue", "--as", "director")["items"], list)
    assert parsed("portfolio", "--as", "analyst")["by_stage"]["initiation"] > 0
    assert len(parsed("kpis", "--as", "analyst")["decisions"]) == 12
    assert {"pm", "deputy"} <= {person["id"] for person in parsed("people", "list", "--as", "analyst")["items"]}
    held = parsed("project", "hold", key, "--because", "The ground is frozen.", "--as", "pm")
    assert parsed("command", held["command"], "--as", "pm")["status"] == "done"
    found = {problem["severity"] for problem in parsed("policy", "check", "corporate-standard")["problems"]}
    assert found <= {"information"}
    assert parsed("audit", "verify")["findings"] == []


def test_what_goes_wrong_is_one_sentence_a_remedy_and_an_exit_code(product: Product, run: Run) -> None:
    key = Project.register(product).key
    silent = str(product.settings.worker_health_port + 1)
    gone_wrong: list[tuple[int, str, tuple[str, ...], dict[str, str]]] = [
        (1, "There is no such project.", ("project", "show", "nowhere", "--as", "pm"), {}),
        (
            1,
            "Wait until it is submitted.",
            ("gate", "vote", key, "charter", "approve", "--because", "Yes.", "--as", "sponsor"),
            {},
        ),
        (1, "no sign-in for 'nobody'", ("inbox", "--as", "nobody"), {}),
        (1, "not signed in", ("inbox",), {"token": "stolen"}),
        (1, "no pair of name and value", ("project", "amend", key, "--fact", "risk", "--as", "pm"), {}),
        (1, "nothing to supply", ("gate", "supply", key, "charter", "charter", "--as", "pm"), {}),
        (1, "There is no file", ("policy", "check", "nowhere.yaml"), {}),
        (1, "cannot be read", ("audit", "verify"), {"database_url": "sqlite:///nowhere/lifecycle.db"}),
        (3, "Nothing answers", ("inbox", "--as", "pm"), {"api_port": silent}),
        (2, "No such command", ("projects",), {}),
    ]
    for code, words, command, settings in gone_wrong:
        ended = run(*command, **settings)
        assert ended.returncode == code, (command, ended)
        assert not ended.stdout, command
        assert words in ended.stderr, (command, ended.stderr)
        assert "Traceback" not in ended.stderr, command
        if code != 2:
            assert ended.stderr.count("\n") == 1, (command, ended.stderr)


@pytest.mark.parametrize("code", ["service_away", "engine_away", "store_unavailable", "project_busy"])
def test_a_part_that_is_away_has_an_exit_code_of_its_own(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as end, told():
        raise LifecycleError(code, "It cannot be reached.", "Try again.")
    assert end.value.exit_code == AWAY
    assert capsys.readouterr().err == "It cannot be reached. Try again.\n"


def test_a_policy_is_checked_offline_by_line_and_column(run: Run, tmp_path: Path) -> None:
    good = run("policy", "check", "corporate-standard")
    assert good.returncode == 0, good.stdout
    assert "0 errors" in good.stdout
    (tmp_path / "mine.yaml").write_text("policy: mine\nversion: 1\nstages: [start]\ngates:\n  first: {kind: wishful}\n")
    bad = run("policy", "check", "mine.yaml")
    assert bad.returncode == 1
    assert "mine.yaml:5:" in bad.stdout


def test_a_policy_is_drawn_explained_and_described_for_editors(reads: Callable[..., str]) -> None:
    drawn = reads("policy", "diagram", "corporate-standard")
    assert "stateDiagram-v2" in drawn
    assert "initiation --> planning" in drawn
    assert "Is it worth doing" in reads("policy", "show", "corporate-standard")
    schema = json.loads(reads("policy", "schema"))
    assert {"policy", "version", "stages", "gates"} <= set(schema["$defs"]["Policy"]["required"])
    assert schema["$defs"]["Overlay"]["required"] == ["policy", "version", "extends"]


def test_a_product_that_is_up_says_where_it_is_who_signs_in_and_what_to_try(product: Product) -> None:
    said = "\n".join(product.said)
    assert product.address in said
    people = ("pm", "sponsor", "finance-1", "finance-2", "architect-1", "architect-2", "architect-3", "director")
    for person in (*people, "deputy", "analyst", "auditor", "administrator"):
        assert product.token(person) in said, person
    tried = said.partition("Try next")[2].partition("Log:")[0].splitlines()[1:4]
    for command in tried:
        name, *words = command.split()
        assert Path(name).samefile(LIFECYCLE)
        assert product.types(*words, folder=product.settings.home).returncode == 0, words


def test_two_people_change_the_policy(product: Product, run: Run, tmp_path: Path) -> None:
    text = library_text(DEFAULT).replace("policy: corporate-standard", "policy: second-standard")
    (tmp_path / "second.yaml").write_text(text)
    proposed = run("policy", "propose", "second.yaml", "--because", "A second office.", "--json", "--as", "director")
    assert proposed.returncode == 0, proposed
    proposal = json.loads(proposed.stdout)["id"]
    own = run("policy", "publish", proposal, "--as", "director")
    assert (own.returncode, "does not publish it" in own.stderr) == (1, True), own
    published = run("policy", "publish", proposal, "--as", "administrator")
    assert published.stdout.startswith("second-standard version 1 is published"), published
    assert "A second office." in run("policy", "proposals", "--as", "pm").stdout


def test_the_portfolio_is_written_to_files_that_are_taken_in_again(
    product: Product, run: Run, reads: Callable[..., str], tmp_path: Path
) -> None:
    key = Project.register(product).key
    as_analyst = ("--as", "analyst")
    for option, file in (("--xlsx", tmp_path / "portfolio.xlsx"), ("--csv", tmp_path / "portfolio.csv")):
        assert str(file) in reads("portfolio", option, str(file), "--text", key, *as_analyst)
        again = run("import", str(file), "--mapping", "portfolio", "--dry-run", *as_analyst, "--json")
        tried = json.loads(again.stdout)
        assert (tried["status"], tried["rows"], tried["counts"]["unchanged"] > 0) == ("done", [], True)
    nowhere = run("portfolio", "--csv", str(tmp_path / "no" / "file.csv"), *as_analyst)
    assert (nowhere.returncode, "cannot be written" in nowhere.stderr) == (1, True)


def test_the_mapping_that_suggests_itself_is_printed_kept_and_given(product: Product, run: Run, tmp_path: Path) -> None:
    (tmp_path / "register.csv").write_text("Project ID;Title;Division;Risk\nS-1;Footbridge;Rail;low\n")
    suggested = run("import", "register.csv", "--suggest", "--as", "analyst")
    assert suggested.returncode == 0, suggested
    assert "key: Project ID" in suggested.stdout
    (tmp_path / "mapping.yaml").write_text(suggested.stdout)
    tried = run("import", "register.csv", "--mapping", "mapping.yaml", "--dry-run", "--as", "analyst", "--json")
    assert [row["key"] for row in json.loads(tried.stdout)["rows"]] == ["S-1"], tried


def test_what_is_not_late_is_not_nudged(product: Product, run: Run) -> None:
    key = Project.register(product).key
    refused = run("gate", "nudge", key, "charter", "--as", "director")
    assert (refused.returncode, "The gate is not late." in refused.stderr) == (1, True)


def test_a_draft_is_tried_on_the_portfolio_and_on_past_decisions(product: Product, run: Run, tmp_path: Path) -> None:
    key = Project.register(product).key
    slower = ("light: 3 working days, standard: 5 working", "light: 4 working days, standard: 6 working")
    text = (
        library_text(DEFAULT).replace("version: 1\n", "version: 2\n").replace(*slower).replace("major: 10", "major: 12")
    )
    (tmp_path / "draft.yaml").write_text(text)
    tried = run("policy", "what-if", "draft.yaml", "--as", "analyst")
    assert tried.returncode == 0, tried
    assert key in tried.stdout
    assert "Deadline +" in tried.stdout
    assert tried.stdout.splitlines()[-1].startswith("done: ")
    past = run("policy", "what-if", DEFAULT, "--past", "--since", "2020-01-01", "--json", "--as", "analyst")
    assert past.returncode == 0, past
    assert json.loads(past.stdout)["over"] == "past_decisions"
    shadow = run("policy", "shadow", "draft.yaml", "--until", "2100-01-01", "--json", "--as", "analyst")
    trial = json.loads(shadow.stdout)["id"]
    assert trial in run("policy", "trials", "--as", "analyst").stdout
    assert run("policy", "trial", trial, "--as", "analyst").stdout.startswith("running: 0 projects, 0 decisions")
    assert run("policy", "trial", trial, "--stop", "--as", "analyst").stdout.startswith("done: ")


def test_an_outcome_that_is_not_known_yet_can_be_asked_for_later(product: Product, run: Run) -> None:
    key = Project.register(product).key
    with product.frozen("worker"):
        ended = run("project", "hold", key, "--because", "The ground is frozen.", "--as", "pm")
    assert ended.returncode == 4, ended
    assert "lifecycle command " in ended.stderr
    asked = ended.stderr.rpartition("lifecycle command ")[2].strip()
    said = run("command", asked, "--as", "pm")
    assert said.stdout.strip() in (f"{asked}: sent", f"{asked}: done")
