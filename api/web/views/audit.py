"""The audit trail as pages: what happened in sentences, and one record whole."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, get_args
from urllib.parse import urlencode

from api.web.addresses import record_path
from api.web.formats import Formats
from api.web.views.told import told
from lifecycle.domain.events import Event
from lifecycle.service.trail import RecordKind, TrailRecord

AUDIT = "/audit"
EVENT_TYPES: Final = tuple(
    sorted({tag for kind in get_args(Event) for tag in get_args(kind.model_fields["type"].annotation)})
)
"""The tags of everything that can happen to a project."""


@dataclass(frozen=True, slots=True)
class RecordRow:
    """A record: what happened, who did it (empty where a rule or the clock did), and the page where it stands whole."""

    record: TrailRecord
    sentence: str
    remark: str
    who: str
    path: str


def rows_of(records: Iterable[TrailRecord], names: Mapping[str, str], say: Formats) -> tuple[RecordRow, ...]:
    """The records of a page of the trail."""
    return tuple(row_of(record, names, say) for record in records)


def row_of(record: TrailRecord, names: Mapping[str, str], say: Formats) -> RecordRow:
    """One record, as it is told."""
    sentence, remark = _said(record, names, say)
    return RecordRow(record, sentence, remark, _who(record, names, say), record_path(record.project, record.n))


def whole(record: TrailRecord) -> str:
    """All that was recorded, as text that is indented to be read."""
    return json.dumps(record.content, indent=2, ensure_ascii=False)


def address(path: str, wanted: Mapping[str, Any]) -> str:
    """An address with these filters."""
    given = {name: value for name, value in wanted.items() if value}
    return f"{path}?{urlencode(given)}" if given else path


def _said(record: TrailRecord, names: Mapping[str, str], say: Formats) -> tuple[str, str]:
    match record.kind:
        case RecordKind.EVENT:
            (one,) = told((record,), names, say)
            return one.sentence, one.said
        case RecordKind.REFUSED:
            asked = say.named(record.type.replace(":", " "))
            refusal = record.content.get("refusal", {})
            return say.gettext("refused: %(asked)s") % {"asked": asked}, say.said(refusal.get("sentence"))
        case RecordKind.OFFICE:
            return say.named(record.type.partition(":")[2].replace(":", " ")), ""


def _who(record: TrailRecord, names: Mapping[str, str], say: Formats) -> str:
    doer = names.get(record.person or "", record.person or "")
    if not record.acting_for:
        return doer
    giver = names.get(record.acting_for, record.acting_for)
    return say.gettext("%(doer)s for %(giver)s") % {"doer": doer, "giver": giver}
