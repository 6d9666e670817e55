"""Trials of the ways out: one mail, or one call of a webhook, and in words what came of it."""

from functools import partial
from secrets import token_hex

from lifecycle.domain.values import Value, canonical
from lifecycle.persistence.outbox import WEBHOOK, Message
from lifecycle.persistence.people import Person
from lifecycle.persistence.session import Database
from lifecycle.persistence.webhooks import find
from lifecycle.service.deputising import UnknownEntryError
from lifecycle.service.preferences import preferences_of
from lifecycle.service.settling import Now
from lifecycle.service.telling.channels import UndeliveredError
from lifecycle.service.telling.hooks import WebhookChannel
from lifecycle.service.telling.outlets import Outlets
from lifecycle.service.telling.signing import PING


class Trial(Value):
    """Whether it got through, and what was answered, in a sentence or two."""

    delivered: bool
    answer: str


class Trials:
    """Tries the ways out; nothing is kept of it."""

    def __init__(self, database: Database, outlets: Outlets, now: Now) -> None:
        self._database = database
        self._outlets = outlets
        self._now = now
        self._hooks = WebhookChannel(database, outlets, now)

    async def mail(self, person: Person) -> Trial:
        """Send one mail to a person's own address."""
        from lifecycle.service.telling.mails import trial_mail
        from lifecycle.service.telling.smtp import Postman  # slow to load: only the worker needs it every day

        server = self._outlets.mail
        if server is None:
            answer = "No mail server is set, so notices stand in the inbox alone. Set LIFECYCLE_SMTP_HOST."
            return Trial(delivered=False, answer=answer)
        if not person.mail:
            return Trial(delivered=False, answer="You have no mail address. Add one to your entry in the directory.")
        postman = Postman(server)
        office = self._outlets.preferences
        wishes = await self._database.read(lambda connection: preferences_of(connection, [person.id], office))
        try:
            mail = trial_mail(person.mail, wishes[person.id], postman.sender, self._outlets.address, self._now())
            answer = await postman.hand_over(mail, person.mail)
        except ValueError:
            return Trial(delivered=False, answer=f"{person.mail} is no mail address, or {postman.sender} is none.")
        except UndeliveredError as error:
            return Trial(delivered=False, answer=str(error))
        finally:
            await postman.leave()
        return Trial(delivered=True, answer=f"The mail server took a mail to {person.mail}: {answer}")

    async def webhook(self, id_: str) -> Trial:
        """Call a webhook with an event of the kind `ping`. Raises `UnknownEntryError`."""
        if await self._database.read(partial(find, id_=id_)) is None:
            raise UnknownEntryError("webhook")
        message = Message(token_hex(20), WEBHOOK, id_, canonical({"kind": PING}), self._now(), 1)
        try:
            await self._hooks.send(message)
        except UndeliveredError as error:
            return Trial(delivered=False, answer=str(error))
        return Trial(delivered=True, answer="The receiver took it.")
