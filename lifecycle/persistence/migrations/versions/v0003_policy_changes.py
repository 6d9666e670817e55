"""Policies before they bind anybody: drafts on trial, proposals, editions that expire."""

import sqlalchemy as sa
from alembic import op

from lifecycle.persistence.migrations.kinds import instants, integers, large_integers, reference, texts, words

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "what_ifs",
        *words("id", "over", "person", "status"),
        *instants("started_at"),
        *instants("finished_at", "since", "until", "due_at", nullable=True),
        *integers("total", "done", "judged"),
        *words("reached"),
        *texts("source", "summary"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_what_ifs_person_started_at", "what_ifs", ["person", "started_at"])
    op.create_index("ix_what_ifs_status", "what_ifs", ["status"])
    op.create_table(
        "what_if_projects",
        reference("what_if", "what_ifs.id"),
        *words("project", "effect"),
        *texts("detail"),
        sa.PrimaryKeyConstraint("what_if", "project"),
    )
    op.add_column("policies", *instants("expires_at", nullable=True))
    op.create_table(
        "policy_proposals",
        *words("id", "policy"),
        *large_integers("version"),
        *words("digest", "name"),
        *texts("document", "source"),
        *words("reason"),
        *instants("effective_from", "until", nullable=True),
        *words("proposed_by"),
        *instants("proposed_at"),
        *words("status"),
        *words("settled_by", nullable=True),
        *instants("settled_at", nullable=True),
        *words("reviewed_by", nullable=True),
        *instants("reviewed_at", nullable=True),
        *words("remark"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_policy_proposals_status_proposed_at", "policy_proposals", ["status", "proposed_at"])


def downgrade() -> None:
    raise RuntimeError("Nothing is taken back; restore a backup instead.")
