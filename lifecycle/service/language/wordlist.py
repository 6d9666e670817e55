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
    *(_("Submitter"), _("Manager"), _("Evidence authors"), _("Score"), _("Document"), _("Link"), _("Form")),
    *(_("Attestation"), _("Supportive"), _("Controlling"), _("Directive")),
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
    *(_("Message bounced"), _("Message given up")),
)
"""Deeds of the office, as the audit trail names them."""

KINDS: Final = (
    *(_("Gate opened"), _("Evidence asked"), _("Vote asked"), _("Question asked"), _("Question answered")),
    *(_("Vote voided"), _("Dissent"), _("Gate returned"), _("Gate withdrawn"), _("Gate decided"), _("Gate nudged")),
    *(_("Ladder remind"), _("Ladder notify"), _("Ladder widen"), _("Ladder reassign"), _("Ladder raise")),
    *(_("Ladder hold"), _("Ladder decide"), _("Condition set"), _("Condition proved"), _("Condition met")),
    *(_("Condition sent back"), _("Condition missed"), _("Waiver asked"), _("Waiver granted")),
    *(_("Waiver declined"), _("Waiver revoked"), _("Waiver expired"), _("Breach found"), _("Project held")),
    *(_("Hold review due"), _("Project resumed"), _("Project killed"), _("Policy offered"), _("Approver lost")),
    _("Policy review"),
)
"""Kinds of notices, as webhooks choose among them."""

SAID: Final = (
    _("{0}: not met."),
    _("{0}: unknown."),
    _("{0} asks: {1}"),
    _("The cell is empty."),
    _("This should be {0}."),
    _("This should be a valid boolean, unable to interpret input."),
    _("This should be a valid number, unable to parse string as a number."),
    _("This should be a valid integer, unable to parse string as an integer."),
    _("{0} decided {1}"),
    _("All of: {0}"),
    _("Any of: {0}"),
    _("At least {0} of: {1}"),
    _("Only {0} sets {1}. {2}"),
    _("The votes do not open {0}: {1}"),
    _("Round {0} was sent back: {1}"),
    _("Row {0} cannot come in: {1}"),
    _("From the founding of this office"),
    _("It passes {0}; then {1}."),
    _("It passes {0}."),
    _("It begins there; then {0}."),
    _("It begins there."),
    _("'{0}' keeps it back in the tier '{1}': {2}."),
    _("'{0}' keeps it back: {1}."),
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

LENGTHS: Final = (
    *(_("{0} working hour"), _("{0} working hours"), _("{0} working day"), _("{0} working days"), _("{0} hour")),
    *(_("{0} hours"), _("{0} day"), _("{0} days"), _("{0} week"), _("{0} weeks"), _("{0} month"), _("{0} months")),
)
"""Lengths of time, as policies write them."""

WITHIN: Final = (
    *LENGTHS,
    *(_(" and "), _(" or ")),
    _("'{0}' and '{1}'"),
    _("precondition '{0}'"),
    _(" in the tier '{0}'"),
    _(" of a project with {0}"),
    _(": only gates change {0}, and none before leaves it so"),
    _("a project can come to where it never meets {0}"),
    _("{0}: nobody"),
    _("none is declared"),
    _("none is declared under bodies"),
    _("without a limit"),
    _("{0} decided {1}"),
    _("{0} decided {1}, not older than {2}"),
    _("nobody is asked to approve it."),
    _("its approvals are given, and do not suffice."),
    *(_("new"), _("gone"), _("votes"), _("nothing"), _("every criterion"), _("no criterion any more")),
    _("with it decisions that take a baseline, set facts or lead to a stage"),
    _("relies on further evidence"),
    _("relies on less evidence"),
    _("no other than it was"),
    _("where it leads by itself"),
    _("where such a decision leads by itself"),
    _("A precondition is"),
    _("{0} preconditions are"),
    _("The submitter's time"),
    _("The approvers' time"),
    _("The time from one review to the next"),
    *(_("true or false"), _("a whole number"), _("a number"), _("text"), _("a date"), _("a length of time")),
    *(_("a list"), _("something else")),
    _("the evidence '{0}'"),
    _("the criterion '{0}'"),
    _("the decision {0} of {1} ({2})"),
    _("the decision {0} of {1}"),
)
"""What stands within sentences of the core, and is looked for nowhere else."""

FAULTS: Final = (
    _("Give the project its key, or take the row out, and import again."),
    _("Keep one row for each project, and import again."),
    _("Give the project its name, or take the row out, and import again."),
    _("Shorten the name, and import again."),
    _("{0} is no amount of money that can be read without guessing"),
    _("{0} is no number that can be read without guessing"),
    _("{0} is no date that can be read without guessing"),
    _("{0} is no day of the calendar"),
    _("{0} is no whole number"),
    _("{0} is neither yes nor no"),
    _("{0} is an error of the spreadsheet"),
    _("{0} is more money than there is"),
    _("{0} is not in {1}, and no rate is known"),
    _("{0} is none of: {1}"),
    _("{0} has {1} characters where {2} are the limit"),
    _("{0} has the year {1}, which no project has"),
    _("{0} is no day of the calendar in the order {1}"),
    _("has no key"),
    _("has no project name"),
    _("has the key {0}, which is no key of at most {1} characters on one line"),
    _("has the key {0}, which stands in row {1} too"),
    _("has a project name of {0} characters where {1} are the limit"),
)
"""What is wrong with a row of a register, or with a cell, within a sentence that names it."""
