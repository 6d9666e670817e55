"""Distinct people for distinct places: the largest matching, found by augmenting paths."""

from collections.abc import Collection, Hashable, Sequence
from typing import TypeVar

Place = TypeVar("Place", bound=Hashable)


def matching(wishes: Sequence[Collection[Place]]) -> dict[Place, int]:
    """The largest set of pairs, place -> number of the wish, with no place taken twice and one place for each at most.

    Wishes are served in their order: one that was served once stays served, though perhaps at another of its places.
    """
    taken: dict[Place, int] = {}

    def serve(wish: int, seen: set[Place]) -> bool:
        for place in wishes[wish]:
            if place not in seen:
                seen.add(place)
                if place not in taken or serve(taken[place], seen):
                    taken[place] = wish
                    return True
        return False

    for wish in range(len(wishes)):
        serve(wish, set())
    return taken


def all_are_served(wishes: Sequence[Collection[Place]]) -> bool:
    """Whether everybody gets a place of their own."""
    return len(matching(wishes)) == len(wishes)
