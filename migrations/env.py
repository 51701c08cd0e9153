"""Alembic's way in. `casecoord migrate` hands over a connection that has its turn, role and timeouts already."""

from alembic import context

connection = context.config.attributes.get("connection")
if connection is None:
    raise SystemExit(
        "migrations run through `casecoord migrate`, which sets the lock, the role and the timeouts"
    )

context.configure(connection=connection, transactional_ddl=True, transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
