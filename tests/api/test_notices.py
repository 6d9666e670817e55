"""What people were told, read back: in their language, whether it reached them, whether they saw it."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
import pytest_asyncio

from lifecycle.service.telling.dispatcher import Dispatcher
from lifecycle.service.telling.gathering import Gatherer
from lifecycle.service.telling.outlets import MailServer, Outlets
from lifecycle.service.telling.smtp import MailChannel
from tests.api.conftest import Build, opened
from tests.api.desk import Desk
from tests.api.test_proposals import days_on, proposed, published
from tests.integration.mail import MailServer as Received
from tests.integration.mail import mail_server
from tests.unit.test_bounces import report

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("at_work")]
Founded = tuple[Path, Mapping[str, str]]


def to(port: int) -> Outlets:
    return Outlets("https://office.example.org", MailServer("127.0.0.1", port, "office@example.org"))


async def deliver(desk: Desk, outlets: Outlets) -> None:
    """Make and send what is due."""
    office = desk.office
    await Gatherer(office.database, office.shelf, outlets, office.now).gather_due()
    assert outlets.mail
    channel = MailChannel(office.database, outlets.mail, outlets.address, outlets.preferences)
    await Dispatcher(office.database, channel, office.now).send_due()


@pytest_asyncio.fixture(loop_scope="session")
async def mails() -> AsyncIterator[Received]:
    async with mail_server(unknown=frozenset({"sponsor@example.org"})) as server:
        yield server


@pytest_asyncio.fixture(loop_scope="session")
async def desk(build: Build, founded: Founded, mails: Received) -> AsyncIterator[Desk]:
    """The application of an office with a mail server that does not know the sponsor."""
    async with opened(await build(outlets=to(mails.port)), founded[1]) as desk:
        yield desk


async def test_what_one_was_told_is_there_with_what_is_asked_until_when_and_where(desk: Desk) -> None:
    project = await desk.register()
    await project.submit()
    told = (await desk.get("sponsor", "/notices")).json
    (asked,) = told["items"]
    assert told["unseen"] == 1
    assert asked["headline"] == "Footbridge: Your vote is asked at gate charter"
    assert asked["asked"].startswith("Look at the evidence and vote by ")
    assert asked["page"] == f"/projects/{project.key}/gates/charter"
    assert (asked["kind"], asked["due"] is not None, asked["seen_at"]) == ("vote_asked", True, None)
    assert (asked["reached"], asked["ways"]) == ("waiting", [])


async def test_it_is_told_in_the_language_that_one_reads(desk: Desk) -> None:
    await (await desk.register()).submit()
    await desk.send("sponsor", "PATCH", "/preferences", {"language": "de", "timezone": "Europe/Berlin"})
    (asked,) = (await desk.get("sponsor", "/notices")).json["items"]
    assert asked["headline"] == "Footbridge: Ihre Stimme ist gefragt: Gate charter"
    assert "Uhr (CE" in asked["asked"]


async def test_what_was_seen_stays_seen_and_nobody_sees_for_another(desk: Desk) -> None:
    for _ in range(2):
        await (await desk.register()).submit()
    first, second = (item["key"] for item in (await desk.get("sponsor", "/notices")).json["items"])
    assert (await desk.post("pm", "/notices/seen", {"notices": [first]})).json == {"seen": 0}
    for count in (1, 0):
        assert (await desk.post("sponsor", "/notices/seen", {"notices": [first, "unknown"]})).json == {"seen": count}
    unseen = (await desk.get("sponsor", "/notices", params={"unseen": "true"})).json
    assert ([item["key"] for item in unseen["items"]], unseen["unseen"]) == ([second], 1)
    assert (await desk.post("sponsor", "/notices/seen", {})).json == {"seen": 1}
    assert (await desk.get("sponsor", "/notices")).json["unseen"] == 0


async def test_pages_of_notices_join_without_a_gap(desk: Desk) -> None:
    for _ in range(3):
        await (await desk.register()).submit()
    every = [item["key"] for item in (await desk.get("sponsor", "/notices")).json["items"]]
    paged: list[str] = []
    cursor: str | None = None
    while True:
        asked = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        page = (await desk.get("sponsor", "/notices", params=asked)).json
        paged += [item["key"] for item in page["items"]]
        if not (cursor := page["next_cursor"]):
            break
    assert paged == every
    assert len(every) == 3


async def test_whom_a_mail_did_not_reach_is_seen_at_the_gate_and_by_the_office(desk: Desk, mails: Received) -> None:
    project = await desk.register()
    await project.submit()
    await deliver(desk, to(mails.port))
    (mine,) = (await desk.get("sponsor", "/notices")).json["items"]
    assert mine["reached"] == "failed"
    assert mine["ways"][0]["failure"] == "The mail server said 550: 5.1.1 No such user here"
    at_gate = (await desk.get("pm", f"/projects/{project.key}/gates/charter/notices")).json["items"]
    reached = {(item["recipient"], item["kind"]): item["reached"] for item in at_gate}
    assert reached == {("pm", "gate_opened"): "sent", ("sponsor", "vote_asked"): "failed"}
    failed = (await desk.get("administrator", "/messages", params={"failed": "true"})).json["items"]
    assert [(line["recipient"], line["given_up"]) for line in failed] == [("sponsor", True)]
    everything = (await desk.get("director", "/messages")).json["items"]
    assert {line["recipient"] for line in everything} == {"pm", "sponsor"}
    assert (await desk.get("pm", "/messages")).refused == (403, "not_permitted")


async def test_a_mail_that_comes_back_later_counts_as_not_delivered(desk: Desk, mails: Received) -> None:
    project = await desk.register()
    await deliver(desk, to(mails.port))
    (mine,) = (await desk.get("pm", "/notices")).json["items"]
    assert mine["reached"] == "sent"
    (sent,) = (await desk.get("director", "/messages", params={"recipient": "pm"})).json["items"]
    came_back = {"report": report(message=sent["message"])}
    assert (await desk.post("pm", "/mail-bounces", came_back)).refused == (403, "not_permitted")
    noted = await desk.post("administrator", "/mail-bounces", came_back)
    assert (noted.status, noted.json["given_up"], noted.json["sent_at"]) == (200, True, None)
    at_gate = (await desk.get("director", f"/projects/{project.key}/gates/charter/notices")).json["items"]
    assert [(item["recipient"], item["reached"]) for item in at_gate] == [("pm", "failed")]
    assert at_gate[0]["ways"][0]["failure"] == "The mail came back: smtp; 550 5.2.1 Mailbox disabled"
    trail = (await desk.get("auditor", "/events")).json["items"]
    assert "person:message:bounced" in [record["type"] for record in trail]
    await deliver(desk, to(mails.port))
    assert len([mail for mail in mails.accepted if mail["To"] == "pm@example.org"]) == 1, "it is not sent again"


async def test_what_reports_no_mail_of_ours_is_refused(desk: Desk) -> None:
    for text, refused in ((report(), (404, "unknown_message")), ("I am on holiday.", (422, "not_a_bounce"))):
        assert (await desk.post("administrator", "/mail-bounces", {"report": text})).refused == refused
    assert (await desk.post("administrator", "/mail-bounces", {"report": "x" * 200_001})).status == 422


async def test_a_change_in_break_glass_is_mailed_to_whoever_may_review_it_once(desk: Desk, mails: Received) -> None:
    await desk.post("administrator", "/roles", {"person": "deputy", "role": "pmo_director"})
    place = await proposed(desk, until=days_on(5))
    await published(desk, place)
    for _ in range(2):
        await deliver(desk, to(mails.port))
    urgent = [mail for mail in mails.accepted if "urgent change" in mail["Subject"]]
    told = sorted(str(mail["To"]) for mail in urgent)
    assert told == ["administrator@example.org", "deputy@example.org"], "neither who wrote it nor who published it"
    assert urgent[0]["Subject"] == "An urgent change of corporate-standard waits for your review"
    page = f"/changes/{place.rpartition('/')[2]}"
    for part in (urgent[0].get_body(["plain"]), urgent[0].get_body(["html"])):
        content = part.get_content() if part else ""
        assert "The audit asked for it." in content
        assert "Uphold it by " in content
        assert f"https://office.example.org{page}" in content
        assert "Project" not in content
    (line,) = (await desk.get("deputy", "/notices")).json["items"]
    assert (line["kind"], line["project"], line["reached"], line["page"]) == ("policy_review", "", "sent", page)


async def test_who_may_not_see_a_project_does_not_see_who_was_told_of_it(desk: Desk) -> None:
    project = await desk.register()
    await desk.post("administrator", "/people", {"id": "newcomer", "name": "Newcomer"})
    token = (await desk.post("administrator", "/tokens", {"person": "newcomer", "label": "x"})).json["secret"]
    desk.tokens["newcomer"] = token
    for key in (project.key, "nothing"):
        refused = await desk.get("newcomer", f"/projects/{key}/gates/charter/notices")
        assert refused.refused == (404, "unknown_project")


async def test_the_mail_settings_are_tried_with_one_mail_to_oneself(desk: Desk, mails: Received) -> None:
    tried = (await desk.post("administrator", "/mail-tests")).json
    assert tried == {"delivered": True, "answer": "The mail server took a mail to administrator@example.org: OK"}
    assert [(mail["To"], mail["Subject"]) for mail in mails.accepted] == [
        ("administrator@example.org", "A test of the mail settings")
    ]
    assert (await desk.post("pm", "/mail-tests")).refused == (403, "not_permitted")


async def test_a_trial_says_why_it_failed(desk: Desk, build: Build, founded: Founded) -> None:
    await desk.send("director", "PATCH", "/people/administrator", {"mail": "sponsor@example.org"})
    refused = (await desk.post("administrator", "/mail-tests")).json
    assert refused == {"delivered": False, "answer": "The mail server said 550: 5.1.1 No such user here"}
    await desk.send("director", "PATCH", "/people/administrator", {"mail": None})
    nobody = (await desk.post("administrator", "/mail-tests")).json
    assert nobody["answer"].startswith("You have no mail address.")
    async with mail_server() as gone:
        away = to(gone.port)
    for outlets, why in ((away, "The mail server cannot be reached"), (Outlets(), "No mail server is set")):
        async with opened(await build(outlets=outlets), founded[1]) as other:
            tried = (await other.post("director", "/mail-tests")).json
        assert not tried["delivered"]
        assert tried["answer"].startswith(why)
