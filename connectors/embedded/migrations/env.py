"""Run by Alembic: migrates over the connection it is handed. `shopgraph.connectors.embedded.migrate` hands it one."""

from __future__ import annotations

from alembic import context

from shopgraph.connectors.embedded.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
