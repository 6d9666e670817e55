"""How far somebody sees: whatever lists, counts or reads projects asks for a reach first."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, or_, true

from lifecycle.domain.people import EVERYWHERE
from lifecycle.persistence.tables import projects


@dataclass(frozen=True, slots=True)
class Reach:
    """The scopes in which somebody may read, and the people whose own posts on projects count besides.

    `people` are the person and those for whom they act. Nothing in either sees nothing.
    """

    scopes: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()

    @classmethod
    def of(cls, scopes: Iterable[str], people: Iterable[str] = ()) -> "Reach":
        """A reach of these scopes, and of the posts of these people."""
        return cls(frozenset(scopes), frozenset(people))


UNLIMITED = Reach(frozenset({EVERYWHERE}))
"""The reach of the product itself, which acts for nobody."""


def visible(reach: Reach) -> ColumnElement[bool]:
    """The condition on `projects` that holds for what lies within the reach."""
    if EVERYWHERE in reach.scopes:
        return true()
    named = [scope.partition(":") for scope in sorted(reach.scopes)]
    people = sorted(reach.people)
    ways = {
        projects.c.key: [name for kind, _, name in named if kind == "project"],
        projects.c.manager: people,
        projects.c.sponsor: people,
        looked_at(projects.c.portfolio): [name for kind, _, name in named if kind == "portfolio"],
    }
    return or_(false(), *(column.in_(names) for column, names in ways.items() if names))


def looked_at(column: ColumnElement[str]) -> ColumnElement[str]:
    """A column that is compared row by row, and never leads to the rows by its index.

    For what holds for a large part of everything, where to follow the order of a list and stop early costs less; no
    database knows that of a portfolio or a status before it has counted.
    """
    return column.concat("")
