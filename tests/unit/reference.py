"""The rules of the domain once more, in the plainest words: a slow model to hold the product against.

It shares nothing with the product but the policy document as data. A quorum is found by trying every assignment, time
is counted by stop-watches, and conditions are looked up in a table. Durations are whole days of 24 hours.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain, combinations, permutations, product
from typing import Any, NamedTuple

Doc = dict[str, Any]
_ONWARD = ("go", "conditional_go")
OFFICE = {"project_manager", "pmo_analyst", "auditor", "administrator"}
"""Roles that are no gatekeeper's; every other role is."""

MAY = {
    **{right: {"project_manager"} for right in ("open", "supply", "submit", "withdraw", "answer", "request")},
    "amend": {"project_manager", "pmo_director", "pmo_analyst"},
    "name": {"pmo_director", "pmo_analyst", "administrator"},
    **{right: {"project_manager", "sponsor", "pmo_director"} for right in ("hold", "resume")},
    "kill": {"sponsor", "pmo_director"},
    "adopt": {"pmo_director"},
}
"""What a role allows, where it is not every gatekeeper's right."""

HOLDS: dict[str, Callable[["Reference", str], bool | None]] = {
    "project.cost < 1000.0": lambda ref, _: ref.compared("cost", lambda cost: cost < 100_000),
    "project.cost >= 500.0": lambda ref, _: ref.compared("cost", lambda cost: cost >= 50_000),
    "project.ready": lambda ref, _: ref.facts.get("ready"),
    "tier == 'major'": lambda _, tier: tier == "major",
    "tier == 'light'": lambda _, tier: tier == "light",
    "conditions.missed == 0": lambda ref, _: all(c.status != "missed" for c in ref.conditions.values()),
}
"""Every condition that the model's policies use: yes, no, or None while a fact is unknown."""


@dataclass(frozen=True)
class Who:
    """Somebody who asks: for themselves, or for a principal whose roles they bring."""

    person: str
    roles: frozenset[str]
    principal: str
    authorised: bool = True
    limit: int | None = None
    own: frozenset[str] = frozenset()

    @property
    def people(self) -> set[str]:
        return {self.person, self.principal}


@dataclass
class Watch:
    """A stop-watch with a ladder: days after which something happens."""

    ladder: list[Doc]
    since: datetime
    ran: timedelta = timedelta()
    stopped: datetime | None = None
    overdue: datetime | None = None
    taken: int = 0

    def stop(self, now: datetime) -> None:
        if self.stopped is None:
            due = self.next()
            self.overdue = due if due and due <= now else None
            self.ran += now - self.since
            self.stopped = now

    def go_on(self, now: datetime) -> None:
        if self.stopped is not None:
            self.since, self.stopped = now, None

    def next(self) -> datetime | None:
        if self.stopped is not None or self.taken >= len(self.ladder):
            return None
        return self.overdue or self.since + days(self.ladder[self.taken]["after"]) - self.ran


@dataclass
class Era:
    """A time between two passings-on of the open slots: to whom they have passed, and to whom they were widened."""

    passed_to: str | None = None
    widened: set[str] = field(default_factory=set)


class Place(NamedTuple):
    """A place in a quorum."""

    role: str
    reads: frozenset[str]
    in_person: bool = False
    heard: bool = False
    stops: bool = True

    def fillers(self, era: Era) -> set[str]:
        return {era.passed_to or self.role, *(() if self.in_person else era.widened)}


@dataclass
class Ballot:
    """One vote, and the era in which it was cast."""

    who: Who
    roles: set[str]
    verdict: str
    reads: set[str]
    promises: list[Any]
    era: Era
    counts: bool = True


@dataclass
class Trip:
    """One round of a gate."""

    gate: str
    number: int
    tier: str
    status: str = "preparing"
    outcome: str | None = None
    evidence: dict[str, tuple[int, datetime, set[str]]] = field(default_factory=dict)
    authors: set[str] = field(default_factory=set)
    managers: set[str] = field(default_factory=set)
    submitters: set[str] = field(default_factory=set)
    votes: list[Ballot] = field(default_factory=list)
    era: Era = field(default_factory=Era)
    raised: str | None = None
    watch: Watch | None = None
    material: int = 0
    requests: dict[str, set[str]] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        return self.status in ("preparing", "submitted", "information_requested")

    @property
    def counted(self) -> list[Ballot]:
        return [vote for vote in self.votes if vote.counts]

    def void(self, votes: list[Ballot]) -> None:
        for vote in votes:
            vote.counts = vote.verdict == "recuse"


@dataclass
class Duty:
    """A condition."""

    gate: str
    owner: str
    due: datetime
    on_miss: str
    status: str = "open"
    missed: bool = False
    proof: bool = False
    provers: set[str] = field(default_factory=set)


def days(text: str) -> timedelta:
    return timedelta(days=int(text.split()[0]))


class Reference:
    """One project."""

    def __init__(self, doc: Doc, now: datetime, facts: Doc, stage: str, manager: str, sponsor: str) -> None:
        self.doc, self.now = doc, now
        self.facts: Doc = dict(facts)
        self.offered: Doc | None = None
        self.posts = {"project_manager": manager, "sponsor": sponsor}
        self.status = "active"
        self.baseline: Doc = {}
        self.rounds: dict[str, Trip] = {}
        self.conditions: dict[str, Duty] = {}
        self.waivers: list[Doc] = []
        self.breaches: set[str] = set()
        self.recurring: dict[str, list[Any]] = {}
        self.beat = 0
        self.review: datetime | None = None
        self.stage, self.tier = "", self.tier_of()
        self.enter(stage)
        if stage != doc["stages"][0]:
            self.baseline = dict(facts)
        self.look_for_breaches()

    # What the policy says.

    def compared(self, fact: str, test: Callable[[Any], bool]) -> bool | None:
        return test(self.facts[fact]) if fact in self.facts else None

    def holds(self, text: str, tier: str) -> bool | None:
        return HOLDS[text](self, tier)

    def asked_for(self, part: Doc, tier: str) -> bool:
        return part.get("when") is None or self.holds(part["when"], tier) is not False

    def tier_of(self) -> str:
        fits: list[str] = [tier["id"] for tier in self.doc["tiers"] if "when" in tier and self.holds(tier["when"], "")]
        return [*fits, str(self.doc["tiers"][-1]["id"])][0]

    def weight(self, tier: str) -> int:
        return [known["id"] for known in self.doc["tiers"]].index(tier)

    def gates_of(self, stage: str) -> list[str]:
        return sorted(name for name, gate in self.doc["gates"].items() if gate.get("from") == stage)

    def quorums(self, trip: Trip) -> list[list[Place]]:
        """Every list of places that would do."""
        gate = self.doc["gates"][trip.gate]
        everything = frozenset({*gate.get("evidence", {}), *trip.evidence})
        if trip.raised:
            return [[Place(trip.raised, everything)]]

        def lists(part: Doc, reads: frozenset[str], any_no_stops: bool) -> list[list[Place]]:
            def inside(parts: list[Doc]) -> list[list[list[Place]]]:
                return [lists(one, reads, any_no_stops) for one in parts]

            if "all" in part:
                return [[*chain(*choice)] for choice in product(*inside(part["all"]))]
            if "any" in part:
                return [found for some in inside(part["any"]) for found in some if found]
            if "at_least" in part:
                chosen = combinations(part["of"], part["at_least"])
                each = ([[found for found in one if found] for one in inside(list(some))] for some in chosen)
                return [[*chain(*choice)] for some in each for choice in product(*some)]
            if not self.asked_for(part, trip.tier):
                return [[]]
            reads = frozenset(part.get("reads", ())) or reads
            if "body" in part:
                body = self.doc["bodies"][part["body"]]
                return lists({"all": body["all"]}, reads, body["rejection"] == "any")
            heard = part.get("heard", False)
            place = Place(part["role"], reads, part.get("in_person", False), heard, any_no_stops and not heard)
            return [[place] * part.get("count", 1)]

        approvals = gate["approvals"]
        every = lists({"all": approvals["all"]}, everything, approvals["rejection"] == "any")
        return [found for found in every if not all(place.heard for place in found)]

    def panels(self, trip: Trip) -> list[Doc]:
        """The approvals of the gate, and the bodies that it calls."""
        approvals = self.doc["gates"][trip.gate]["approvals"]

        def bodies(part: Doc) -> list[Doc]:
            parts = next((part[key] for key in ("all", "any", "of") if key in part), None)
            if parts is not None:
                return [body for one in parts for body in bodies(one)]
            is_called = "body" in part and self.asked_for(part, trip.tier)
            return [self.doc["bodies"][part["body"]]] if is_called else []

        return [approvals, *bodies({"all": approvals["all"]})]

    def besides(self, trip: Trip, *kinds: str) -> set[str]:
        return {role for panel in self.panels(trip) for kind in kinds for role in panel.get(kind, ())}

    def called(self, trip: Trip, era: Era | None = None) -> set[str]:
        places = {role for found in self.quorums(trip) for place in found for role in place.fillers(era or trip.era)}
        return places | self.besides(trip, "veto", "advice")

    def excluded(self, trip: Trip) -> set[str]:
        parts = {"submitter": trip.submitters, "manager": trip.managers, "evidence_authors": trip.authors}
        return set().union(*(parts[kind] for kind in self.doc["gates"][trip.gate]["approvals"]["exclude"]))

    def ill(self, trip: Trip, who: Who, roles: set[str], besides: set[str] | None = None) -> set[str]:
        """The roles that go together neither with each other nor with what somebody did in a round."""
        acted = {role for vote in trip.votes if vote.who.people & who.people for role in vote.roles}
        acted |= {"project_manager"} if trip.managers & who.people else set()
        for item, (_, _, givers) in trip.evidence.items():
            by = self.doc["gates"][trip.gate]["evidence"].get(item, {}).get("by")
            acted |= {by} if by and givers & who.people else set()
        met = roles | acted | (besides or set())
        return {
            role for role in roles for pair in self.doc["incompatible"] if role in pair and set(pair) & met - {role}
        }

    def usable(self, trip: Trip, who: Who, roles: set[str], besides: set[str] | None = None) -> set[str]:
        """The roles under which somebody may act before the approvers."""
        in_person = {place.role for found in self.quorums(trip) for place in found if place.in_person}
        return roles - self.ill(trip, who, roles, besides) - (in_person if len(who.people) > 1 else set())

    def counting(self, trip: Trip, verdict: str) -> list[Ballot]:
        out = self.excluded(trip)
        said = [v for v in trip.counted if v.verdict == verdict and not v.who.people & out]
        return [v for v in said if self.usable(trip, v.who, v.roles) & self.called(trip, v.era)]

    def fills(self, vote: Ballot, place: Place, trip: Trip) -> bool:
        has_the_role = self.usable(trip, vote.who, vote.roles) & place.fillers(vote.era)
        return bool(has_the_role) and place.reads <= vote.reads and (vote.verdict == "approve" or place.heard)

    def approved(self, trip: Trip) -> bool:
        """Whether distinct people can be put on all places of some quorum, by trying every way to do it."""
        votes = [vote for verdict in ("approve", "reject", "abstain") for vote in self.counting(trip, verdict)]
        return any(
            all(self.fills(vote, place, trip) for vote, place in zip(some, places, strict=True))
            and len(set().union(*(v.who.people for v in some))) == sum(len(v.who.people) for v in some)
            for places in self.quorums(trip)
            for some in permutations(votes, len(places))
        )

    def refused(self, trip: Trip) -> bool:
        """Whether a rejection counts."""
        stopping = [place for found in self.quorums(trip) for place in found if place.stops]
        return any(
            self.usable(trip, v.who, v.roles)
            & self.besides(trip, "veto").union(*(place.fillers(v.era) for place in stopping))
            for v in self.counting(trip, "reject")
        )

    def lacking(self, trip: Trip, only_evidence: bool = False) -> bool:
        """Whether something is asked for that is not there."""
        gate = self.doc["gates"][trip.gate]
        evidence = {f"evidence.{item}" for item in gate.get("evidence", {})}
        return any(not only_evidence or name in evidence for name in self.gaps(trip) - set(self.waived(trip.gate)))

    def gaps(self, trip: Trip) -> set[str]:
        """What is asked for and not there, waived or not."""
        gate, found = self.doc["gates"][trip.gate], set()
        for item, rule in gate.get("evidence", {}).items():
            fresh = days(rule["fresh_for"]) if "fresh_for" in rule else timedelta(days=10_000)
            if item not in trip.evidence or trip.evidence[item][1] + fresh <= self.now:
                found |= {f"evidence.{item}"} if self.asked_for(rule, trip.tier) else set()
        for name, rule in gate.get("criteria", {}).items():
            found |= set() if self.holds(rule["must"], trip.tier) is True else {f"criteria.{name}"}
        return found

    def waived(self, gate: str) -> list[str]:
        """What waivers stand in for at a gate now."""
        standing = (w for w in self.waivers if not w["expired"] and w["expires"] > self.now)
        return [w["requirement"] for w in standing if w["gate"] == gate]

    def blocked(self, trip: Trip) -> bool:
        """Whether an exception or a re-opened gate stands in the way of a stage gate."""
        others = [self.doc["gates"][other.gate] for other in self.rounds.values() if other.open and other is not trip]
        is_stage = self.doc["gates"][trip.gate]["kind"] == "stage"
        in_the_way = (
            gate["kind"] == "exception" or (gate["kind"] == "stage" and gate["from"] != self.stage) for gate in others
        )
        return is_stage and any(in_the_way)

    def decider(self, trip: Trip) -> str | None:
        if trip.raised:
            return None
        chair: str | None = self.doc["gates"][trip.gate].get("chair")
        chair = self.doc["bodies"].get(chair, {"chair": chair})["chair"]
        return {"directive": "pmo_director", "supportive": "project_manager", "controlling": chair}[self.doc["pmo"]]

    # What follows.

    def begin(self, gate: str, afresh: bool = False) -> None:
        before = self.rounds.get(gate)
        trip = Trip(gate, before.number + 1 if before else 1, self.tier, material=self.beat)
        if before and not afresh:
            trip.evidence, trip.authors = dict(before.evidence), set(before.authors)
        trip.managers = {self.posts["project_manager"]}
        self.rounds[gate] = trip
        self.time(trip, "submit_ladder")

    def time(self, trip: Trip, ladder: str) -> None:
        steps = self.doc["gates"][trip.gate].get(ladder)
        trip.watch = Watch(steps, self.now) if steps else None
        if trip.watch and self.status == "on_hold":
            trip.watch.stop(self.now)

    def enter(self, stage: str) -> None:
        self.stage = stage
        ways_on = self.gates_of(stage)
        for trip in self.rounds.values():
            gate = self.doc["gates"][trip.gate]
            at_home = gate["from"] == stage if gate["kind"] == "stage" else stage in gate.get("during", [stage])
            if trip.open and not (ways_on and at_home):
                trip.status, trip.watch = "withdrawn", None
        kind = "monitoring" if ways_on else "benefits"
        coming = [n for n, g in self.doc["gates"].items() if g["kind"] == kind and stage in g.get("during", [stage])]
        self.recurring = {name: self.recurring.get(name, [self.now, 0]) for name in coming}
        if not ways_on:
            self.status = "closed"
        for gate_name in ways_on:
            before = self.rounds.get(gate_name)
            if not before or not before.open:
                self.begin(gate_name, afresh=before is not None and before.outcome in _ONWARD)

    def needed(self, trip: Trip) -> list[list[Place]]:
        """The quorums by whom they need, whoever else could stop them."""
        return [[place._replace(stops=True) for place in found] for found in self.quorums(trip)]

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Where less is asked of a round afterwards, its votes fall."""
        voted = {name: self.needed(trip) for name, trip in self.rounds.items() if trip.open and trip.counted}
        yield
        for name, before in voted.items():
            trip = self.rounds[name]
            for after in self.needed(trip):
                if not any(Counter(old) <= Counter(after) for old in before):
                    trip.void(trip.counted)

    def weigh(self, may_fall: bool) -> None:
        tier = self.tier_of()
        if self.weight(tier) < self.weight(self.tier) and not may_fall:
            tier = self.tier
        light = [trip for trip in self.rounds.values() if trip.open and self.weight(trip.tier) < self.weight(tier)]
        with self.watching():
            self.tier = tier
            for trip in light:
                trip.tier, trip.material = tier, self.beat
        for trip in light:
            self.send_back(trip)

    def send_back(self, trip: Trip) -> None:
        if trip.status in ("submitted", "information_requested") and self.lacking(trip, only_evidence=True):
            trip.status, trip.material = "preparing", self.beat
            self.time(trip, "submit_ladder")

    def look_for_breaches(self) -> None:
        now, then = self.facts.get("cost"), self.baseline.get("cost")
        is_over = now is not None and then is not None and 10 * (now - then) > then and then > 0
        if self.status not in ("closed", "killed") and is_over and not self.breaches:
            self.breaches = {"cost"}
            if not (trip := self.rounds.get("exception")) or not trip.open:
                self.begin("exception", afresh=True)
        if not is_over:
            self.breaches = set()

    def rest(self, review: datetime | None = None) -> None:
        if self.status == "active":
            self.status, self.review = "on_hold", review or self.now + days(self.doc["hold_review_after"])
            for trip in self.rounds.values():
                if trip.open and trip.watch:
                    trip.watch.stop(self.now)

    def end(self) -> None:
        if self.status in ("active", "on_hold"):
            self.status, self.review, self.recurring = "killed", None, {}
            for trip in self.rounds.values():
                if trip.open:
                    trip.status, trip.watch = "withdrawn", None

    def conclude(self, trip: Trip, outcome: str, promises: list[Any], review: datetime | None = None) -> None:
        """A decision, and what it does."""
        gate = self.doc["gates"][trip.gate]
        trip.status, trip.outcome, trip.watch = "decided", outcome, None
        for number, (owner, due, on_miss) in enumerate(promises, start=1):
            key = f"{trip.gate}-{trip.number}-{number}"
            self.conditions[key] = Duty(trip.gate, owner, due, on_miss or gate["on_missed_condition"])
        if outcome == "recycle":
            self.begin(trip.gate)
        elif outcome == "hold":
            self.rest(review)
        elif outcome == "kill":
            self.end()
        else:
            if gate.get("takes_baseline"):
                self.baseline = dict(self.facts)
            moves = gate["kind"] == "stage" and gate["from"] == self.stage
            if moves and self.offered:
                with self.watching():
                    self.doc, self.offered = self.offered, None
                for other in self.rounds.values():
                    other.material = self.beat
            self.weigh(may_fall=True)
            if moves:
                self.enter(gate["to"])
            self.look_for_breaches()

    def settle(self) -> None:
        """What the votes decide is decided."""
        for name in sorted(self.rounds):
            trip = self.rounds[name]
            if self.status == "on_hold" or trip.status != "submitted" or self.decider(trip):
                continue
            if self.refused(trip):
                self.conclude(trip, self.doc["gates"][name]["on_reject"], [])
                return self.settle()
            if self.approved(trip) and not self.lacking(trip) and not self.blocked(trip):
                promises = [promise for vote in self.counting(trip, "approve") for promise in vote.promises]
                self.conclude(trip, "conditional_go" if promises else "go", promises)
                return self.settle()
        return None

    # Time.

    def owed(self) -> list[tuple[datetime, str]]:
        if self.status == "on_hold":
            return [(self.review, "hold")] if self.review else []
        found: list[tuple[datetime, str]] = []
        for name, trip in self.rounds.items():
            if trip.open and trip.watch and (at := trip.watch.next()):
                found.append((at, f"ladder/{name}/{trip.number}/{trip.watch.taken}"))
        if self.status != "killed":
            waiting = [(key, duty) for key, duty in self.conditions.items() if duty.status != "met" and not duty.missed]
            found += [(duty.due, f"condition/{key}") for key, duty in waiting]
        if self.status == "active":
            found += [(w["expires"], f"waiver/{w['id']}") for w in self.waivers if not w["expired"]]
        for name, (anchor, fired) in self.recurring.items():
            gate = self.doc["gates"][name]
            if "every" in gate:
                found.append((anchor + (fired + 1) * days(gate["every"]), f"recurrence/{name}/{fired + 1}"))
            elif fired < len(gate["after"]):
                found.append((anchor + days(gate["after"][fired]), f"recurrence/{name}/{fired + 1}"))
        return sorted(found)

    def wait(self, until: datetime) -> None:
        while (owed := self.owed()) and owed[0][0] <= until:
            self.now = max(self.now, owed[0][0])
            self.beat += 1
            kind, _, key = owed[0][1].partition("/")
            getattr(self, f"_due_{kind}")(key)
            self.settle()
        self.now = until

    def _due_hold(self, _: str) -> None:
        self.review = None

    def _due_ladder(self, key: str) -> None:
        trip = self.rounds[key.partition("/")[0]]
        assert trip.watch
        step = trip.watch.ladder[trip.watch.taken]
        trip.watch.taken, trip.watch.overdue = trip.watch.taken + 1, None
        if "widen_to" in step:
            trip.era.widened.add(step["widen_to"])
        if "reassign_to" in step:
            trip.era = Era(step["reassign_to"])
        if "decide" in step:
            is_earned = not (self.lacking(trip) or self.blocked(trip) or self.refused(trip))
            if is_earned or step["decide"] != "go":
                self.conclude(trip, step["decide"], [])
        if "raise_to" in step:
            trip.raised, trip.era = step["raise_to"], Era()
            trip.void(trip.counted)
        if "hold" in step:
            self.rest()

    def _due_condition(self, key: str) -> None:
        duty = self.conditions[key]
        duty.status, duty.missed = "missed", True
        if duty.on_miss == "hold":
            self.rest()
        if duty.on_miss == "reopen" and self.status in ("active", "on_hold") and not self.rounds[duty.gate].open:
            self.begin(duty.gate)

    def _due_waiver(self, key: str) -> None:
        next(waiver for waiver in self.waivers if waiver["id"] == key)["expired"] = True

    def _due_recurrence(self, key: str) -> None:
        name = key.partition("/")[0]
        self.recurring[name][1] += 1
        if name not in self.rounds or not self.rounds[name].open:
            self.begin(name, afresh=True)
