"""What a PMO learns about a policy before it binds anybody: references, conditions, ways, ladders, approvers."""

from collections.abc import Iterator
from datetime import UTC, datetime

from lifecycle.domain.people import Roster
from lifecycle.domain.values import Value
from lifecycle.domain.worktime import WorkCalendar, after
from lifecycle.gates.clocks import for_tier
from lifecycle.gates.complaints import ConditionError
from lifecycle.gates.conditions import Kind
from lifecycle.gates.policy import CLOSED, Policy, Tolerance
from lifecycle.gates.policy_gates import Gate, GateKind, LadderStep
from lifecycle.gates.policy_words import ByTier
from lifecycle.gates.quorum_check import slots_of, unfillable
from lifecycle.gates.rulebook import POSTS, Rulebook

ERROR = "error"
WARNING = "warning"
MOST_GATES = 200
_UNSPEAKABLE = frozenset({"in", "null", "true", "false"})

_MONDAY = datetime(2024, 1, 1, 9, tzinfo=UTC)
_WEEK = WorkCalendar.model_validate(
    {"timezone": "UTC", "weekdays": [0, 1, 2, 3, 4], "opens": "09:00", "closes": "17:00", "holidays": []}
)


class Finding(Value):
    """Something wrong (error) or doubtful (warning) about a policy: where, why, a witness, and the remedy.

    `offset` is the character of a condition at which its error lies.
    """

    severity: str
    path: tuple[str | int, ...]
    sentence: str
    remedy: str
    witness: str = ""
    offset: int = 0


def check(policy: Policy, roster: Roster | None = None) -> tuple[Finding, ...]:
    """Everything that is found; with a roster also whether the people there are can open every gate."""
    found = [*_references(policy), *_way_through(policy)]
    if any(finding.severity == ERROR for finding in found):
        return tuple(found)
    book = Rulebook(policy)
    found += [*_conditions(book), *_ladders(policy)]
    if roster is not None and not any(finding.severity == ERROR for finding in found):
        found += _people(book, roster)
    return tuple(found)


def _error(path: tuple[str | int, ...], sentence: str, remedy: str, witness: str = "") -> Finding:
    return Finding(severity=ERROR, path=path, sentence=sentence, remedy=remedy, witness=witness)


def _warning(path: tuple[str | int, ...], sentence: str, remedy: str, witness: str = "") -> Finding:
    return Finding(severity=WARNING, path=path, sentence=sentence, remedy=remedy, witness=witness)


def _references(policy: Policy) -> Iterator[Finding]:
    """Everything that a policy names, it also declares."""
    tiers = [tier.id for tier in policy.tiers]
    for path, names in ((("stages",), list(policy.stages)), (("tiers",), tiers)):
        if doubled := sorted({name for name in names if names.count(name) > 1}):
            yield _error(path, f"'{doubled[0]}' stands twice.", "Give each its own name.")
    if reserved := {CLOSED, "killed"} & set(policy.stages):
        yield _error(
            ("stages",), f"'{min(reserved)}' is no stage's name: every project ends there.", "Name it otherwise."
        )
    for name in sorted(POSTS.keys() & policy.facts.keys()):
        yield _error(("facts", name), f"Every project has '{name}' without declaring it.", "Remove the fact.")
    for name in sorted(_UNSPEAKABLE & policy.facts.keys()):
        yield _error(("facts", name), f"No condition could name the fact '{name}'.", "Name it otherwise.")
    if policy.amount and getattr(policy.facts.get(policy.amount), "type", None) is not Kind.MONEY:
        yield _error(("amount",), f"'{policy.amount}' is no money fact.", "Name a declared fact of type money.")
    for number, tier in enumerate(policy.tiers):
        if tier.when is None and number < len(tiers) - 1:
            remedy = "Give it a 'when', or make it the last."
            yield _error(("tiers", number), f"The tier '{tier.id}' has no condition: no later tier can apply.", remedy)
    for name, tolerance in policy.tolerances.items():
        yield from _tolerance(policy, name, tolerance)
    if len(policy.gates) > MOST_GATES:
        yield _error(("gates",), f"There are {len(policy.gates)} gates.", f"Use at most {MOST_GATES}.")
    for name, gate in policy.gates.items():
        yield from _gate_references(policy, name, gate, set(tiers))


def _tolerance(policy: Policy, name: str, tolerance: Tolerance) -> Iterator[Finding]:
    if tolerance.fact is None:
        return
    path = ("tolerances", name, "fact")
    fact = policy.facts.get(tolerance.fact)
    if fact is None:
        yield _error(path, f"There is no fact '{tolerance.fact}'.", f"Use one of: {', '.join(policy.facts)}.")
        return
    margins = [margin for margin in (tolerance.over, tolerance.under) if margin]
    if fact.type is Kind.DATE and not all(margin.endswith("d") for margin in margins):
        yield _error(path, f"'{tolerance.fact}' is a date.", "Give the tolerance in days, such as 30d.")
    elif fact.type not in (Kind.DATE, Kind.MONEY, Kind.NUMBER, Kind.INTEGER):
        yield _error(path, f"'{tolerance.fact}' is a {fact.type}, which cannot drift.", "Use 'when' with a condition.")
    elif fact.type is not Kind.DATE and any(margin.endswith("d") for margin in margins):
        yield _error(path, f"'{tolerance.fact}' is no date.", "Give the tolerance in percent, such as 10%.")


def _gate_references(policy: Policy, name: str, gate: Gate, tiers: set[str]) -> Iterator[Finding]:
    at = ("gates", name)
    for key, stages in (("from", [gate.from_]), ("to", [gate.to]), ("during", gate.during)):
        known = (*policy.stages, CLOSED) if key == "to" else policy.stages
        for stage in stages:
            if stage is not None and stage not in known:
                yield _error((*at, key), f"There is no stage '{stage}'.", f"Use one of: {', '.join(known)}.")
    for tolerance in gate.on_breach_of:
        if tolerance not in policy.tolerances:
            remedy = f"Use one of: {', '.join(policy.tolerances) or 'none is declared'}."
            yield _error((*at, "on_breach_of"), f"There is no tolerance '{tolerance}'.", remedy)
    answers = [field for rule in gate.evidence.values() for field in rule.fields]
    for field in sorted(_UNSPEAKABLE & set(answers)):
        yield _error((*at, "evidence"), f"No condition could name the answer '{field}'.", "Name it otherwise.")
    if doubled := sorted({field for field in answers if answers.count(field) > 1}):
        yield _error((*at, "evidence"), f"Two forms ask for '{doubled[0]}'.", "Give each question its own name.")
    for path, length in _lengths(gate):
        if isinstance(length, dict) and set(length) != tiers:
            odd = sorted(set(length) ^ tiers)[0]
            yield _error(
                (*at, *path),
                f"The durations and the tiers differ at '{odd}'.",
                f"Name each of: {', '.join(sorted(tiers))}.",
            )
    reads = {item for slot in slots_of(gate) for item in slot.reads}
    if unknown := sorted(reads - gate.evidence.keys()):
        yield _error((*at, "approvals"), f"There is no evidence '{unknown[0]}' to read.", "Name evidence of this gate.")
    scored = [rule for rule in gate.criteria.values() if rule.should]
    if gate.score_at_least and not scored:
        yield _error((*at, "score_at_least"), "There is nothing to score.", "Add a criterion with 'should'.")


def _lengths(gate: Gate) -> Iterator[tuple[tuple[str | int, ...], ByTier]]:
    for key, length in (("submit_within", gate.submit_within), ("decide_within", gate.decide_within)):
        if length is not None:
            yield (key,), length
    for key, ladder in (("submit_ladder", gate.submit_ladder), ("ladder", gate.ladder)):
        yield from (((key, number, "after"), step.after) for number, step in enumerate(ladder))


def _way_through(policy: Policy) -> Iterator[Finding]:
    """Every stage can be reached from the first, and the end from every stage."""
    leads: dict[str, set[str]] = {stage: set() for stage in policy.stages}
    for gate in policy.gates.values():
        if gate.kind is GateKind.STAGE and gate.from_ in leads and gate.to is not None:
            leads[gate.from_].add(gate.to)
    reached = _reach(leads, policy.stages[0])
    for number, stage in enumerate(policy.stages):
        if stage not in reached:
            yield _error(
                ("stages", number), f"No gate leads to the stage '{stage}'.", "Add a gate to it, or remove it."
            )
        elif not leads[stage] and number < len(policy.stages) - 1:
            sentence = f"No gate leads out of the stage '{stage}', so a project ends there."
            yield _error(("stages", number), sentence, "Add a gate out of it, or make it the last stage.")
        elif leads[stage] and not any(end == CLOSED or not leads.get(end) for end in _reach(leads, stage)):
            sentence = f"From the stage '{stage}' no project ever ends."
            yield _error(("stages", number), sentence, "Add a gate that leads to a last stage.")


def _reach(leads: dict[str, set[str]], start: str) -> set[str]:
    reached, waiting = {start}, [start]
    while waiting:
        for stage in sorted(leads.get(waiting.pop(), ())):
            if stage not in reached:
                reached.add(stage)
                waiting.append(stage)
    return reached


def _conditions(book: Rulebook) -> Iterator[Finding]:
    """Every condition speaks of declared facts and gives what is needed where it stands."""
    for path, gate, text, scored in _texts(book.policy):
        try:
            book.condition(text, gate, scored=scored)
        except ConditionError as error:
            offset = error.column - 1 if error.line == 1 else 0
            yield _error(path, error.sentence, error.remedy).model_copy(update={"offset": offset})


def _texts(policy: Policy) -> Iterator[tuple[tuple[str | int, ...], str | None, str, bool]]:
    for number, tier in enumerate(policy.tiers):
        if tier.when:
            yield ("tiers", number, "when"), None, tier.when, False
    for name, tolerance in policy.tolerances.items():
        if tolerance.when:
            yield ("tolerances", name, "when"), None, tolerance.when, False
    for name, gate in policy.gates.items():
        for item, rule in gate.evidence.items():
            for key, text in (("when", rule.when), ("unless", rule.unless)):
                if text:
                    yield ("gates", name, "evidence", item, key), name, text, False
        for item, criterion in gate.criteria.items():
            for key, text in (("when", criterion.when), ("must", criterion.must), ("should", criterion.should)):
                if text:
                    yield ("gates", name, "criteria", item, key), name, text, key == "should"
        for slot in slots_of(gate):
            if slot.when:
                yield ("gates", name, "approvals"), name, slot.when, False


def _ladders(policy: Policy) -> Iterator[Finding]:
    """The steps of a ladder follow each other in time, in every tier, and the last of them ends the waiting."""
    for name, gate in policy.gates.items():
        for key, ladder in (("submit_ladder", gate.submit_ladder), ("ladder", gate.ladder)):
            yield from _ladder(policy, (("gates", name, key)), ladder)
        if gate.ladder and not (gate.ladder[-1].hold or gate.ladder[-1].raise_to):
            remedy = "End it with 'raise_to' or 'hold' if silence must not last."
            yield _warning(("gates", name, "ladder"), "After the last step nothing more happens.", remedy)
        if gate.decide_within is None and gate.kind is not GateKind.CHANGE:
            yield _warning(("gates", name), "The gate has no deadline.", "Add 'decide_within'.")


def _ladder(policy: Policy, at: tuple[str | int, ...], ladder: tuple[LadderStep, ...]) -> Iterator[Finding]:
    for tier in policy.tiers:
        instants = [after(_WEEK, _MONDAY, for_tier(step.after, tier.id)) for step in ladder]
        for number in range(1, len(instants)):
            if instants[number] <= instants[number - 1]:
                sentence = f"Step {number + 1} does not come after step {number} in the tier '{tier.id}'."
                yield _error((*at, number, "after"), sentence, "Put the steps in the order of time.")
                return


def _people(book: Rulebook, roster: Roster) -> Iterator[Finding]:
    """Every gate has a set of distinct people who may open it, whoever manages the project."""
    for name, gate in book.policy.gates.items():
        for tier in book.policy.tiers:
            if witness := unfillable(book, name, tier.id, roster):
                sentence = f"Nobody can open the gate '{name}' in the tier '{tier.id}'."
                remedy = "Give the missing roles to more people, lower the count, or change the exclusions."
                yield _error(("gates", name, "approvals"), sentence, remedy, witness)
                break
        steps = (*gate.submit_ladder, *gate.ladder)
        for role in sorted({step.role for step in steps if step.role and not roster.present(step.role)}):
            sentence = f"The ladder calls '{role}', which nobody holds."
            yield _warning(("gates", name, "ladder"), sentence, "Give the role to somebody.", role)
