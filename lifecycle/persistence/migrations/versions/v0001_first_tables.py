"""The first tables: what happened, where projects stand, and what the office keeps.

Forward only: records are not thrown away, so going back means restoring a backup.
"""

import sqlalchemy as sa
from alembic import op

from lifecycle.persistence.migrations.kinds import flags, instants, integers, large_integers, reference, texts, words

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _projects()
    _measures()
    _trail()
    _directory()
    _notices()
    _policies_and_imports()


def _projects() -> None:
    op.create_table(
        "projects",
        *words("key", "name", "portfolio", "status", "stage"),
        *instants("stage_since"),
        *words("tier"),
        *words("manager", "sponsor", nullable=True),
        *words("policy_id"),
        *large_integers("policy_version"),
        *words("policy_digest"),
        *words("confidence", nullable=True),
        *words("amounts", "breaches", "open_gates"),
        *instants("due", "late_from", nullable=True),
        *words("search"),
        *integers("seq"),
        sa.PrimaryKeyConstraint("key"),
    )
    board = "status stage tier late_from portfolio manager sponsor key"
    op.create_index("ix_projects_board", "projects", board.split())
    _indices("projects", "late_from", "manager", "sponsor")
    op.create_table(
        "states",
        *words("project"),
        *integers("seq"),
        *words("digest"),
        *texts("state"),
        sa.PrimaryKeyConstraint("project"),
    )
    op.create_table(
        "rounds",
        *words("project", "gate"),
        *integers("number"),
        *words("kind", nullable=True),
        *words("status", "tier"),
        *instants("opened_at"),
        *instants("submitted_at", nullable=True),
        *words("submitted_by", nullable=True),
        *instants("due", nullable=True),
        *instants("until"),
        *instants("late_from", "next_step_at", nullable=True),
        *integers("steps_taken"),
        *instants("stopped_at", nullable=True),
        *words("outcome", nullable=True),
        *instants("decided_at", nullable=True),
        *words("evidence_digest", "waits", nullable=True),
        *flags("asks_waiver"),
        *texts("round"),
        sa.PrimaryKeyConstraint("project", "gate", "number"),
    )
    _indices("rounds", "decided_at", "late_from project gate", "status until project gate", "submitted_by status")
    _indices("rounds", "asks_waiver until")
    op.create_table(
        "calls",
        *words("project", "gate"),
        *integers("number"),
        *words("role"),
        *instants("until"),
        sa.PrimaryKeyConstraint("project", "gate", "number", "role"),
    )
    op.create_index("ix_calls_role_until_project_gate", "calls", ["role", "until", "project", "gate"])
    op.create_table(
        "conditions",
        *words("project", "id", "gate", "owner"),
        *instants("due"),
        *words("status"),
        *texts("condition"),
        sa.PrimaryKeyConstraint("project", "id"),
    )
    _indices("conditions", "owner due", "status due")


def _measures() -> None:
    numbered = [*words("project"), *integers("seq"), *words("stage"), *instants("left_at"), *integers("days")]
    op.create_table("stays", *numbered, sa.PrimaryKeyConstraint("project", "seq"))
    _indices("stays", "left_at stage days")
    missed = [*words("project", "gate"), *integers("seq"), *instants("due", "ended_at")]
    op.create_table("lates", *missed, sa.PrimaryKeyConstraint("project", "gate", "seq"))
    op.create_index("ix_lates_ended_at_due", "lates", ["ended_at", "due"])


def _trail() -> None:
    op.create_table(
        "events",
        *words("project"),
        *integers("seq"),
        *instants("at", "recorded_at"),
        *words("type"),
        *words("gate", "person", "acting_for", "command", nullable=True),
        *texts("body"),
        sa.PrimaryKeyConstraint("project", "seq"),
    )
    op.create_table("chains", *words("chain"), *integers("n"), *words("digest"), sa.PrimaryKeyConstraint("chain"))
    op.create_table(
        "audit",
        *words("chain"),
        *integers("n"),
        *words("kind"),
        *integers("seq", nullable=True),
        *instants("at", "recorded_at"),
        *words("type"),
        *words("gate", "person", "acting_for", "command", "state", nullable=True),
        *texts("body"),
        *words("previous", "digest"),
        sa.PrimaryKeyConstraint("chain", "n"),
    )
    op.create_index("ix_audit_recorded_at_chain_n", "audit", ["recorded_at", "chain", "n"])
    op.create_table(
        "journal",
        *words("id"),
        *words("project", nullable=True),
        *words("person"),
        *words("acting_for", nullable=True),
        *words("type", "body_digest", "status"),
        *instants("sent_at"),
        *instants("settled_at", nullable=True),
        *integers("events", nullable=True),
        *words("reason", nullable=True),
        *texts("answer", nullable=True),
        *texts("body"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_journal_status_sent_at", "journal", ["status", "sent_at"])
    op.create_table(
        "notices",
        *words("key", "project", "kind"),
        *words("gate", nullable=True),
        *integers("round", "step", nullable=True),
        *words("recipient"),
        *texts("fields"),
        *instants("created_at"),
        *instants("waits_until", nullable=True),
        *words("message", nullable=True),
        *instants("seen_at", nullable=True),
        sa.PrimaryKeyConstraint("key"),
    )
    _indices("notices", "message", "recipient created_at key", "recipient seen_at", "waits_until")


def _directory() -> None:
    op.create_table("directory", *integers("id", "version"), sa.PrimaryKeyConstraint("id"))
    op.create_table(
        "people",
        *words("id", "name"),
        *words("mail", nullable=True),
        *flags("active"),
        *words("issuer", "subject"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("issuer", "subject"),
    )
    op.create_table(
        "grants",
        reference("person", "people.id"),
        *words("role", "scope"),
        sa.PrimaryKeyConstraint("person", "role", "scope"),
    )
    op.create_index("ix_grants_scope_role", "grants", ["scope", "role"])
    op.create_table(
        "delegations",
        *words("id"),
        reference("giver", "people.id"),
        reference("receiver", "people.id"),
        *words("scope"),
        *large_integers("limit", nullable=True),
        *instants("starts", "ends"),
        *words("reason"),
        *instants("revoked_at", nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    _indices("delegations", "giver", "receiver")
    op.create_table(
        "absences",
        *words("id"),
        reference("person", "people.id"),
        *instants("starts", "ends"),
        *words("reason"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_absences_person", "absences", ["person"])
    op.create_table(
        "tokens",
        *words("digest", "id"),
        reference("person", "people.id"),
        *words("label"),
        *instants("created_at"),
        *instants("expires_at", "revoked_at", nullable=True),
        sa.PrimaryKeyConstraint("digest"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("ix_tokens_person", "tokens", ["person"])
    op.execute("INSERT INTO directory (id, version) VALUES (1, 0)")


def _notices() -> None:
    op.create_table(
        "preferences",
        reference("person", "people.id"),
        *words("language", "timezone", "quiet_hours", nullable=True),
        *flags("digest", "mail", "chat", nullable=True),
        sa.PrimaryKeyConstraint("person"),
    )
    op.create_table(
        "messages",
        *words("id", "channel", "recipient"),
        *texts("body", nullable=True),
        *instants("created_at"),
        *instants("next_try_at", nullable=True),
        *integers("tries"),
        *instants("sent_at", nullable=True),
        *words("failure", nullable=True),
        *flags("given_up"),
        sa.PrimaryKeyConstraint("id", "channel", "recipient"),
    )
    _indices("messages", "next_try_at channel", "recipient created_at")
    op.create_table(
        "webhooks",
        *words("id", "label", "url", "kinds"),
        *integers("generation"),
        *instants("created_at"),
        *instants("renewed_at", nullable=True),
        *words("created_by"),
        *instants("ended_at", nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )


def _policies_and_imports() -> None:
    op.create_table(
        "policies",
        *words("id"),
        *large_integers("version"),
        *words("digest"),
        *instants("published_at"),
        *words("published_by"),
        *instants("effective_from"),
        *texts("document", "source"),
        sa.PrimaryKeyConstraint("id", "version"),
        sa.UniqueConstraint("digest"),
    )
    op.create_table(
        "imports",
        *words("id", "register", "person"),
        *flags("dry_run"),
        *words("status"),
        *integers("total", nullable=True),
        *instants("started_at"),
        *instants("finished_at", nullable=True),
        *texts("summary"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "import_rows",
        reference("import", "imports.id"),
        *integers("number"),
        *words("project", nullable=True),
        *words("result"),
        *texts("detail"),
        sa.PrimaryKeyConstraint("import", "number"),
    )


def downgrade() -> None:
    raise RuntimeError("The first tables stay; restore a backup instead.")


def _indices(table: str, *columns: str) -> None:
    for names in columns:  # of each index, a space between
        op.create_index(f"ix_{table}_{names.replace(' ', '_')}", table, names.split())
