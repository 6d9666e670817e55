"""Imports as pages: what columns mean, what comes out of them, how far an import has come, and what became of rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from api.web.addresses import project_path
from api.web.formats import Formats
from api.web.forms import Sent
from api.web.values import shown
from lifecycle.domain.errors import LifecycleError
from lifecycle.gates.policy import Fact
from lifecycle.gates.vocabulary import Kind
from lifecycle.service.import_results import ImportView, RowOutcome, RowView
from lifecycle.service.registers.choosing import Choice
from lifecycle.service.upload_views import PreviewRow, RegisterView

IMPORTS: Final = "/imports"
REGISTERS: Final = f"{IMPORTS}/registers"
SCALES: Final = (1, 1_000, 1_000_000)
TONES: Final[Mapping[str, str]] = {
    RowOutcome.REFUSED: "bad",
    RowOutcome.INVALID: "bad",
    RowOutcome.REGISTERED: "good",
    RowOutcome.UPDATED: "info",
    RowOutcome.UNCHANGED: "calm",
}
"""The outcomes in the order in which they press."""
_EXAMPLES: Final = 2


@dataclass(frozen=True, slots=True)
class Post:
    """Something that a column may say: the field of the form, its label, the column, and examples of what stands there.

    `scale` says in what an amount counts; none where it is no amount.
    """

    field: str
    label: str
    needed: bool
    column: str | None
    examples: tuple[str, ...]
    scale: int | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """What was read of a row as one fact, or why nothing was."""

    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Tab:
    """Rows with one outcome: how many, and where they are listed."""

    name: str
    count: int
    path: str
    chosen: bool
    tone: str


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A row of an import, with what it changed in words."""

    row: RowView
    path: str | None
    tone: str
    changes: tuple[str, ...]


def register_path(upload: str) -> str:
    """The page on which the columns of a register are named."""
    return f"{REGISTERS}/{upload}"


def import_path(id_: str, **query: str) -> str:
    """The page of an import."""
    return f"{IMPORTS}/{id_}{'?' if query else ''}{urlencode(query)}"


def choice_from(sent: Sent) -> Choice | None:
    """What a form says about the columns; none if it says nothing. Raises LifecycleError `wrong_value`."""
    if "column-key" not in sent.form:
        return None
    named = {field: column for field, column in sent.typed.items() if field.startswith(("column-", "fact-")) and column}
    if not named.get("column-key") or not named.get("column-name"):
        sentence = "Every project needs a key and a name."
        raise LifecycleError("wrong_value", sentence, "Choose the columns in which they stand.")
    scales = {field.removeprefix("scale-"): sent.whole(field) for field in sent.typed if field.startswith("scale-")}
    return Choice(
        key=named["column-key"],
        name=named["column-name"],
        portfolio=named.get("column-portfolio"),
        stage=named.get("column-stage"),
        facts={field.removeprefix("fact-"): column for field, column in named.items() if field.startswith("fact-")},
        scales={fact: scale for fact, scale in scales.items() if scale in SCALES},
        date_order="mdy" if sent.text("date_order") == "mdy" else "dmy",
        decimal_mark="," if sent.text("decimal_mark") == "," else ".",
    )


def posts_of(view: RegisterView, say: Formats) -> tuple[Post, ...]:
    """Everything that a column may say, the project's own names first."""
    _, choice = say.gettext, view.choice
    own = (
        ("column-key", _("Key of the project"), True, choice.key),
        ("column-name", _("Name of the project"), True, choice.name),
        ("column-portfolio", _("Portfolio"), False, choice.portfolio),
        ("column-stage", _("Stage at which it enters"), False, choice.stage),
    )
    posts = [Post(field, label, needed, column, _examples(view, column)) for field, label, needed, column in own]
    for target in view.targets:
        column = choice.facts.get(target.name)
        scale = choice.scales.get(target.name, 1) if target.kind is Kind.MONEY else None
        label, examples = say.said(target.label), _examples(view, column)
        posts.append(Post(f"fact-{target.name}", label, needed=False, column=column, examples=examples, scale=scale))
    return tuple(posts)


def _examples(view: RegisterView, column: str | None) -> tuple[str, ...]:
    said = (row.cells.get(column or "", "").strip() for row in view.first)
    return tuple(dict.fromkeys(filter(None, said)))[:_EXAMPLES]


def readings_of(row: PreviewRow, view: RegisterView, say: Formats) -> tuple[Cell, ...]:
    """What was read of a row as each fact that has a column, in the policy's order."""
    return tuple(
        Cell(shown(target.kind, row.facts.get(target.name), target.unit, say), row.unknown.get(target.name, ""))
        for target in view.targets
        if target.name in view.choice.facts
    )


def tabs_of(view: ImportView, outcome: str, say: Formats) -> tuple[Tab, ...]:
    """The outcomes that rows have, the pressing ones first, after all of them together."""
    every = Tab(say.gettext("All rows"), view.rows_done, import_path(view.id), not outcome, "calm")
    named = [
        Tab(outcome_name(each, view, say), view.counts[RowOutcome(each)], there, each == outcome, tone)
        for each, tone in TONES.items()
        if view.counts[RowOutcome(each)]
        for there in (import_path(view.id, outcome=each),)
    ]
    return (every, *named)


def outcome_name(outcome: str, view: ImportView, say: Formats) -> str:
    """What became of a row, or would."""
    _ = say.gettext
    return {
        "refused": _("refused"),
        "invalid": _("not readable"),
        "registered": _("would be registered") if view.dry_run else _("registered"),
        "updated": _("would be updated") if view.dry_run else _("updated"),
        "unchanged": _("unchanged"),
    }[outcome]


def result_rows(
    rows: Iterable[RowView], declared: Mapping[str, Fact], *, dry_run: bool, say: Formats
) -> tuple[ResultRow, ...]:
    """Rows with what they changed; a project that a dry run would register has no page yet."""
    return tuple(
        ResultRow(
            row,
            project_path(row.key) if row.key and _is_there(row.outcome, dry_run=dry_run) else None,
            TONES[row.outcome],
            tuple(_changed(change.what, change.before, change.after, declared, say) for change in row.changes),
        )
        for row in rows
    )


def _is_there(outcome: RowOutcome, *, dry_run: bool) -> bool:
    governed = {RowOutcome.UPDATED, RowOutcome.UNCHANGED} | (set() if dry_run else {RowOutcome.REGISTERED})
    return outcome in governed


def _changed(what: str, before: object, after: object, declared: Mapping[str, Fact], say: Formats) -> str:
    fact = declared.get(what)
    kind, unit = (fact.type, fact.unit or "") if fact else (Kind.TEXT, "")
    label = say.said(fact.label or what) if fact else say.named(what)
    return f"{label}: {shown(kind, before, unit, say)} → {shown(kind, after, unit, say)}"
