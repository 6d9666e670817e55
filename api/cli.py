"""The `lifecycle` command: a client of our own HTTP API, plus the commands that run the product's processes."""

import typer

from api.terminal import (
    audit,
    gates,
    imports,
    myself,
    notices,
    office,
    policy,
    policy_changes,
    policy_diff,
    processes,
    projects,
    rollout,
    waivers,
    what_if,
)

app = typer.Typer(
    name="lifecycle",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Carries projects through policy-enforced gates.",
)
app.command()(processes.up)
app.command("api")(processes.serve_api)
app.command("worker")(processes.work)
app.command()(processes.migrate)
app.command("api-reference", hidden=True)(office.api_reference)
app.command()(office.inbox)
app.command()(notices.notices)
app.command()(myself.preferences)
app.command()(myself.calendar)
app.command()(office.overdue)
app.command()(office.portfolio)
app.command()(office.kpis)
app.command()(office.command)
app.command("import")(imports.import_register)
app.add_typer(projects.app, name="project")
gates.app.command("waive")(waivers.waive)
gates.app.command("ask-for-waiver")(waivers.ask_for_waiver)
gates.app.command("decline-waiver")(waivers.decline_waiver)
gates.app.command("revoke-waiver")(waivers.revoke_waiver)
app.add_typer(gates.app, name="gate")
app.add_typer(office.condition, name="condition")
app.add_typer(office.people, name="people")
app.add_typer(notices.webhook, name="webhook")
app.command("mail-test")(notices.mail_test)
app.command("mail-bounced")(notices.mail_bounced)
policy.app.command("what-if")(what_if.what_if)
policy.app.command("shadow")(what_if.shadow)
policy.app.command("trials")(what_if.list_trials)
policy.app.command("trial")(what_if.trial)
policy.app.command("diff")(policy_diff.diff)
policy.app.command("propose")(policy_changes.propose)
policy.app.command("publish")(policy_changes.publish)
policy.app.command("proposals")(policy_changes.list_proposals)
policy.app.command("review")(policy_changes.review)
app.add_typer(policy.app, name="policy")
app.add_typer(rollout.app, name="rollout")
app.add_typer(audit.app, name="audit")


@app.callback()
def lifecycle() -> None:
    """Carries projects through policy-enforced gates."""


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
