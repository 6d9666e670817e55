"""What each step of a story does: it becomes the commands that people would send."""

from datetime import timedelta
from functools import partial, singledispatch
from typing import Any

from lifecycle.domain import commands as asked
from lifecycle.domain.duration import Duration
from lifecycle.domain.project import ProjectState, VoteVerdict
from lifecycle.domain.verdicts import Refusal
from lifecycle.gates.deciding import decider
from lifecycle.gates.trials import gate_steps, project_steps
from lifecycle.gates.trials.passing import (
    MANAGER,
    WHY,
    each,
    giver_of,
    number_of,
    one_by_one,
    pass_gate,
    present,
    shown,
    supply,
    supply_all,
)
from lifecycle.gates.trials.trial import Trial


@singledispatch
def play(step: object, trial: Trial) -> Refusal | None:
    """Do what a step says; the refusal if it was refused. Raises ImpossibleError for what cannot be played."""
    raise TypeError(f"{type(step).__name__} cannot be played")


def condition_named(state: ProjectState, words: str) -> str:
    """The key of a condition, by its sentence or its key; what nobody set stays as it is, for the rules to refuse."""
    named = [key for key, condition in state.conditions.items() if condition.text == words]
    return named[-1] if named else words


@play.register
def _(step: gate_steps.Supply, trial: Trial) -> Refusal | None:
    if step.supply == "all":
        return supply_all(trial, step.at, step.by or MANAGER, step.answers)
    items = (step.supply,) if isinstance(step.supply, str) else step.supply
    givers = {item: step.by or giver_of(trial, step.at, item) for item in items}
    return one_by_one(partial(supply, trial, step.at, item, who, step.answers) for item, who in givers.items())


@play.register
def _(step: gate_steps.Submit, trial: Trial) -> Refusal | None:
    who = step.by or MANAGER
    return one_by_one(partial(trial.ask, asked.SubmitGate, who, gate=gate) for gate in each(step.submit))


@play.register
def _(step: gate_steps.Present, trial: Trial) -> Refusal | None:
    return one_by_one(partial(present, trial, gate, step.by or MANAGER, step.answers) for gate in each(step.present))


@play.register
def _(step: gate_steps.Pass, trial: Trial) -> Refusal | None:
    return one_by_one(partial(pass_gate, trial, gate) for gate in each(step.pass_))


@play.register
def _(step: gate_steps.Withdraw, trial: Trial) -> Refusal | None:
    return trial.ask(asked.WithdrawSubmission, step.by or MANAGER, gate=step.withdraw, reason=WHY)


@play.register
def _(step: gate_steps.OpenGate, trial: Trial) -> Refusal | None:
    return trial.ask(asked.OpenGate, step.by or MANAGER, gate=step.open, reason=WHY)


@play.register
def _(step: gate_steps.CallIn, trial: Trial) -> Refusal | None:
    gate = trial.book.policy.gates.get(step.call_in)
    who = step.by or (gate and gate.call_in) or MANAGER
    number = number_of(trial.round(step.call_in))
    return trial.ask(asked.CallInGate, who, gate=step.call_in, round=number, reason=WHY)


@play.register
def _(step: gate_steps.Vote, trial: Trial) -> Refusal | None:
    verdict, gate = next(
        (verdict, getattr(step, verdict)) for verdict in VoteVerdict if verdict in type(step).model_fields
    )
    return one_by_one(partial(_vote, trial, gate, who, verdict, step) for who in each(step.by))


@play.register
def _(step: gate_steps.Ask, trial: Trial) -> Refusal | None:
    who = step.by or _of_the_gate(trial, step.ask)
    number = number_of(trial.round(step.ask))
    return trial.ask(asked.AskForInformation, who, gate=step.ask, round=number, question=step.question)


@play.register
def _(step: gate_steps.Answered, trial: Trial) -> Refusal | None:
    return trial.ask(asked.AnswerInformation, step.by or MANAGER, gate=step.answer, answer=WHY)


@play.register
def _(step: gate_steps.Decide, trial: Trial) -> Refusal | None:
    return trial.ask(
        asked.DecideGate,
        step.by or _of_the_gate(trial, step.at),
        **shown(trial, step.at),
        outcome=step.decide,
        rationale=step.because,
        conditions=_promises(trial, step.conditions),
        review_at=trial.ends(step.review_in) if step.review_in else None,
    )


@play.register
def _(step: gate_steps.Waive, trial: Trial) -> Refusal | None:
    policy = trial.book.policy
    who = step.by or (policy.waives_at(step.at, step.waive) if step.at in policy.gates else policy.pmo_role)
    why = {"reason": WHY, "compensating_control": "A weekly look."}
    return trial.ask(
        asked.GrantWaiver, who, gate=step.at, requirement=step.waive, expires=trial.ends(step.lasts), **why
    )


@play.register
def _(step: project_steps.Amend, trial: Trial) -> Refusal | None:
    facts = {name: None if value is None else trial.fact(name, value) for name, value in step.amend.items()}
    return trial.ask(asked.AmendFacts, step.by or MANAGER, facts=facts, reason=WHY)


@play.register
def _(step: project_steps.Appoint, trial: Trial) -> Refusal | None:
    named = {
        post: who if post == "portfolio" else trial.cast.person(who, trial.state) for post, who in step.appoint.items()
    }
    return trial.ask(asked.AmendFacts, step.by or trial.book.policy.pmo_role, **named, reason=WHY)


@play.register
def _(step: project_steps.Hold, trial: Trial) -> Refusal | None:
    review = trial.ends(step.review_in) if step.review_in else None
    return trial.ask(asked.HoldProject, step.by or trial.book.policy.pmo_role, reason=step.hold, review_at=review)


@play.register
def _(step: project_steps.Resume, trial: Trial) -> Refusal | None:
    return trial.ask(asked.ResumeProject, step.by or trial.book.policy.pmo_role, reason=step.resume)


@play.register
def _(step: project_steps.Kill, trial: Trial) -> Refusal | None:
    return trial.ask(asked.KillProject, step.by or trial.book.policy.pmo_role, reason=step.kill)


@play.register
def _(step: project_steps.Prove, trial: Trial) -> Refusal | None:
    condition = condition_named(trial.state, step.prove)
    return trial.ask(asked.ProveCondition, step.by or MANAGER, condition=condition, proof=WHY)


@play.register
def _(step: project_steps.Accept, trial: Trial) -> Refusal | None:
    return _accept(trial, step.accept, step.by, accepted=True)


@play.register
def _(step: project_steps.SendBack, trial: Trial) -> Refusal | None:
    return _accept(trial, step.send_back, step.by, accepted=False)


@play.register
def _(step: project_steps.Wait, trial: Trial) -> Refusal | None:
    if step.wait.startswith("until "):
        trial.wait(trial.instant(step.wait.removeprefix("until ")))
    else:
        trial.wait(trial.ends(Duration.parse(step.wait)))
    return None


def _of_the_gate(trial: Trial, gate: str) -> str:
    """Who decides the gate, or speaks for the PMO where the votes decide."""
    round_ = trial.round(gate)
    role, _ = decider(trial.book, round_) if round_ else (None, None)
    return role or trial.book.policy.pmo_role


def _promises(trial: Trial, promised: tuple[gate_steps.Promised, ...]) -> list[dict[str, Any]]:
    return [
        {
            "text": promise.owe,
            "owner": trial.cast.person(promise.owner, trial.state),
            "due": max(trial.ends(promise.within), trial.now + timedelta(seconds=1)),
            "on_miss": promise.if_missed,
        }
        for promise in promised
    ]


def _vote(trial: Trial, gate: str, who: str, verdict: VoteVerdict, said: gate_steps.Vote) -> Refusal | None:
    conditions = _promises(trial, said.conditions)
    seen = shown(trial, gate)
    return trial.ask(asked.CastVote, who, **seen, verdict=verdict, rationale=said.because, conditions=conditions)


def _accept(trial: Trial, words: str, who: str | None, *, accepted: bool) -> Refusal | None:
    by = who or trial.book.policy.pmo_role
    condition = condition_named(trial.state, words)
    return trial.ask(asked.AcceptCondition, by, condition=condition, accepted=accepted)
