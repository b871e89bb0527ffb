"""An index of the observations that are not deleted: they are counted without being read."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")  # fail fast, never queue behind traffic
    op.create_index(
        "ix_observations_experiment_id_deleted_id", "observations", ["experiment_id", "deleted", "id"], unique=False
    )
    op.drop_index("ix_observations_experiment_id_id", table_name="observations")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.create_index("ix_observations_experiment_id_id", "observations", ["experiment_id", "id"], unique=False)
    op.drop_index("ix_observations_experiment_id_deleted_id", table_name="observations")
