"""What a suggestion was computed from, so that it can be computed again. Older ones cannot."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")  # fail fast, never queue behind traffic
    for table in ("proposals", "suggestions"):
        op.add_column(table, sa.Column("inputs", postgresql.JSONB(none_as_null=True), nullable=True))


def downgrade() -> None:
    for table in ("suggestions", "proposals"):
        op.drop_column(table, "inputs")
