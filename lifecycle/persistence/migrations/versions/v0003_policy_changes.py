"""Policies before they bind anybody: drafts on trial."""

import sqlalchemy as sa
from alembic import op

from lifecycle.persistence.migrations.kinds import instants, integers, reference, texts, words

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "what_ifs",
        *words("id", "over", "person", "status"),
        *instants("started_at"),
        *instants("finished_at", nullable=True),
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


def downgrade() -> None:
    raise RuntimeError("Nothing is taken back; restore a backup instead.")
