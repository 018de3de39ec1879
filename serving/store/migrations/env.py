"""Runs Alembic's migrations on the connection that serving.store.database.migrations hands over."""

from __future__ import annotations

from alembic import context

from serving.store.tables import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,  # SQLite changes a table by copying it
)
with context.begin_transaction():
    context.run_migrations()
