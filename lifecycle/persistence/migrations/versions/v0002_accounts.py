"""Accounts: sign-ins to the pages, passwords, one-time codes, failed attempts, calendar addresses."""

import sqlalchemy as sa
from alembic import op

from lifecycle.persistence.migrations.kinds import instants, integers, reference, words

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_ins",
        *words("digest", "id"),
        reference("person", "people.id"),
        *words("method", "browser"),
        *instants("started_at", "seen_at"),
        *instants("confirmed_at", "ended_at", nullable=True),
        sa.PrimaryKeyConstraint("digest"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("ix_sign_ins_person_started_at", "sign_ins", ["person", "started_at"])
    op.create_table(
        "passwords",
        reference("person", "people.id"),
        *words("hash"),
        *instants("changed_at"),
        sa.PrimaryKeyConstraint("person"),
    )
    op.create_table(
        "invitations",
        *words("digest"),
        reference("person", "people.id"),
        *instants("created_at"),
        *instants("expires_at", "ended_at", nullable=True),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("ix_invitations_person", "invitations", ["person"])
    op.create_table(
        "attempts",
        *words("place"),
        *integers("failures"),
        *instants("failed_at"),
        sa.PrimaryKeyConstraint("place"),
    )
    op.create_table(
        "feeds",
        reference("person", "people.id"),
        *words("digest"),
        *instants("created_at"),
        sa.PrimaryKeyConstraint("person"),
        sa.UniqueConstraint("digest"),
    )
