"""What the core says with names and numbers in it is read in one's own language."""

import re
from string import ascii_letters

import pytest
from hypothesis import given
from hypothesis import strategies as some

from api.web.extraction import sentences_in
from lifecycle.domain.wording import phrase
from lifecycle.service.language.catalogues import LANGUAGES, texts_of
from lifecycle.service.language.sentences import is_sentence, spaced, spoken
from tests.web.visitor import Visitor

GAP = re.compile(r"\{(\d+)\}")
WITH_GAPS = sorted(text for text in texts_of("de") if "{0}" in text)


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("The gate charter is not open.", "Das Gate charter ist nicht offen."),
        ("The project is on hold.", "Das Projekt ist angehalten."),
        ("Approvals are missing: sponsor, pmo director.", "Es fehlen Genehmigungen: Auftraggeber, PMO-Leitung."),
        ("An approval is missing: project manager.", "Eine Genehmigung fehlt: Projektleitung."),
        ("'x' is a document, not a link.", "'x' ist ein Nachweis der Art „Dokument“, nicht „Link“."),
        ("Round 2 is over: it went on with 3.", "Runde 2 ist vorbei: it went on with 3."),
        ("finance-1 voted against it.", "finance-1 stimmte dagegen."),
        ("Business case: not met.", "Business case: nicht erfüllt."),
        ("finance-1 asks: Who pays?", "finance-1 fragt: Who pays?"),
        ("Nobody has ever said this.", "Nobody has ever said this."),
        ("The gate <b>{0}</b> is not open.", "Das Gate <b>{0}</b> ist nicht offen."),
    ],
)
def test_a_sentence_is_found_again_whatever_stands_in_its_gaps(english: str, german: str) -> None:
    assert spoken(english, "de") == german
    assert spoken(english, "en") == english


@given(some.sampled_from(WITH_GAPS), some.lists(some.text(ascii_letters, min_size=1), min_size=4, max_size=4))
def test_every_sentence_with_gaps_is_said_in_german_with_everything_that_stood_in_it(
    sentence: str, values: list[str]
) -> None:
    filled = phrase(sentence, *values)
    english = str(filled) if is_sentence(sentence) else filled
    german = spoken(english, "de")
    assert german != english or all(value in english for value in values)
    assert GAP.search(german) is None


@given(some.text())
def test_any_text_at_all_is_said_somehow(text: str) -> None:
    for language in LANGUAGES:
        assert isinstance(spoken(text, language), str)
    assert spaced("pmo_director") == "PMO director"


def test_sentences_are_found_in_code_but_not_what_documents_it() -> None:
    source = '''
"""A module. It documents."""
def refuse(gate, role):
    """A function. It documents."""
    short, braces = "no sentence", "This has {braces} of its own."
    sentence = f"The gate {gate} waits for " f"{role!r} now."
    return sentence, "Wait for them.", f"{gate}: {role}."
'''
    assert [sentence for _, sentence in sentences_in(source)] == [
        "The gate {0} waits for {1} now.",
        "Wait for them.",
    ]


async def test_a_refusal_is_read_in_the_language_one_chose(visitor: Visitor) -> None:
    await visitor.sign_in("sponsor")
    await visitor.post("/me/preferences", {"key": "k", "language": "de", "timezone": "UTC", "mail": "yes"})
    away = {"key": "a", "receiver": "nobody", "ends": "2026-03-20", "reason": "Urlaub"}
    page = (await visitor.post("/people/sponsor/delegations", away)).text
    assert "Das Verzeichnis kennt niemanden als &#39;nobody&#39;." in page
    assert "Fügen Sie die Person zuerst hinzu, oder prüfen Sie den Namen." in page
