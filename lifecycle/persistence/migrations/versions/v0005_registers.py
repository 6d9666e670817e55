"""Registers that were uploaded to be imported."""

import sqlalchemy as sa
from alembic import op

from lifecycle.persistence.migrations.kinds import instants, words

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "registers",
        *words("id", "name", "file", "person"),
        *instants("uploaded_at"),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade() -> None:
    raise RuntimeError("Nothing is taken back; restore a backup instead.")
