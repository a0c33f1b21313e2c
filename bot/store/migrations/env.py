"""Alembic's entry: run the revisions over the connection that `bot.store.schema` opened."""

from alembic import context

from bot.store.tables import RECORDS

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=RECORDS,
    compare_type=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
