"""How alembic reaches the journal: `queue_server.adapters.sql_journal` hands in an open connection."""

from alembic import context

from queue_server.adapters.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
