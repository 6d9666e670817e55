"""The mailbox: a notice reaches the right people, once, and the programs that want to hear of it."""

import json
from functools import partial

from sqlalchemy import select, update

from lifecycle.domain.events import TierChanged
from lifecycle.domain.gate_events import LadderAction, RoundReturned
from lifecycle.domain.project import Outcome
from lifecycle.persistence.audit import Signature
from lifecycle.persistence.letters import waiting
from lifecycle.persistence.notice_tables import messages
from lifecycle.persistence.office_tables import people
from lifecycle.persistence.projection import project
from lifecycle.persistence.session import Database
from lifecycle.persistence.tables import notices
from lifecycle.persistence.webhooks import Webhook, end, subscribe
from tests.integration.histories import History
from tests.integration.rows import NOW


def bring(office: Database, life: History) -> None:
    office.write_now(partial(project, key=life.key, happened=life.told, now=NOW))


def submitted(key: str = "P1", portfolio: str = "rail") -> History:
    life = History(key, portfolio=portfolio)
    life.open()
    life.submit()
    return life


def told(office: Database, kind: str) -> list[str]:
    query = select(notices.c.recipient).where(notices.c.kind == kind)
    return sorted(office.read_now(lambda connection: connection.scalars(query).all()))


def test_a_role_reaches_its_holders_in_scope_and_a_post_its_one_holder(office: Database) -> None:
    bring(office, submitted("P1"))
    assert told(office, "vote_asked") == ["finance-1", "finance-2", "sponsor"]
    bring(office, submitted("P2", portfolio="road"))
    assert told(office, "vote_asked") == ["finance-1", "finance-1", "finance-2", "sponsor", "sponsor"]


def test_nobody_who_left_or_is_unknown_is_told_anything(office: Database) -> None:
    gone = update(people).where(people.c.id == "sponsor").values(active=False)
    office.write_now(lambda connection: connection.execute(gone).close())
    life = submitted()
    life.step(0, LadderAction.NOTIFY, "leaverless_role")
    bring(office, life)
    assert told(office, "vote_asked") == ["finance-1", "finance-2"]
    assert told(office, "ladder_notify") == []


def test_a_second_call_to_one_submission_tells_only_those_who_were_not_told(office: Database) -> None:
    life = submitted()
    called: dict[str, tuple[str, ...]] = {"charter": ("deputies", "finance", "sponsor")}
    life.tell(TierChanged(before="light", after="major", raised_rounds=("charter",), called=called))
    bring(office, life)
    assert told(office, "vote_asked") == ["deputy", "finance-1", "finance-2", "sponsor"]
    life.tell(RoundReturned(gate="charter", round=1, missing=("risk_register",)))
    life.submit()
    bring(office, life)
    assert told(office, "vote_asked").count("finance-1") == 2


def test_a_letter_says_what_its_wording_needs(office: Database) -> None:
    bring(office, submitted())
    letter = office.read_now(lambda connection: waiting(connection, ["finance-1"]))["finance-1"][0]
    assert (letter.kind, letter.project, letter.project_name) == ("vote_asked", "P1", "Project P1")
    assert (letter.gate, letter.round, letter.policy) == ("charter", 1, "sha256:policy")
    assert letter.fields.keys() == {"due"}


def test_what_happened_twice_over_is_told_once(office: Database) -> None:
    life = submitted()
    life.step(0, LadderAction.REMIND)
    for _ in range(2):
        bring(office, life)
    assert told(office, "ladder_remind") == ["finance-1", "finance-2", "sponsor"]


def test_programs_are_told_of_what_they_want_to_hear_without_what_people_wrote(office: Database) -> None:
    listen(office, "all")
    listen(office, "votes", "vote_asked")
    life = submitted()
    life.decide(Outcome.CONDITIONAL_GO, owners=("manager",))
    for _ in range(2):
        bring(office, life)
    query = select(messages.c.recipient, messages.c.body).order_by(messages.c.recipient)
    sent = office.read_now(lambda connection: connection.execute(query).all())
    kinds = sorted((recipient, json.loads(body)["kind"]) for recipient, body in sent)
    assert kinds == [
        ("all", "condition_set"),
        ("all", "gate_decided"),
        ("all", "gate_opened"),
        ("all", "vote_asked"),
        ("votes", "vote_asked"),
    ]
    assert not any("Approved by vote" in body or "Show the contract" in body for _, body in sent)
    decided = next(json.loads(body) for _, body in sent if "gate_decided" in body)
    assert decided["fields"].keys() == {"due", "outcome"}


def test_a_program_that_no_longer_listens_is_told_nothing_more(office: Database) -> None:
    listen(office, "all")
    bring(office, submitted())
    office.write_now(lambda connection: end(connection, "all", Signature("office", NOW)))
    bring(office, submitted("P2"))
    assert office.read_now(lambda connection: connection.execute(select(messages)).all()) == []


def listen(office: Database, id_: str, *kinds: str) -> None:
    webhook = Webhook(id_, "A register", "https://register.example.org", kinds, NOW, "office")
    office.write_now(lambda connection: subscribe(connection, webhook, Signature("office", NOW)))
