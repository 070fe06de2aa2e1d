"""What Alembic runs: the migrations on the connection it was given, inside the caller's transaction."""

from __future__ import annotations

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=None,
    transactional_ddl=True,
    version_table="alembic_version",
)
with context.begin_transaction():
    context.run_migrations()
