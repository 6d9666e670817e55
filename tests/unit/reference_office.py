"""What may be asked of the reference project: each method answers whether it is granted, and then it happens."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tests.unit.reference import MAY, OFFICE, Ballot, Doc, Duty, Era, Reference, Trip, Who, days


class ReferenceOffice(Reference):
    """One project with its front door."""

    def ask(self, kind: str, who: Who, is_fresh: bool = True, **what: Any) -> bool:
        """Whether a request is granted; `is_fresh` says that it names the version of now, or none."""
        self.beat += 1
        ask: Callable[..., bool] = getattr(self, f"_{kind}")
        granted = is_fresh and self.authorised(who) and ask(who, **what)
        if granted:
            self.settle()
        return granted

    def roles(self, who: Who) -> set[str]:
        return {*who.roles, *(role for role, holder in self.posts.items() if holder == who.principal)}

    def authorised(self, who: Who) -> bool:
        cost = self.facts.get("cost")
        return who.authorised and (who.limit is None or (cost is not None and cost <= who.limit))

    def may(self, who: Who, right: str) -> bool:
        return bool(self.roles(who) & MAY[right])

    def besides_own(self, who: Who) -> set[str]:
        """What somebody holds besides the roles of whom they act for."""
        return {*who.own, *(role for role, holder in self.posts.items() if holder == who.person)}

    def acting(self, trip: Trip, who: Who) -> set[str]:
        """The roles under which somebody may act in a round now."""
        return self.usable(trip, who, self.roles(who), self.besides_own(who))

    def is_gatekeeper(self, who: Who) -> bool:
        return bool(self.roles(who) - OFFICE)

    @property
    def is_over(self) -> bool:
        return self.status in ("closed", "killed")

    def at(self, gate: str) -> bool:
        """Whether the gate exists and may be worked at."""
        kind = self.doc["gates"].get(gate, {}).get("kind")
        return kind is not None and (self.status == "active" or (self.status == "closed" and kind == "benefits"))

    def open_trip(self, gate: str) -> Trip | None:
        trip = self.rounds.get(gate) if self.at(gate) else None
        return trip if trip and trip.open else None

    def before_approvers(self, gate: str, number: int) -> Trip | None:
        trip = self.open_trip(gate)
        return trip if trip and trip.status != "preparing" and trip.number == number else None

    def _amend(self, who: Who, facts: Doc, posts: dict[str, str]) -> bool:
        new = {name: value for name, value in facts.items() if self.facts.get(name) != value}
        moved = {post: person for post, person in posts.items() if self.posts[post] != person}
        if self.status == "killed" or not self.may(who, "amend") or not (new or moved):
            return False
        if posts and not self.may(who, "name"):
            return False
        with self.watching():
            self.facts = {name: value for name, value in {**self.facts, **facts}.items() if value is not None}
            self.posts |= posts
            for trip in self.rounds.values():
                if trip.open:
                    trip.managers |= {posts[post] for post in posts if post == "project_manager"}
                    trip.material = self.beat if facts else trip.material
        self.weigh(may_fall=False)
        self.look_for_breaches()
        return True

    def _open(self, who: Who, gate: str) -> bool:
        rule = self.doc["gates"].get(gate, {"kind": None})
        here = self.stage in rule.get("during", [self.stage])
        on_request = rule["kind"] in ("change", "exception") and here
        if not (self.at(gate) and self.may(who, "open") and on_request) or self.open_trip(gate):
            return False
        self.begin(gate, afresh=True)
        return True

    def _supply(self, who: Who, gate: str, item: str) -> bool:
        trip = self.open_trip(gate)
        rule = self.doc["gates"].get(gate, {}).get("evidence", {}).get(item)
        if not trip or rule is None:
            return False
        by = rule.get("by")
        if by not in self.roles(who) if by else not self.may(who, "supply"):
            return False
        if by and by in self.ill(trip, who, self.roles(who), self.besides_own(who)):
            return False
        trip.evidence[item] = (trip.evidence[item][0] + 1 if item in trip.evidence else 1, self.now, who.people)
        trip.authors |= who.people
        trip.material = self.beat
        trip.void([vote for vote in trip.counted if item in vote.reads])
        return True

    def _submit(self, who: Who, gate: str) -> bool:
        trip = self.open_trip(gate)
        if not trip or not self.may(who, "submit") or trip.status != "preparing":
            return False
        only_evidence = self.doc["gates"][gate].get("submit_when") == "evidence_complete"
        if self.doc["pmo"] != "supportive" and self.lacking(trip, only_evidence):
            return False
        trip.status, trip.material = "submitted", self.beat
        trip.submitters |= who.people
        self.time(trip, "ladder")
        return True

    def _withdraw(self, who: Who, gate: str) -> bool:
        trip = self.open_trip(gate)
        if not trip or not self.may(who, "withdraw") or trip.status == "preparing":
            return False
        trip.status = "withdrawn"
        self.begin(gate)
        return True

    def _vote(
        self, who: Who, gate: str, number: int, verdict: str, shown: bool, seen: int, promises: list[Any]
    ) -> bool:
        trip = self.before_approvers(gate, number)
        if not trip or not self.is_gatekeeper(who) or who.people & self.excluded(trip):
            return False
        if not self.acting(trip, who) & self.called(trip) or trip.status == "information_requested":
            return False
        if not shown or seen < trip.material or not self._fit(gate, verdict == "approve", promises):
            return False
        reads = set() if verdict == "recuse" else self._reads(who, trip)
        for vote in trip.counted:
            if vote.who.people & who.people:
                same = (vote.who.person, vote.who.principal) == (who.person, who.principal)
                says_more = vote.verdict != verdict or not self._reads(who, trip) <= vote.reads
                if not same or vote.verdict == "recuse" or not says_more:
                    return False
                vote.counts = False
        trip.votes.append(Ballot(who, self.roles(who), verdict, reads, promises, trip.era))
        return True

    def _reads(self, who: Who, trip: Trip) -> set[str]:
        places = [place for found in self.quorums(trip) for place in found]
        fit = [place.reads for place in places if self.roles(who) & place.fillers(trip.era)]
        everything = {*self.doc["gates"][trip.gate].get("evidence", {}), *trip.evidence}
        return set().union(*fit) if fit else everything

    def _fit(self, gate: str, is_yes: bool, promises: list[Any]) -> bool:
        if not promises:
            return True
        allowed = "conditional_go" in self.doc["gates"][gate]["decisions"]
        return allowed and is_yes and all(due > self.now for _, due, _ in promises)

    def _question(self, who: Who, gate: str, number: int) -> bool:
        trip = self.before_approvers(gate, number)
        if not trip or not self.is_gatekeeper(who) or who.people & self.excluded(trip):
            return False
        deciders = {self.decider(trip)} - {None}
        if not self.acting(trip, who) & (self.called(trip) | deciders) or trip.status == "information_requested":
            return False
        trip.status = "information_requested"
        if trip.watch:
            trip.watch.stop(self.now)
        return True

    def _call_in(self, who: Who, gate: str, number: int) -> bool:
        trip = self.before_approvers(gate, number)
        role = self.doc["gates"].get(gate, {}).get("call_in")
        if not trip or not role or role not in self.acting(trip, who) or role == trip.raised:
            return False
        if not (self.is_gatekeeper(who) or "project_manager" in self.roles(who)) or who.people & self.excluded(trip):
            return False
        trip.raised, trip.era = role, Era()
        trip.void(trip.counted)
        return True

    def _answer(self, who: Who, gate: str) -> bool:
        trip = self.open_trip(gate)
        if not trip or not self.may(who, "answer") or trip.status != "information_requested":
            return False
        trip.status = "submitted"
        trip.submitters |= who.people
        if trip.watch:
            trip.watch.go_on(self.now)
        return True

    def _decide(
        self, who: Who, gate: str, number: int, outcome: str, shown: bool, seen: int, promises: list[Any]
    ) -> bool:
        trip = self.before_approvers(gate, number)
        role = self.decider(trip) if trip else None
        if not trip or role not in self.acting(trip, who) or trip.status == "information_requested":
            return False
        if not self.is_gatekeeper(who) and "project_manager" not in self.roles(who):
            return False
        is_advised = self.doc["pmo"] == "supportive"
        if who.people & self.excluded(trip) and not is_advised:
            return False
        decisions = set(self.doc["gates"][gate]["decisions"]) - ({"hold", "kill"} if self.is_over else set())
        if not shown or seen < trip.material or outcome not in decisions:
            return False
        if (outcome == "conditional_go" and not promises) or not self._fit(gate, outcome == "conditional_go", promises):
            return False
        if outcome in ("go", "conditional_go"):
            if not is_advised and self.lacking(trip):
                return False
            asks = bool(self.doc["gates"][gate]["approvals"]["all"])
            unearned = self.refused(trip) or (asks and not self.approved(trip))
            if (self.doc["pmo"] == "controlling" and unearned) or self.blocked(trip):
                return False
        self.conclude(trip, outcome, promises if outcome == "conditional_go" else [])
        return True

    def waivable(self, gate: str) -> set[str]:
        rule = self.doc["gates"][gate]
        return {f"{kind}.{name}" for kind in ("evidence", "criteria") for name in rule.get(kind, {})}

    def waiving(self, who: Who, gate: str, requirement: str) -> Trip | None:
        """The round at which somebody speaks on waivers."""
        trip = self.open_trip(gate)
        kind, _, name = requirement.partition(".")
        role = self.doc["gates"].get(gate, {}).get(kind, {}).get(name, {}).get("waived_by", "pmo_director")
        is_theirs = trip and role in self.roles(who) and not who.people & self.excluded(trip)
        return trip if is_theirs else None

    def _request(self, who: Who, gate: str, requirement: str) -> bool:
        trip = self.open_trip(gate)
        if not trip or not self.may(who, "request") or requirement not in self.waivable(gate) & self.gaps(trip):
            return False
        if requirement in {*self.waived(gate), *trip.requests}:
            return False
        trip.requests[requirement] = who.people
        return True

    def _decline(self, who: Who, gate: str, requirement: str) -> bool:
        trip = self.waiving(who, gate, requirement)
        return bool(trip and trip.requests.pop(requirement, None))

    def _revoke(self, who: Who, gate: str, requirement: str) -> bool:
        trip = self.waiving(who, gate, requirement)
        if not trip or requirement not in self.waived(gate):
            return False
        for waiver in self.waivers:
            if (waiver["gate"], waiver["requirement"]) == (gate, requirement):
                waiver["expired"] = True
        trip.material = self.beat
        self.send_back(trip)
        return True

    def _waive(self, who: Who, gate: str, requirement: str, until: datetime) -> bool:
        trip = self.waiving(who, gate, requirement)
        if not trip or requirement not in self.waivable(gate) or until <= self.now:
            return False
        if who.people & trip.requests.get(requirement, set()):
            return False
        trip.requests.pop(requirement, None)
        number = len(self.waivers) + 1
        waiver = {"id": f"{gate}-w{number}", "gate": gate, "requirement": requirement, "expires": until}
        self.waivers.append({**waiver, "expired": False})
        return True

    def _duty(self, key: str) -> Duty | None:
        return self.conditions.get(key) if self.status != "killed" else None

    def _prove(self, who: Who, condition: str) -> bool:
        duty = self._duty(condition)
        has_right = self.is_gatekeeper(who) or "project_manager" in self.roles(who)
        if not duty or not has_right or not who.people & {duty.owner, self.posts["project_manager"]}:
            return False
        if duty.status not in ("open", "missed"):
            return False
        duty.status, duty.proof, duty.provers = "proved", True, who.people
        return True

    def _accept(self, who: Who, condition: str, accepted: bool) -> bool:
        duty = self._duty(condition)
        if not duty or not self.is_gatekeeper(who) or not duty.proof or duty.status == "met":
            return False
        if not self.roles(who) & {"pmo_director", *self._named(duty.gate)} or who.people & {duty.owner, *duty.provers}:
            return False
        duty.status = "met" if accepted else "missed" if duty.missed else "open"
        if not accepted:
            duty.proof, duty.provers = False, set()
        return True

    def _named(self, gate: str) -> set[str]:
        rule = self.doc["gates"][gate]

        def roles(part: Doc) -> set[str]:
            if "body" in part:
                body = self.doc["bodies"][part["body"]]
                return roles({"all": body["all"]}) | {*body["veto"], *body["advice"]}
            parts = next((part[key] for key in ("all", "any", "of") if key in part), None)
            return {part["role"]} if parts is None else set().union(*map(roles, parts)) if parts else set()

        besides = {*rule["approvals"]["veto"], *rule["approvals"].get("advice", ())}
        chair = rule.get("chair", "")
        chair = self.doc["bodies"].get(chair, {"chair": chair})["chair"]
        return roles({"all": rule["approvals"]["all"]}) | besides | {chair}

    def _hold(self, who: Who) -> bool:
        if not self.may(who, "hold") or self.status != "active":
            return False
        self.rest()
        return True

    def _resume(self, who: Who) -> bool:
        if not self.may(who, "resume") or self.status != "on_hold":
            return False
        self.status, self.review = "active", None
        for trip in self.rounds.values():
            if trip.open and trip.watch and trip.status != "information_requested":
                trip.watch.go_on(self.now)
        for gate in sorted(self.rounds):
            if self.rounds[gate].outcome == "hold":
                self.begin(gate)
        return True

    def _kill(self, who: Who) -> bool:
        if not self.may(who, "kill") or self.is_over:
            return False
        self.end()
        return True

    def _adopt(self, who: Who, doc: Doc, at_once: bool) -> bool:
        if not self.may(who, "adopt") or self.is_over or doc == self.doc or (doc == self.offered and not at_once):
            return False
        if not at_once:
            self.offered = doc
            return True
        with self.watching():
            self.doc, self.offered = doc, None
            for trip in self.rounds.values():
                trip.material = self.beat if trip.open else trip.material
        self.weigh(may_fall=False)
        for trip in self.rounds.values():
            self.send_back(trip)
        self.look_for_breaches()
        return True


__all__ = ["ReferenceOffice", "days"]
