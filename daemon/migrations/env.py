"""Alembic's entry: run on the connection that the caller holds."""

from alembic import context

from daemon.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
context.run_migrations()
