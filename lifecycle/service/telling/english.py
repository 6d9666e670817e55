"""Notices in English."""

from typing import Final

from lifecycle.domain.project import Outcome
from lifecycle.gates.notices import NoticeKind as N
from lifecycle.service.telling.phrases import Phrases

ENGLISH: Final = Phrases(
    kinds={
        N.GATE_OPENED: ("Gate {gate} is open", "{reason}\n\nPrepare its evidence and submit it{by}."),
        N.EVIDENCE_ASKED: (
            "Your word is asked at gate {gate}",
            "{reason}\n\nSome of its evidence is yours to give; look at the gate, and supply it{by}.",
        ),
        N.VOTE_ASKED: ("Your vote is asked at gate {gate}", "Look at the evidence and vote{by}."),
        N.QUESTION_ASKED: (
            "A question at gate {gate}",
            "{asked_by} asks:\n\n{text}\n\nThe approvers' clock stands still until you answer.",
        ),
        N.QUESTION_ANSWERED: ("Your question at gate {gate} is answered", "{text}\n\nThe clock runs again{by}."),
        N.VOTE_VOIDED: ("Your vote at gate {gate} no longer counts", "{because}\n\nLook again, and vote{by}."),
        N.DISSENT: (
            "A dissent at gate {gate}",
            "{voter} voted no:\n\n{rationale}\n\nIt does not stop the gate; the record of its decision will show it.",
        ),
        N.GATE_RETURNED: (
            "Gate {gate} went back to preparation",
            "Stricter rules now ask for: {missing}. Supply it and submit again{by}.",
        ),
        N.GATE_WITHDRAWN: ("Gate {gate} was withdrawn", "{reason}\n\nYour vote is no longer needed."),
        N.GATE_DECIDED: ("Gate {gate} is decided: {outcome}", "{rationale}"),
        N.GATE_NUDGED: ("{asked_by} reminds you: gate {gate} waits", "It waits for you and is late.{was}"),
        N.LADDER_REMIND: ("Reminder: gate {gate} waits", "It is undecided.{was}"),
        N.LADDER_NOTIFY: ("Gate {gate} is overdue", "Its deadline was missed.{was}"),
        N.LADDER_WIDEN: (
            "Gate {gate} now waits for you too",
            "Its approvers have not decided in time.{was} You may vote in their place.",
        ),
        N.LADDER_REASSIGN: (
            "Gate {gate} was passed on to you",
            "Its approvers have not voted in time.{was} What is still open waits for you instead.",
        ),
        N.LADDER_RAISE: (
            "Gate {gate} was raised to you",
            "Its approvers have not decided in time.{was} The decision is yours now.",
        ),
        N.LADDER_HOLD: ("Gate {gate} stayed undecided", "Nobody decided in time.{was} The project is on hold."),
        N.LADDER_DECIDE: (
            "The time for gate {gate} is up",
            "Nobody decided in time.{was} What silence means, the policy says.",
        ),
        N.CONDITION_SET: ("You owe a condition", "{text}\n\nProve it{by}."),
        N.CONDITION_PROVED: ("A proof awaits acceptance", "Condition: {text}\n\nProof: {proof}"),
        N.CONDITION_MET: ("A condition is met", "{text}\n\n{rationale}"),
        N.CONDITION_SENT_BACK: ("A proof was sent back", "Condition: {text}\n\n{rationale}\n\nProve it{by}."),
        N.CONDITION_MISSED: ("A condition was missed", "{text}\n\nNobody proved it in time.{was}"),
        N.WAIVER_ASKED: (
            "A waiver is asked for at gate {gate}",
            "{asked_by} asks you to let it pass without {requirement}:\n\n{reason}\n\nGrant or decline it{by}.",
        ),
        N.WAIVER_GRANTED: (
            "A waiver is granted at gate {gate}",
            "It may pass without {requirement}; use the waiver{by}.\n\nInstead: {control}",
        ),
        N.WAIVER_DECLINED: (
            "A waiver is declined at gate {gate}",
            "{reason}\n\nSee to it that the gate has {requirement}{by}.",
        ),
        N.WAIVER_REVOKED: (
            "A waiver is revoked at gate {gate}",
            "{reason}\n\nSee to it that the gate has {requirement}{by}.",
        ),
        N.WAIVER_EXPIRED: ("A waiver has run out", "{requirement} of gate {gate} is asked for again."),
        N.BREACH_FOUND: ("A tolerance is exceeded", "{sentence}"),
        N.PROJECT_HELD: ("The project is on hold", "{reason}"),
        N.HOLD_REVIEW_DUE: ("Look again at a project on hold", "It was held because: {reason}"),
        N.PROJECT_RESUMED: ("The project goes on", "{reason}"),
        N.PROJECT_KILLED: ("The project was stopped", "{reason}"),
        N.APPROVER_LOST: (
            "Gate {gate} loses its last approver",
            "Nobody can act there as {roles}{since}.\n\nGive the role to somebody, or let somebody act for whoever is "
            "away; else the ladder of the policy calls others when its steps come.",
        ),
        N.POLICY_REVIEW: (
            "An urgent change of {policy} waits for your review",
            "Version {version} was published in break-glass:\n\n{reason}\n\nUphold it{by}, or end it; "
            "if nobody upholds it, it ends by itself.",
        ),
        N.POLICY_OFFERED: (
            "A new edition of the policy will bind the project",
            "{policy}, version {version}, binds it from its next stage.\n\n{reason}",
        ),
    },
    outcomes={
        Outcome.GO: "go",
        Outcome.CONDITIONAL_GO: "conditional go",
        Outcome.HOLD: "hold",
        Outcome.RECYCLE: "recycle",
        Outcome.KILL: "kill",
        Outcome.DECLINE: "decline",
    },
    weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    months=(
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
    moment="{weekday} {day} {month} {year}, {time} {zone}",
    by=" by {moment}",
    since=" from {moment} on",
    was=" It was due on {moment}.",
    several="{count} notices for you",
    more="{count} more stand in your inbox.",
    project="Project",
    open_gate="Open the gate",
    open_project="Open the project",
    open_inbox="Open the inbox",
    open_change="Open the change",
    why="You are told this because of your part in these projects. Nothing is decided by this message: sign in to act. "
    "How you are told, and when, is your choice in your preferences.",
    test_subject="A test of the mail settings",
    test_text="If you can read this, notices reach you by mail.",
)  # fmt: skip
