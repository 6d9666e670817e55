"""Dead ends: gates that no project passes, and places from which no gate leads on, for what gates before have left."""

from collections.abc import Collection, Iterator, Sequence

from lifecycle.domain.project import OPENING, Outcome
from lifecycle.gates.policy_gates import GateKind
from lifecycle.gates.proofs.demand import Demand
from lifecycle.gates.proofs.finding import Finding, Path, error, information, warning
from lifecycle.gates.proofs.guards import Guard
from lifecycle.gates.proofs.journeys import Journeys
from lifecycle.gates.proofs.passing import Position


def dead_ends(journeys: Journeys, unproven: Collection[str]) -> Iterator[Finding]:
    """Every gate that opposite demands keep shut, every place without a way on, every gate that keeps others shut.

    Of the `unproven` gates it is told already that not everything is proven.
    """
    yield from list(_shut(journeys)) or (*_lost(journeys), *_in_the_way(journeys))
    for gate in sorted(journeys.doubted.difference(unproven)):
        sentence = f"It is not proven that '{gate}' can pass wherever a project comes to it."
        yield information(("gates", gate), sentence, "Split its conditions into simpler ones if you want it proven.")
    if not journeys.whole:
        sentence = "It is not proven that there is a way out everywhere: too much depends on earlier decisions."
        yield information(("gates",), sentence, "Let fewer gates wait for others if you want it proven.")


def _shut(journeys: Journeys) -> Iterator[Finding]:
    """Gates that ask for the opposite of what gates before have left, and nothing between changes it."""
    followed = journeys.whole and not journeys.lasting.simplified
    for gate in journeys.policy.gates if followed else ():
        places = [here for here in journeys.onward if gate in journeys.gates_at(here)]
        if places and not any(_can_pass(journeys, gate, here) for here in places):
            core = _core(journeys, gate, places)
            behind = journeys.passing.facts_behind(core)
            facts = [name for name in journeys.lasting.values if name in behind]
            held = f": only gates change {' and '.join(facts)}, and none before leaves it so" if facts else ""
            sentence = f"No project that comes to this gate meets {_names(core)}{held}."
            remedy = "Correct one of the gates, or let a decision on the way between them change what it rests on."
            yield error(_place(gate, core[-1]), sentence, remedy, f"{journeys.way(places[0], facts)}.")


def _lost(journeys: Journeys) -> Iterator[Finding]:
    """Places from which a project, in the heaviest tier that it can come to, finds no way to an end."""
    told: set[str] = set()
    for here in sorted(journeys.lost(), key=lambda here: here not in journeys.sure):
        if here.stage not in told:
            told.add(here.stage)
            severe = error if here in journeys.sure else warning
            sentence = f"A project can come to the stage '{here.stage}' and find no way on to an end."
            remedy = "Let its gates ask only for what every way there brings, or say under 'when' to whom that applies."
            at = ("stages", journeys.policy.stages.index(here.stage))
            way = journeys.way(here, list(dict(here.facts)))
            yield severe(at, sentence, remedy, ". ".join([way, *_kept_back(journeys, here)]) + ".")


def _in_the_way(journeys: Journeys) -> Iterator[Finding]:
    """Gates that, once they are open, may neither pass nor go away, and keep the gates that lead on shut."""
    again = {gate: journeys.behind(gate) for gate in journeys.reopened}
    told: set[str] = set()
    for here in sorted(journeys.onward, key=lambda here: here not in journeys.sure):
        tier = journeys.passing.heaviest(here)
        for gate in (*journeys.gates_at(here), *(gate for gate, behind in again.items() if here in behind)):
            if gate in told or journeys.is_end(here) or not _blocks(journeys, gate, here):
                continue
            if not _can_close(journeys, gate, here) and journeys.passing.lapses(gate, here) is False:
                told.add(gate)
                severe = error if here in journeys.sure else warning
                core = _core(journeys, gate, [here], tier)
                never = f"a project can come to where it never meets {_names(core)}"
                sentence = f"Once open, this gate keeps others shut, and {never}."
                remedy = (
                    "Say under 'when' to whom that applies, or under 'blocks' that it leaves the other gates alone."
                )
                yield severe(_place(gate, core[-1]), sentence, remedy, f"{journeys.way(here, list(dict(here.facts)))}.")


def _blocks(journeys: Journeys, gate: str, here: Position) -> bool:
    """Whether a gate that can be open there keeps one shut that leads on."""
    rule, leading = journeys.policy.gates[gate], set(journeys.policy.gates_from(here.stage))
    if rule.kind is GateKind.STAGE:
        return gate in journeys.reopened and gate not in leading
    blocks_all = rule.kind is GateKind.EXCEPTION and rule.blocks is None
    return bool(leading if blocks_all else leading.intersection(rule.blocks or ()))


def _can_close(journeys: Journeys, gate: str, here: Position) -> bool:
    """Whether a gate can come to a decision after which it is no longer open, perhaps after gates it keeps not shut."""
    closing = (*OPENING, Outcome.DECLINE)
    decisions = [outcome for outcome in journeys.policy.gates[gate].decisions if outcome in closing]
    return any(
        journeys.passing.can(gate, outcome, there, tier=journeys.passing.heaviest(there)) is not False
        for there in journeys.beside(here)
        for outcome in decisions
    )


def _can_pass(journeys: Journeys, gate: str, here: Position, tier: str | None = None) -> bool:
    opening = [outcome for outcome in journeys.policy.gates[gate].decisions if outcome in OPENING]
    return any(journeys.passing.can(gate, outcome, here, tier=tier) is not False for outcome in opening)


def _kept_back(journeys: Journeys, here: Position) -> Iterator[str]:
    """What keeps a project back there, gate by gate."""
    tier = journeys.passing.heaviest(here)
    of_tier = f" in the tier '{tier}'" if len(journeys.policy.tiers) > 1 else ""
    for gate in journeys.policy.gates_from(here.stage):
        if not _can_pass(journeys, gate, here, tier):
            yield f"'{gate}' keeps it back{of_tier}: {_names(_core(journeys, gate, [here], tier))}"


def _core(journeys: Journeys, gate: str, places: Sequence[Position], tier: str | None = None) -> list[Guard]:
    """The fewest of a gate's guards that keep it shut at all these places."""
    opening = next(outcome for outcome in journeys.policy.gates[gate].decisions if outcome in OPENING)
    asked = [journeys.passing.guards(gate, opening, here) for here in places]
    core = list(range(len(asked[0])))
    for number in tuple(core):
        rest = [other for other in core if other != number]
        if rest and not any(
            journeys.passing.hold([guards[each] for each in rest], journeys.passing.given(here, tier)) is not False
            for guards, here in zip(asked, places, strict=True)
        ):
            core = rest
    return [asked[0][number] for number in core]


def _names(guards: Sequence[Guard]) -> str:
    return " and ".join(f"'{guard.name}'".replace("'requires.", "precondition '") for guard in guards)


def _place(gate: str, guard: Guard) -> Path:
    """Where a guard of a gate is written."""
    if isinstance(guard, Demand) and guard.name not in tuple(Outcome):
        return ("gates", gate, "criteria", guard.name, "must")
    kind, _, number = guard.name.partition(".")
    if number:
        return ("gates", gate, kind, int(number) - 1)
    return ("gates", gate, "when") if kind == "when" else ("gates", gate, "decisions", kind, "when")
