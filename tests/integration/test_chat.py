"""Chat through apprise: headlines and links, where the operators said, for those who want it."""

import json

import pytest
from pydantic import SecretStr

from lifecycle.domain.preferences import AS_SHIPPED, Preferences
from lifecycle.persistence.outbox import Message
from lifecycle.persistence.session import Database
from lifecycle.service.shelf import Shelf
from lifecycle.service.telling.channels import RejectedError, UndeliveredError
from lifecycle.service.telling.chat import ChatChannel
from lifecycle.service.telling.dispatcher import Dispatcher
from lifecycle.service.telling.gathering import Gatherer
from lifecycle.service.telling.outlets import Outlets
from tests.integration.hands import Hands
from tests.integration.rows import NOW
from tests.integration.sink import sink
from tests.integration.telling import ADDRESS, rows, submit_gates

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
"""One of the services that apprise knows imports it."""
PEOPLE = ("finance-1", "finance-2", "manager", "sponsor")
CHATTY = Preferences(chat=True)


def chat(office: Database, target: str) -> ChatChannel:
    return ChatChannel(office, SecretStr(target), ADDRESS, AS_SHIPPED)


async def test_who_wants_it_is_told_in_the_chat_what_is_asked_and_where(office: Database) -> None:
    submit_gates(office)
    async with sink(lambda _: 200) as room:
        target = f"json://127.0.0.1:{room.port}/{{person}}/{{mail}}"
        outlets = Outlets(address=ADDRESS, chat=SecretStr(target), preferences=CHATTY)
        await Gatherer(office, Shelf(office), outlets, Hands()).gather_due()
        await Dispatcher(office, chat(office, target), Hands()).send_due()
    said = {call.path.strip("/"): json.loads(call.body) for call in room.calls}
    assert said.keys() == {f"{person}/{person}@example.org" for person in PEOPLE}
    mine = said["finance-1/finance-1@example.org"]
    assert mine["title"] == "Project P0: Your vote is asked at gate charter"
    assert mine["message"] == f"Project P0: Your vote is asked at gate charter\n{ADDRESS}/projects/P0/gates/charter"
    assert all(row.sent_at == NOW for row in rows(office))


async def test_a_chat_that_does_not_take_it_is_tried_again_and_a_wrong_address_is_not(office: Database) -> None:
    message = Message("m", "chat", "sponsor", None, NOW, 1)
    async with sink(lambda _: 500) as room:
        with pytest.raises(UndeliveredError, match="did not take it"):
            await chat(office, f"json://127.0.0.1:{room.port}").send(message)
    with pytest.raises(RejectedError, match="not one that apprise knows"):
        await chat(office, "nothing-of-the-kind").send(message)
