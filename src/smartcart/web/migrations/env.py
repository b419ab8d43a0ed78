"""Run by Alembic: the connection is given by ``smartcart.web.database``."""

from alembic import context

from smartcart.web.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
