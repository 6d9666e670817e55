"""Evidence: what a gate asks to see, in versions that carry a digest, an author and a time."""

from collections.abc import Mapping
from enum import StrEnum

from pydantic import Field

from lifecycle.domain.values import FactValue, Instant, Value, digest


class EvidenceKind(StrEnum):
    """The form in which evidence arrives."""

    DOCUMENT = "document"
    LINK = "link"
    FORM = "form"
    ATTESTATION = "attestation"


class EvidenceVersion(Value):
    """One supply of one item. The bytes lie in the evidence store under `digest`; answers of a form travel here."""

    item: str
    version: int = Field(ge=1)
    kind: EvidenceKind
    digest: str
    title: str = ""
    media_type: str = ""
    size: int = 0
    url: str | None = None
    answers: dict[str, FactValue] = Field(default_factory=dict)
    author: str
    principal: str
    at: Instant


def set_digest(evidence: Mapping[str, EvidenceVersion]) -> str:
    """The digest of an evidence set: of every item's name, version and content digest."""
    return digest({item: [supplied.version, supplied.digest] for item, supplied in evidence.items()})
