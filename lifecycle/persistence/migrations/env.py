"""Runs migrations on the connection that `lifecycle.persistence.migrate` hands over, inside its transaction."""

from alembic import context

from lifecycle.persistence import (  # noqa: F401  (they fill the schema)
    account_tables,
    measures,
    notice_tables,
    office_tables,
    policy_tables,
    tables,
)
from lifecycle.persistence.columns import schema

context.configure(
    connection=context.config.attributes["connection"], target_metadata=schema, render_as_batch=True, compare_type=True
)
with context.begin_transaction():
    context.run_migrations()
