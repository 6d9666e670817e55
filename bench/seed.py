"""`python -m bench.seed FOLDER [PROJECTS [RECORDS]]`: the home of an office with a large portfolio and a long trail.

The projects have the names and portfolios of a real register. What happened to each is one of `bench.stories`, and is
recorded by the product's own projection: in two files at once, which are then put together. The home is for the
product as it is now: its last deeds were done on the day on which it is seeded.
"""

import csv
import io
import shutil
import sqlite3
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Final

from sqlalchemy import Connection, update

from api.client import keep_sign_ins
from bench import stories as telling
from bench.stories import HOLDER, HOLDERS, KEY, NAME, PORTFOLIO, retold, roles_of, stories
from lifecycle.domain.people import Grant
from lifecycle.gates.policy import Policy
from lifecycle.persistence import people, policies, roles, tables
from lifecycle.persistence.audit import Signature
from lifecycle.persistence.columns import schema
from lifecycle.persistence.migrate import upgrade
from lifecycle.persistence.migrations import versions
from lifecycle.persistence.people import Person
from lifecycle.persistence.projection import project
from lifecycle.persistence.session import Database
from lifecycle.service.founding import found
from lifecycle.service.policy_files import DEFAULT, library, read_policy
from lifecycle.service.registers.bundled import sample_register

PROJECTS: Final = 10_000
RECORDS: Final = 1_000_000
DATABASE: Final = "lifecycle.db"
MANAGERS, SPONSORS, GATEKEEPERS = 400, 200, 200
_PARTS: Final = 2
_TOGETHER: Final = 100
_AS_GOOD_AS_NEW: Final = timedelta(days=2)
_POSTS: Final = {"project_manager": ("manager", MANAGERS), "sponsor": ("sponsor", SPONSORS)}
_REGISTER: Final = "gmpp_2022.csv"
_CACHE: Final = Path(__file__).parents[1] / "var" / "bench"


def seeded(projects: int = PROJECTS, records: int = RECORDS) -> Path:
    """A home with so many projects and about so many records; one that was seeded lately is given again."""
    sources = [Path(__file__), Path(telling.__file__), *Path(versions.__path__[0]).glob("*.py")]
    made_by = sha256(b"".join(source.read_bytes() for source in sorted(sources))).hexdigest()[:8]
    home = _CACHE / f"{projects}-{records}-{made_by}"
    if not home.exists() or datetime.now(UTC) - _made(home) > _AS_GOOD_AS_NEW:
        shutil.rmtree(_CACHE, ignore_errors=True)
        draft = home.with_suffix(".new")
        seed(draft, projects, records)
        draft.rename(home)
    return home


def seed(home: Path, projects: int, records: int) -> None:
    """Found an office in an empty home and fill it."""
    home.mkdir(parents=True)
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    with Database(_address(home / DATABASE)) as database:
        database.write_now(upgrade)
        keep_sign_ins(home, database.write_now(lambda c: found(c, now - timedelta(days=200), sample=True)))
        database.write_now(partial(_hire, now=now))
    parts = [home / f"part-{part}.db" for part in range(_PARTS)]
    for part in parts:
        shutil.copy(home / DATABASE, part)
    with ProcessPoolExecutor(_PARTS) as pool:
        shares = [range(part, projects, _PARTS) for part in range(_PARTS)]
        list(pool.map(partial(_tell, now=now, events=records // projects), parts, shares))
    with closing(sqlite3.connect(home / DATABASE, isolation_level=None)) as whole:
        for part in parts:
            _add(whole, part)
            part.unlink()


def _made(home: Path) -> datetime:
    return datetime.fromtimestamp(home.stat().st_mtime, UTC)


def _address(file: Path) -> str:
    return f"sqlite:///{file.resolve()}"


@lru_cache
def _policies() -> tuple[Policy, ...]:
    """Every ready policy."""
    return tuple(read_policy(text, name) for name, text in sorted(library().items()))


def _weights() -> tuple[int, ...]:
    """Half of the projects go by the default policy."""
    return tuple(5 if policy.policy == DEFAULT else 1 for policy in _policies())


@lru_cache
def _places() -> tuple[tuple[str, str], ...]:
    """The names and departments of a real register."""
    text = sample_register(_REGISTER).decode("utf-8-sig", "replace")
    rows = csv.DictReader(io.StringIO(text), delimiter=";")
    return tuple((row["project_name"], row["department"]) for row in rows if row["department"])


@lru_cache
def _portfolios() -> tuple[str, ...]:
    return tuple(sorted({department for _, department in _places()}))


@lru_cache
def _gatekeeping() -> tuple[str, ...]:
    named = {role for policy in _policies() for role in roles_of(policy)}
    return tuple(sorted(named - set(_POSTS)))


def _holder(role: str, which: int, number: int, portfolio: str) -> str:
    """Who that is on a project: by its number for its posts, else among those who hold the role in its portfolio."""
    post, many = _POSTS.get(role, (role, max(HOLDERS, GATEKEEPERS // len(_gatekeeping()))))
    place = number if role in _POSTS else _portfolios().index(portfolio) * 2
    return f"{post.replace('_', '-')}-{(place + which) % many + 1}-of-{many}"


def readers() -> tuple[str, ...]:
    """Some of the people who work there: managers, sponsors, gatekeepers."""
    leading = [_holder(role, 0, number * 7, "") for role in _POSTS for number in range(20)]
    deciding = [_holder(role, 0, 0, portfolio) for role in _gatekeeping() for portfolio in _portfolios()[::4]]
    return (*leading, *deciding)


def _hire(connection: Connection, now: datetime) -> None:
    by = Signature("administrator", now - timedelta(days=199))
    for policy in _policies():
        if policy.policy != DEFAULT:
            text = library()[policy.policy]
            edition = policies.Edition(policy.ref, policy.text, text, by.at, by.person, by.at)
            policies.publish(connection, edition, by)
    posts = {_holder(role, 0, number, "") for role, (_, many) in _POSTS.items() for number in range(many)}
    held = {
        Grant(person=_holder(role, which, 0, portfolio), role=role, scope=f"portfolio:{portfolio}")
        for role in _gatekeeping()
        for portfolio in _portfolios()
        for which in range(HOLDERS)
    }
    for id_ in sorted(posts | {grant.person for grant in held}):
        name = id_.replace("-", " ").capitalize()
        people.add(connection, Person(id_, name, f"{id_}@example.org", "lifecycle", id_), by)
    for grant in sorted(held, key=str):
        roles.grant(connection, grant, by)


def _tell(part: Path, share: Sequence[int], now: datetime, events: int) -> None:
    """Record the stories of a share of the projects in a file of their own."""
    chance = Random(7)
    told = [list(stories(policy, now, events, chance)) for policy in _policies()]
    with Database(_address(part)) as database:
        for begin in range(0, len(share), _TOGETHER):
            some = share[begin : begin + _TOGETHER]
            database.write_now(partial(_record, share=some, told=told))
        database.write_now(_told_long_ago)


def _told_long_ago(connection: Connection) -> None:
    connection.execute(update(tables.notices).values(waits_until=None))


def _record(connection: Connection, share: Sequence[int], told: Sequence[Sequence[str]]) -> None:
    for number in share:
        chance = Random(number)
        key, story = f"S-{number:05}", chance.choice(chance.choices(told, _weights())[0])
        happened = retold(story, dict(_tokens(story, number, key)))
        project(connection, key, happened, happened[-1].at)


def _tokens(story: str, number: int, key: str) -> Iterator[tuple[str, str]]:
    name, portfolio = _places()[number % len(_places())]
    yield KEY, key
    yield NAME, f"{name}, part {number // len(_places()) + 1}"
    yield PORTFOLIO, portfolio
    for role, which in set(HOLDER.findall(story)):
        yield f"{role}~{which}", _holder(role, int(which), number, portfolio)


def _add(whole: sqlite3.Connection, part: Path) -> None:
    """Put what a part has beyond the whole into the whole."""
    whole.execute("ATTACH ? AS part", (str(part),))
    whole.execute("BEGIN")
    for table in schema.tables:
        whole.execute(f"INSERT OR IGNORE INTO main.{table} SELECT * FROM part.{table}")
    whole.execute("COMMIT")
    whole.execute("DETACH part")


def main() -> None:
    """Seed the home that the command line names."""
    home, *numbers = sys.argv[1:]
    projects, records = (*map(int, numbers), PROJECTS, RECORDS)[:2] if len(numbers) != 1 else (int(numbers[0]), RECORDS)
    began = time.monotonic()
    seed(Path(home), projects, records)
    print(f"{projects:,} projects and about {records:,} records in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
