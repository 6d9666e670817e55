"""Mails: what a message says, as plain text and as HTML side by side."""

from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape
from secrets import token_hex
from typing import Final

from lifecycle.domain.preferences import Preferences
from lifecycle.persistence.letters import Letter
from lifecycle.persistence.outbox import Message
from lifecycle.service.telling.opening import Opened
from lifecycle.service.telling.wording import LANGUAGES, Said, on_one_line, said

AT_MOST: Final = 40
"""So many notices are told in full in one message."""

_PAGE: Final = """\
<!DOCTYPE html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">
<title>{title}</title></head>
<body style="margin:0 auto;padding:1.5rem;max-width:38rem;font:16px/1.5 system-ui,sans-serif">
{notices}
{rest}<hr style="border:0;border-top:1px solid #8888"><p style="font-size:.85rem;opacity:.8">{why}</p>
</body></html>
"""
_NOTICE: Final = """\
<section style="margin:0 0 2rem"><h2 style="font-size:1.1rem;margin:0 0 .5rem">{headline}</h2>
{paragraphs}
{project}<p style="margin:0"><a href="{link}">{link_text}</a></p></section>"""

_PROJECT: Final = """\
<p style="margin:.5rem 0;font-size:.9rem;opacity:.8">{project}</p>
"""


def mail_of(message: Message, opened: Opened, sender: str, address: str) -> EmailMessage:
    """A message as a mail. `address` is where people find the product, an URL without a final slash.

    Every attempt at a message makes the same Message-ID. Raises ValueError for an address that is none.
    """
    phrases = LANGUAGES[opened.preferences.language]
    told = [said(letter, opened.preferences) for letter in opened.letters[:AT_MOST]]
    mail = _headed(message.id, message.created_at, sender, opened.mail or "", subject(opened))
    more = len(opened.letters) - len(told)
    rest = [phrases.more.format(count=more), f"{phrases.open_inbox}: {address}/"] if more > 0 else []
    mail.set_content("\n\n\n".join([*(_plain(each, phrases.project, address) for each in told), *rest, phrases.why]))
    page = _PAGE.format(
        language=opened.preferences.language,
        title=escape(subject(opened)),
        notices="\n".join(_html(each, phrases.project, address) for each in told),
        rest=f'<p>{escape(rest[0])} <a href="{escape(address)}/">{escape(phrases.open_inbox)}</a></p>\n'
        if rest
        else "",
        why=escape(phrases.why),
    )
    mail.add_alternative(page, subtype="html")
    return mail


def trial_mail(to: str, reader: Preferences, sender: str, address: str, now: datetime) -> EmailMessage:
    """A mail that only tries whether mail arrives. Raises ValueError for an address that is none."""
    phrases = LANGUAGES[reader.language]
    mail = _headed(token_hex(20), now, sender, to, phrases.test_subject)
    mail.set_content(f"{phrases.test_text}\n\n{address}/\n")
    return mail


def _headed(id_: str, at: datetime, sender: str, to: str, about: str) -> EmailMessage:
    mail = EmailMessage()
    mail["Message-ID"] = f"<{id_}@{Address(addr_spec=sender).domain or 'localhost'}>"
    mail["Date"] = format_datetime(at)
    mail["From"] = sender
    mail["To"] = to
    mail["Subject"] = about
    mail["Auto-Submitted"] = "auto-generated"
    return mail


def subject(opened: Opened) -> str:
    """One line: the only piece of news, or how many there are."""
    phrases, letters = LANGUAGES[opened.preferences.language], opened.letters
    if len(letters) == 1:
        return said(letters[0], opened.preferences).headline
    return f"{phrases.several.format(count=len(letters))}: {_names(letters)}"[:200]


def _names(letters: Sequence[Letter]) -> str:
    return ", ".join(dict.fromkeys(on_one_line(letter.about) for letter in letters))


def _plain(each: Said, project: str, address: str) -> str:
    where = f"{project}: {each.project}\n" if each.project else ""
    return f"{each.headline}\n\n{each.asked}\n\n{where}{address}{each.page}\n"


def _html(each: Said, project: str, address: str) -> str:
    paragraphs = (part.strip() for part in each.asked.split("\n\n"))
    return _NOTICE.format(
        headline=escape(each.headline),
        paragraphs="\n".join(f"<p>{escape(part).replace(chr(10), '<br>')}</p>" for part in paragraphs if part),
        project=_PROJECT.format(project=escape(f"{project}: {each.project}")) if each.project else "",
        link=escape(address + each.page),
        link_text=escape(each.link_text),
    )
