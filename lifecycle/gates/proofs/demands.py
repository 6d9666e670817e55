"""What a gate demands: criteria that contradict each other, evidence never asked for, projects nobody may approve."""

from collections.abc import Iterator, Sequence

from lifecycle.gates.conditions import Condition, Truth
from lifecycle.gates.policy import Pmo
from lifecycle.gates.policy_approvals import BodySlot, Slot, leaves
from lifecycle.gates.policy_gates import Gate
from lifecycle.gates.policy_requirements import EvidenceRule
from lifecycle.gates.proofs.demand import Demand, demands_of
from lifecycle.gates.proofs.finding import Finding, error, information, warning
from lifecycle.gates.proofs.guards import sharing, together
from lifecycle.gates.proofs.prover import Context, Prover, Shown, first_round
from lifecycle.gates.quorums import ways


def demands(prover: Prover) -> Iterator[Finding]:
    """The findings of every gate."""
    for name, gate in prover.book.policy.gates.items():
        yield from _contradictions(prover, name, gate)
        yield from _evidence_never_asked(prover, name, gate)
        yield from _answers_not_asked(prover, name, gate)
        yield from _nobody_asked(prover, name, gate)


def _contradictions(prover: Prover, name: str, gate: Gate) -> Iterator[Finding]:
    """Criteria of a gate that no project meets together, though each can be met alone."""
    able = [
        demand
        for demand in demands_of(prover.book, name)
        if not prover.can_be(demand.must, Truth.MET).proven or demand.when
    ]
    if gate.when:
        able.insert(0, Demand("when", None, prover.book.condition(gate.when, name)))
    for group in sharing(prover, able):
        yield from _clash(prover, name, group)


def _clash(prover: Prover, name: str, group: Sequence[Demand]) -> Iterator[Finding]:
    """What keeps criteria that share facts from holding together, or that it is not proven that they can."""
    both = together(prover, group)
    if both.world is not None or len(group) < 2:
        return
    if both.proven:
        yield _contradiction(name, _core(prover, group))
        return
    simple = [demand for demand in group if prover.is_exact(demand.conditions)]
    among = [_clash(prover, name, part) for part in sharing(prover, simple)] if len(simple) < len(group) else []
    if found := [finding for findings in among for finding in findings]:
        yield from found
        return
    names = ", ".join(f"'{demand.name}'" for demand in group)
    sentence = f"It is not proven that {names} can hold together."
    remedy = "Split them into simpler conditions if you want it proven."
    yield information(("gates", name, "criteria", group[-1].name), sentence, remedy)


def _contradiction(name: str, core: Sequence[Demand]) -> Finding:
    names = " and ".join(f"'{demand.name}'" for demand in core)
    path = ("gates", name, "criteria", core[-1].name, "must")
    sentence = f"No project meets {names} together, so the gate never opens without a waiver."
    remedy = "Correct one of them, or say under 'when' to whom each applies."
    return error(path, sentence, remedy, f"{' and '.join(demand.must.text for demand in core)}.")


def _core(prover: Prover, group: Sequence[Demand]) -> list[Demand]:
    """The fewest of them that still contradict each other, by leaving out one after the other."""
    core = list(group)
    for demand in group:
        rest = [other for other in core if other is not demand]
        if rest and together(prover, rest).proven:
            core = rest
    return core


def _evidence_never_asked(prover: Prover, name: str, gate: Gate) -> Iterator[Finding]:
    """Evidence whose 'unless' excuses every project for which its 'when' stands."""
    for item, rule in gate.evidence.items():
        if rule.when is None or rule.unless is None:
            continue
        when, unless = (prover.book.condition(text, name) for text in (rule.when, rule.unless))

        def asked(
            context: Context, undecided: frozenset[str], when: Condition = when, unless: Condition = unless
        ) -> bool | None:
            stands, excused = when.judge(context, undecided).truth, unless.judge(context, undecided).truth
            if Truth.NOT_MET is stands or Truth.MET is excused:
                return False
            return True if (stands, excused) == (Truth.MET, Truth.NOT_MET) else None

        alone = prover.can_be(when, Truth.MET).proven or prover.can_be(unless, Truth.NOT_MET).proven
        if not alone and prover.shown([when, unless], asked).proven:
            sentence = f"The evidence '{item}' is never asked for: 'unless' excuses whom 'when' asks."
            yield error(("gates", name, "evidence", item, "unless"), sentence, "Correct one of the two.")


def _answers_not_asked(prover: Prover, name: str, gate: Gate) -> Iterator[Finding]:
    """A criterion that applies to a project from which its form is not asked for stays unknown, and shuts the gate."""
    forms = {f"answers.{field}": item for item, rule in gate.evidence.items() for field in rule.fields}
    for demand in demands_of(prover.book, name):
        for item in sorted({forms[fact] for fact in demand.facts if fact in forms}):
            shown = _left_unanswered(prover, name, gate.evidence[item], demand)
            if shown.world is not None:
                path = ("gates", name, "criteria", demand.name, "must")
                sentence = f"The criterion needs an answer of the form '{item}', for which such a project is not asked."
                remedy = "Ask for the form there too, or say under 'when' to whom the criterion applies."
                yield warning(path, sentence, remedy, f"{shown.witness}." if shown.witness else "")


def _left_unanswered(prover: Prover, name: str, form: EvidenceRule, demand: Demand) -> Shown:
    """A project that is not asked for the form, and cannot meet the criterion without its answers."""
    when = prover.book.condition(form.when, name) if form.when else None
    unless = prover.book.condition(form.unless, name) if form.unless else None

    def stuck(context: Context, undecided: frozenset[str]) -> bool | None:
        if demand.lets_pass(context, undecided):
            return False
        is_excused = when is not None and when.judge(context, undecided).truth is Truth.NOT_MET
        is_excused = is_excused or (unless is not None and unless.judge(context, undecided).truth is Truth.MET)
        return None if undecided else is_excused

    conditions = [condition for condition in (when, unless, *demand.conditions) if condition]
    return prover.shown(conditions, stuck, dict.fromkeys(f"answers.{field}" for field in form.fields))


def _nobody_asked(prover: Prover, name: str, gate: Gate) -> Iterator[Finding]:
    """A project for which every slot falls away: an empty list never approves."""
    called = list(leaves(gate.approvals.all))
    bodies = [prover.book.policy.bodies[part.body] for part in called if isinstance(part, BodySlot)]
    slots = [*called, *(member for body in bodies for member in leaves(body.all))]
    conditions = [prover.book.condition(slot.when, name) for slot in slots if slot.when]
    approving = [slot for slot in called if isinstance(slot, Slot) and not slot.heard]
    is_sure = called == list(gate.approvals.all) and not bodies and any(slot.when is None for slot in approving)
    if prover.book.policy.pmo is not Pmo.CONTROLLING or not conditions or is_sure:
        return

    def unserved(context: Context, undecided: frozenset[str]) -> bool | None:
        return None if undecided else not ways(prover.book, first_round(name), context)

    shown = prover.shown(conditions, unserved)
    if shown.world is not None:
        severe = warning if any(step.raise_to for step in gate.ladder) else error
        sentence = "Such a project asks nobody for approval, and where nobody is asked nothing is approved."
        remedy = "Add an approver who is always asked."
        yield severe(("gates", name, "approvals"), sentence, remedy, f"{shown.witness}." if shown.witness else "")
