"""The rules of adopting another edition of the policy."""

from lifecycle.domain.verdicts import Reason, Refusal
from lifecycle.gates.case import Case, refuse
from lifecycle.gates.policy import CLOSED


def policy_is_at_hand(case: Case) -> Refusal | None:
    """A project can be bound only by an edition that was published."""
    if case.command.policy.digest in case.books:
        return None
    return refuse(Reason.POLICY_UNKNOWN, "This edition of the policy is not at hand.", "Publish it, then try again.")


def policy_differs(case: Case) -> Refusal | None:
    """To adopt an edition changes something."""
    offered = None if case.command.at_once else case.state.next_policy
    if case.command.policy.digest not in (case.state.policy.digest, getattr(offered, "digest", None)):
        return None
    return refuse(
        Reason.NOTHING_CHANGED, "This edition already binds or awaits the project.", "There is nothing to do."
    )


def policy_fits_the_project(case: Case) -> Refusal | None:
    """An edition binds a project only where it knows the stage, a way on from it, and the gates that are open in it."""
    stage, state = case.state.stage, case.state
    policy, target = case.book.policy, case.books[case.command.policy.digest].policy
    if not case.command.at_once:
        ahead = sorted({policy.gates[gate].to or "" for gate in policy.gates_from(stage)})
        if {*target.stages, CLOSED} & set(ahead):
            return None
        sentence = f"The edition knows no stage that lies ahead of the project: {', '.join(ahead)}."
        return refuse(Reason.POLICY_DOES_NOT_FIT, sentence, "Publish an edition that does.")
    here = [round_.gate for round_ in state.open_rounds if policy.belongs(round_.gate, stage)]
    lost = [round_.gate for round_ in state.open_rounds if round_.gate not in target.gates]
    lost += [gate for gate in here if gate in target.gates and not target.belongs(gate, stage)]
    if target.gates_from(stage) and not lost:
        return None
    what = f"its open gates {', '.join(lost)}" if lost else f"a way on from the stage {stage}"
    sentence = f"The edition does not know {what}."
    remedy = "Offer it for the project's next stage, or publish a fitting edition."
    return refuse(Reason.POLICY_DOES_NOT_FIT, sentence, remedy)
