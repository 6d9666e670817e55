"""Words that pages show out of enumerations, of the default policy and of the core, noted for the catalogues.

`Formats.named` and `Formats.said` look them up; nothing else uses this list.
"""

from typing import Final


def _(text: str) -> str:
    return text


NAMED: Final = (
    *(_("Active"), _("On hold"), _("Closed"), _("Killed"), _("Preparing"), _("Submitted"), _("Information requested")),
    *(_("Decided"), _("Withdrawn"), _("Go"), _("Conditional go"), _("Hold"), _("Recycle"), _("Kill"), _("Open")),
    *(_("Proved"), _("Met"), _("Missed"), _("Approve"), _("Reject"), _("Abstain"), _("Recuse"), _("Remind")),
    *(_("Notify"), _("Widen"), _("Raise"), _("Initiation"), _("Planning"), _("Execution"), _("Monitoring")),
    *(_("Closing"), _("Project manager"), _("Sponsor"), _("Finance"), _("Architecture board"), _("PMO director")),
    *(_("Deputy"), _("PMO analyst"), _("Auditor"), _("Administrator"), _("Light"), _("Standard"), _("Major")),
    *(_("Low"), _("Medium"), _("High"), _("Critical"), _("Green"), _("Amber green"), _("Amber"), _("Amber red")),
    *(_("Red"), _("Whole-life cost"), _("Budget this year"), _("Forecast this year"), _("Expected benefits")),
    *(_("Risk"), _("Start"), _("Finish"), _("Delivery confidence"), _("Category"), _("Verdict"), _("Rationale")),
    *(_("Question"), _("Answer"), _("Reason"), _("Outcome"), _("Proof"), _("An approval"), _("A word")),
)
"""Names of states, outcomes, roles, stages, tiers and facts."""

DEEDS: Final = (
    *(_("Absence announced"), _("Absence cancelled"), _("Calendar opened"), _("Calendar closed")),
    *(_("Delegation given"), _("Delegation revoked"), _("Import begun"), _("Invitation issued")),
    *(_("Password chosen"), _("Person added"), _("Policy proposed"), _("Policy published"), _("Policy settled")),
    *(_("Policy tried"), _("Preferences changed"), _("Role granted"), _("Role withdrawn"), _("Rollout planned")),
    *(_("Sign in started"), _("Sign in confirmed"), _("Sign in ended"), _("Token issued"), _("Token revoked")),
    *(_("Register uploaded"), _("Webhook added"), _("Webhook removed"), _("Webhook renewed")),
)
"""Deeds of the office, as the audit trail names them."""

KINDS: Final = (
    *(_("Gate opened"), _("Evidence asked"), _("Vote asked"), _("Question asked"), _("Question answered")),
    *(_("Vote voided"), _("Dissent"), _("Gate returned"), _("Gate withdrawn"), _("Gate decided")),
    *(_("Ladder remind"), _("Ladder notify"), _("Ladder widen"), _("Ladder reassign"), _("Ladder raise")),
    *(_("Ladder hold"), _("Ladder decide"), _("Condition set"), _("Condition proved"), _("Condition met")),
    *(_("Condition sent back"), _("Condition missed"), _("Waiver asked"), _("Waiver granted")),
    *(_("Waiver declined"), _("Waiver revoked"), _("Waiver expired"), _("Breach found"), _("Project held")),
    *(_("Hold review due"), _("Project resumed"), _("Project killed"), _("Policy offered"), _("Approver lost")),
)
"""Kinds of notices, as webhooks choose among them."""

SAID: Final = (
    _("{0}: not met."),
    _("{0}: unknown."),
    _("{0} asks: {1}"),
    _("It is not submitted."),
    _("Submit the gate."),
    _("Answer the question."),
    _("Wait for the approval."),
    _("Wait for the decision."),
    _("Nobody can give it: ask the PMO to name somebody."),
    _("There is nothing at this address."),
    _("There is no such project."),
    _("Check its key; if you act for somebody, say for whom; or ask the PMO for a role on it."),
    _("Something went wrong on our side."),
    _("Try again; if it goes on, tell the operators the number of the incident."),
    _("The project is on hold."),
    _("None of your roles on this project allows this."),
    _("The gate is not late."),
    _("Wait for its deadline; see its ladder."),
    _("The gate waits for nobody but you."),
    _("The gate waits for nobody's word."),
    _("See on the gate's page what keeps it shut."),
    _("Those whom the gate waits for were reminded less than a day ago."),
    _("Wait a day, or talk to them."),
    _("No file was chosen."),
    _("Choose a file, or drop one there."),
)
"""Sentences of the core that stand by themselves."""

FAULTS: Final = (
    _("Give the project its key, or take the row out, and import again."),
    _("Keep one row for each project, and import again."),
    _("is no amount of money that can be read without guessing"),
    _("is no number that can be read without guessing"),
    _("is no date that can be read without guessing"),
    _("is no day of the calendar"),
    _("is no whole number"),
    _("is neither yes nor no"),
    _("is an error of the spreadsheet"),
    _("is more money than there is"),
)
"""What is wrong with a row of a register, or with a cell, within a sentence that names it."""
