"""The people of a story: who is meant by a word, which roles they hold, and for whom they act."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from lifecycle.domain.people import ROLE_PERMISSIONS, Actor, Delegation
from lifecycle.domain.project import ProjectState
from lifecycle.gates.policy import Policy
from lifecycle.gates.trials.scenario import Person

_YEARS = timedelta(days=3_650)


class ImpossibleError(Exception):
    """A story that cannot be played as it is told; the text says why, in a sentence."""


@dataclass(frozen=True)
class Cast:
    """Everybody whom the stories of a policy may name."""

    policy: Policy
    people: Mapping[str, Person]

    def check(self) -> None:
        """Every role that `people` gives somebody is one that the policy or the office knows."""
        for name, person in self.people.items():
            for role in person.roles:
                if not self._is_a_role(role):
                    raise ImpossibleError(f"`people` gives {name} the role '{role}', which the policy does not name.")

    def person(self, who: str, state: ProjectState | None) -> str:
        """The person that a word means: a post's holder, a name, or somebody who holds a role."""
        posts = {"project_manager": state and state.manager, "sponsor": state and state.sponsor}
        if who not in self.people and not self._is_a_role(who.partition(" ")[0]) and who not in posts.values():
            raise ImpossibleError(
                f"The policy names no role '{who.partition(' ')[0]}', and `people` names nobody called '{who}'."
            )
        return (posts.get(who) or who) if who not in self.people else who

    def actor(self, who: str, state: ProjectState | None, now: datetime) -> Actor:
        """The person that a word means, with the roles that they hold, or those of the person they act for."""
        name = self.person(who, state)
        known = self.people.get(name)
        if known is None or known.acts_for is None:
            proved_at = now if known is None or known.proves else None
            return Actor(person=name, roles=self._roles(name), proved_at=proved_at)
        giver = self.person(known.acts_for, state)
        delegation = Delegation(
            id=f"{name} for {giver}",
            giver=giver,
            receiver=name,
            limit=None if known.up_to is None else round(known.up_to * 100),
            starts=now - _YEARS,
            ends=now + _YEARS,
            reason="Away.",
        )
        own = self._roles(name)
        return Actor(
            person=name,
            roles=self._roles(giver),
            own_roles=own,
            acting_for=giver,
            delegation=delegation,
            proved_at=now if known.proves else None,
        )

    def holders(self, role: str, state: ProjectState) -> Iterator[str]:
        """People who could fill a slot of a role, one after the other: a post's holder first."""
        post = {"project_manager": state.manager, "sponsor": state.sponsor}.get(role)
        yield from (post,) if post else () if role in _POSTS else (role,)
        yield from (f"{role} {number}" for number in range(2, 41))

    def _roles(self, name: str) -> tuple[str, ...]:
        known = self.people.get(name)
        if known is not None:
            return known.roles
        return () if name in _POSTS else (name.partition(" ")[0],)

    def _is_a_role(self, role: str) -> bool:
        return role in ROLE_PERMISSIONS or role in self._words

    @cached_property
    def _words(self) -> frozenset[str]:
        """Every text of the policy: a role that stands in none of them is no role of it."""
        return frozenset(_texts(self.policy.model_dump(mode="json")))


_POSTS = ("project_manager", "sponsor")


def _texts(content: Any) -> Iterator[str]:
    """Every text of a document, keys included."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for key, value in content.items():
            yield key
            yield from _texts(value)
    elif isinstance(content, list | tuple):
        for value in content:
            yield from _texts(value)
