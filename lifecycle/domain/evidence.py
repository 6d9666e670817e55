"""Evidence: what a gate asks to see, in versions that carry a digest, an author and a time."""

from collections.abc import Mapping
from enum import StrEnum

from pydantic import Field

from lifecycle.domain.values import GivenFact, Instant, Text, Value, Whole, Word, digest


class EvidenceKind(StrEnum):
    """The form in which evidence arrives."""

    DOCUMENT = "document"
    LINK = "link"
    FORM = "form"
    ATTESTATION = "attestation"


class EvidenceVersion(Value):
    """One supply of one item. The bytes lie in the evidence store under `digest`; answers of a form travel here."""

    item: Word
    version: int = Field(ge=1)
    kind: EvidenceKind
    digest: Text
    title: Text = ""
    media_type: Text = ""
    size: Whole = 0
    url: Text | None = None
    answers: dict[Word, GivenFact] = Field(default_factory=dict, max_length=500)
    author: Word
    principal: Word
    at: Instant


def set_digest(evidence: Mapping[str, EvidenceVersion]) -> str:
    """The digest of an evidence set: of every item's name, version and content digest."""
    return digest({item: [supplied.version, supplied.digest] for item, supplied in evidence.items()})
