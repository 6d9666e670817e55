"""Roll-outs of editions to running projects."""

import sqlalchemy as sa
from alembic import op

from lifecycle.persistence.migrations.kinds import instants, integers, reference, texts, words

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rollouts",
        *words("id", "person", "policy"),
        *integers("version"),
        *words("digest"),
        *texts("reason"),
        *integers("canary", "slice"),
        *words("phase"),
        *instants("planned_at", "moved_at"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "rollout_projects",
        reference("rollout", "rollouts.id"),
        *words("project", "verdict", "status"),
        *texts("former", "sentence"),
        sa.PrimaryKeyConstraint("rollout", "project"),
    )
    op.create_index("ix_rollout_projects_rollout_status_project", "rollout_projects", ["rollout", "status", "project"])


def downgrade() -> None:
    raise RuntimeError("Nothing is taken back; restore a backup instead.")
