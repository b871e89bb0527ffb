"""How Alembic runs our migrations: one at a time, each in its own transaction, never queueing behind traffic."""

from alembic import context
from sqlalchemy import text

from optsvc.storage.migrations import VERSION_TABLE
from optsvc.storage.models import Base

ONE_AT_A_TIME = 7_203_114_865  # an arbitrary key of our own among PostgreSQL's advisory locks

if context.is_offline_mode():
    raise SystemExit("offline migrations are not supported: run `optsvc migrate` against the database")

engine = context.config.attributes.get("engine")
if engine is None:
    raise SystemExit("run migrations with `optsvc migrate`, which knows the database")

with engine.connect() as connection:
    connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": ONE_AT_A_TIME})
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        version_table=VERSION_TABLE,
        include_name=lambda name, kind, _: kind != "table" or name in Base.metadata.tables,
        transaction_per_migration=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()
