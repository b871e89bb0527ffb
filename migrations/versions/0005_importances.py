"""What importances are wanted and computed from, and the data that the engine could make nothing of."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

VERSIONS = ("failed_version", "importances_wanted", "importances_computed")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")  # fail fast, never queue behind traffic
    for version in VERSIONS:
        op.add_column("experiments", sa.Column(version, sa.BigInteger(), server_default=sa.text("-1"), nullable=False))
    op.create_index(
        "ix_experiments_importances",
        "experiments",
        ["id"],
        unique=False,
        postgresql_where=sa.text("importances_computed < importances_wanted"),
    )
    op.add_column(
        "metric_importances",
        sa.Column("observation_count", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.drop_column("metric_importances", "observation_count")
    op.drop_index("ix_experiments_importances", table_name="experiments")
    for version in reversed(VERSIONS):
        op.drop_column("experiments", version)
