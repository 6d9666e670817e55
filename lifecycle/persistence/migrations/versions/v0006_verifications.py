"""Verifications of the audit trail."""

import sqlalchemy as sa
from alembic import op

from lifecycle.persistence.migrations.kinds import instants, integers, texts, words

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "verifications",
        *words("id", "person", "status"),
        *instants("started_at"),
        *instants("finished_at", nullable=True),
        *integers("total", "done", "chains"),
        *texts("noted"),
        *integers("found"),
        *texts("findings"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_verifications_started_at", "verifications", ["started_at"])


def downgrade() -> None:
    raise RuntimeError("Nothing is taken back; restore a backup instead.")
