"""What is known of imports: how far each came, what is gone since, and the figures of the whole."""

from datetime import timedelta
from functools import partial

from sqlalchemy import select

from lifecycle.domain.project import Status
from lifecycle.domain.verdicts import Reason, Refusal
from lifecycle.persistence import imports
from lifecycle.persistence.audit import Attempt, Signature
from lifecycle.persistence.figures import figures
from lifecycle.persistence.imports import Import, ImportRow, ImportStatus, Missing
from lifecycle.persistence.journal import settle_refused, write_sent
from lifecycle.persistence.letters import gather
from lifecycle.persistence.outbox import undelivered
from lifecycle.persistence.reach import UNLIMITED, Reach
from lifecycle.persistence.session import Database
from lifecycle.persistence.tables import notices
from tests.integration.governed import bring
from tests.integration.rows import NOW
from tests.paper import Paper
from tests.policies import policy

BY = Signature("office", NOW)


def begin(office: Database, id_: str, hours: int = 0, *, dry_run: bool = False, rows: dict[str, str]) -> None:
    at = NOW + timedelta(hours=hours)
    noted = Import(id_, "register.csv", "office", dry_run, at, total=len(rows), summary={"mapping": "small"})
    office.write_now(lambda connection: imports.begin(connection, noted, BY))
    results = [ImportRow(number, key, result, {}) for number, (key, result) in enumerate(rows.items(), start=2)]
    office.write_now(partial(imports.put_rows, id_=id_, rows=results))


def end(office: Database, id_: str) -> None:
    done = partial(imports.finish, id_=id_, status=ImportStatus.DONE, summary={"mapping": "small"}, total=3, now=NOW)
    office.write_now(done)


def registered(office: Database, key: str, portfolio: str = "rail") -> Paper:
    paper = Paper(policy(), key)
    paper.register(portfolio, cost=1_000_00)
    bring(office, paper)
    return paper


def test_what_an_earlier_register_had_and_a_later_one_has_not_is_gone(office: Database) -> None:
    for key, portfolio in (("P-1", "rail"), ("P-2", "rail"), ("P-3", "road"), ("P-4", "rail")):
        registered(office, key, portfolio)
    killed = registered(office, "P-5")
    killed.ask("kill_project", "sponsor", reason="No need.")
    bring(office, killed)
    earlier = {"P-1": "registered", "P-2": "updated", "P-3": "unchanged", "P-4": "refused", "P-5": "registered"}
    begin(office, "first", rows=earlier)
    begin(office, "second", rows={"P-1": "refused", "P-9": "registered"})
    whole = office.read_now(partial(imports.missing, reach=UNLIMITED, earlier="first", later="second"))
    assert [gone.key for gone in whole] == ["P-2", "P-3"]
    assert whole[0] == Missing("P-2", "Project P-2", "planning", Status.ACTIVE)
    rail = Reach.of(["portfolio:rail"])
    seen = office.read_now(partial(imports.missing, reach=rail, earlier="first", later="second"))
    assert [gone.key for gone in seen] == ["P-2"]


def test_the_latest_import_comes_first_and_rehearsals_do_not_count(office: Database) -> None:
    for hours, id_ in enumerate(("oldest", "rehearsal", "latest", "running")):
        begin(office, id_, hours, dry_run=id_ == "rehearsal", rows={"P-1": "registered"})
        if id_ != "running":
            end(office, id_)
    assert [found.id for found in office.read_now(imports.ended)] == ["latest", "oldest"]
    assert [found.id for found in office.read_now(imports.running)] == ["running"]
    assert office.read_now(partial(imports.numbers, id_="latest")) == {2}
    assert office.read_now(partial(imports.numbers, id_="unknown")) == frozenset()


def test_the_figures_count_what_waits_and_what_is_late(office: Database) -> None:
    empty = office.read_now(partial(figures, now=NOW))
    assert (empty.unsettled, empty.unsettled_since, empty.overdue, empty.projects) == (0, None, 0, {})
    paper = registered(office, "P-1")
    paper.supply("plan", "plan")
    paper.submit("plan")
    bring(office, paper)
    for number, minutes in ((1, 5), (2, 1), (3, 9)):
        attempt = Attempt(
            f"c-{number}", "cast_vote", "sponsor", None, "P-1", NOW - timedelta(minutes=minutes), "sha256:x"
        )
        office.write_now(partial(write_sent, attempt=attempt, body={"type": "cast_vote"}))
    refusal = Refusal(reason=Reason.EXCLUDED, sentence="No.", remedy="Ask.")
    office.write_now(lambda connection: settle_refused(connection, "c-3", refusal, NOW))
    begin(office, "running", rows={"P-1": "registered"})
    told = office.read_now(lambda connection: connection.execute(select(notices.c.key, notices.c.recipient)).all())
    (key,) = (row.key for row in told if row.recipient == "sponsor")
    office.write_now(lambda connection: gather(connection, "m", "sponsor", [key], ["mail"], NOW))
    waits = office.read_now(partial(figures, now=NOW))
    assert (waits.messages_waiting, waits.messages_given_up) == (1, 0)
    office.write_now(lambda connection: undelivered(connection, ("m", "mail", "sponsor"), "No such user.", None))
    found = office.read_now(partial(figures, now=paper.now + timedelta(days=9)))
    assert (found.unsettled, found.unsettled_since) == (2, NOW - timedelta(minutes=5))
    assert (found.overdue, found.imports_running, found.projects) == (1, 1, {"active": 1})
    assert (found.messages_given_up, found.messages_waiting, found.notices_waiting) == (1, 0, len(told) - 1)
