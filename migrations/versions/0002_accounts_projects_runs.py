"""Memberships and permissions, kinds of tokens, projects, training runs, queued suggestions, audit entries.

Whoever holds a token of a client becomes an owner of its organization: until now every token had all rights.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")  # fail fast, never queue behind traffic
    op.create_table(
        "audit_entries",
        sa.Column("token_id", sa.BigInteger(), nullable=True),
        sa.Column("client_id", sa.BigInteger(), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("method", sa.String(length=10), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("status", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    op.create_index("ix_audit_entries_client_id_id", "audit_entries", ["client_id", "id"], unique=False)
    op.create_table(
        "memberships",
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.Boolean(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_memberships_organization_id_organizations")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_memberships_user_id_users")),
        sa.PrimaryKeyConstraint("organization_id", "user_id", name=op.f("pk_memberships")),
    )
    op.create_index(op.f("ix_memberships_user_id"), "memberships", ["user_id"], unique=False)
    op.create_table(
        "permissions",
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_permissions_client_id_clients")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_permissions_user_id_users")),
        sa.PrimaryKeyConstraint("client_id", "user_id", name=op.f("pk_permissions")),
    )
    op.create_index(op.f("ix_permissions_user_id"), "permissions", ["user_id"], unique=False)
    op.create_table(
        "projects",
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("reference", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("updated", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("metadata", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_projects_client_id_clients")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_projects_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projects")),
        sa.UniqueConstraint("client_id", "reference", name=op.f("uq_projects_client_id_reference")),
    )
    op.create_index("ix_projects_client_id_updated_id", "projects", ["client_id", "updated", "id"], unique=False)
    op.create_index(op.f("ix_projects_user_id"), "projects", ["user_id"], unique=False)
    op.create_table(
        "tags",
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("color", sa.String(length=7), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_tags_client_id_clients")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tags")),
        sa.UniqueConstraint("client_id", "name", name=op.f("uq_tags_client_id_name")),
    )
    op.create_table(
        "notes",
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("contents", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_notes_project_id_projects")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notes_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
    )
    op.create_index(op.f("ix_notes_project_id"), "notes", ["project_id"], unique=False)
    op.create_table(
        "web_data",
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(length=50), nullable=False),
        sa.Column("display_name", sa.String(length=100), nullable=False),
        sa.Column("updated", sa.DateTime(timezone=True), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_web_data_project_id_projects")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_web_data_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_data")),
    )
    op.create_index("ix_web_data_project_id_kind", "web_data", ["project_id", "kind"], unique=False)
    op.create_table(
        "metric_importances",
        sa.Column("experiment_id", sa.BigInteger(), nullable=False),
        sa.Column("metric", sa.String(length=100), nullable=False),
        sa.Column("data_version", sa.BigInteger(), nullable=False),
        sa.Column("importances", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["experiment_id"], ["experiments.id"], name=op.f("fk_metric_importances_experiment_id_experiments")
        ),
        sa.PrimaryKeyConstraint("experiment_id", "metric", name=op.f("pk_metric_importances")),
    )
    op.create_table(
        "queued_suggestions",
        sa.Column("experiment_id", sa.BigInteger(), nullable=False),
        sa.Column("assignments", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("task", sa.String(length=100), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["experiment_id"], ["experiments.id"], name=op.f("fk_queued_suggestions_experiment_id_experiments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queued_suggestions")),
    )
    op.create_index(
        "ix_queued_suggestions_experiment_id_id", "queued_suggestions", ["experiment_id", "id"], unique=False
    )
    op.create_table(
        "training_runs",
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("experiment_id", sa.BigInteger(), nullable=True),
        sa.Column("suggestion_id", sa.BigInteger(), nullable=True),
        sa.Column("observation_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("updated", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("favorite", sa.Boolean(), nullable=False),
        sa.Column("checkpoint_count", sa.BigInteger(), nullable=False),
        sa.Column("model_type", sa.Text(), nullable=True),
        sa.Column("source_code_content", sa.Text(), nullable=True),
        sa.Column("source_code_hash", sa.Text(), nullable=True),
        sa.Column(
            "assignments",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column(
            "assignments_meta",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column(
            "assignments_sources",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column(
            "values", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column(
            "logs", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column(
            "datasets", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("metadata", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column(
            "dev_metadata",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column(
            "sys_metadata",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_training_runs_client_id_clients")),
        sa.ForeignKeyConstraint(
            ["experiment_id"], ["experiments.id"], name=op.f("fk_training_runs_experiment_id_experiments")
        ),
        sa.ForeignKeyConstraint(
            ["observation_id"], ["observations.id"], name=op.f("fk_training_runs_observation_id_observations")
        ),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_training_runs_project_id_projects")),
        sa.ForeignKeyConstraint(
            ["suggestion_id"], ["suggestions.id"], name=op.f("fk_training_runs_suggestion_id_suggestions")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_training_runs_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_runs")),
    )
    op.create_index("ix_training_runs_client_id_id", "training_runs", ["client_id", "id"], unique=False)
    op.create_index("ix_training_runs_experiment_id_id", "training_runs", ["experiment_id", "id"], unique=False)
    op.create_index(op.f("ix_training_runs_observation_id"), "training_runs", ["observation_id"], unique=False)
    op.create_index("ix_training_runs_project_id_id", "training_runs", ["project_id", "id"], unique=False)
    op.create_index(op.f("ix_training_runs_suggestion_id"), "training_runs", ["suggestion_id"], unique=False)
    op.create_index(op.f("ix_training_runs_user_id"), "training_runs", ["user_id"], unique=False)
    op.create_table(
        "checkpoints",
        sa.Column("training_run_id", sa.BigInteger(), nullable=False),
        sa.Column("values", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("metadata", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["training_run_id"], ["training_runs.id"], name=op.f("fk_checkpoints_training_run_id_training_runs")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkpoints")),
    )
    op.create_index("ix_checkpoints_training_run_id_id", "checkpoints", ["training_run_id", "id"], unique=False)
    op.create_table(
        "files",
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("training_run_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=True),
        sa.Column("filename", sa.String(length=100), nullable=True),
        sa.Column("content_length", sa.BigInteger(), nullable=False),
        sa.Column("content_type", sa.String(length=100), nullable=False),
        sa.Column("content_md5", sa.String(length=24), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_files_client_id_clients")),
        sa.ForeignKeyConstraint(
            ["training_run_id"], ["training_runs.id"], name=op.f("fk_files_training_run_id_training_runs")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_files_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files")),
        sa.UniqueConstraint("key", name=op.f("uq_files_key")),
    )
    op.create_index(op.f("ix_files_client_id"), "files", ["client_id"], unique=False)
    op.create_index(op.f("ix_files_training_run_id"), "files", ["training_run_id"], unique=False)
    op.create_table(
        "training_run_tags",
        sa.Column("training_run_id", sa.BigInteger(), nullable=False),
        sa.Column("tag_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["tag_id"], ["tags.id"], name=op.f("fk_training_run_tags_tag_id_tags")),
        sa.ForeignKeyConstraint(
            ["training_run_id"], ["training_runs.id"], name=op.f("fk_training_run_tags_training_run_id_training_runs")
        ),
        sa.PrimaryKeyConstraint("training_run_id", "tag_id", name=op.f("pk_training_run_tags")),
    )
    op.create_index(op.f("ix_training_run_tags_tag_id"), "training_run_tags", ["tag_id"], unique=False)
    op.add_column("clients", sa.Column("sees_others", sa.Boolean(), server_default=sa.text("true"), nullable=False))
    op.add_column("experiments", sa.Column("project_id", sa.BigInteger(), nullable=True))
    op.add_column("experiments", sa.Column("type", sa.String(length=10), server_default="offline", nullable=False))
    op.add_column(
        "experiments", sa.Column("development", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("experiments", sa.Column("runs_only", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column(
        "experiments",
        sa.Column(
            "conditionals",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
    )
    op.add_column(
        "experiments",
        sa.Column(
            "linear_constraints",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
    )
    op.add_column(
        "experiments",
        sa.Column(
            "tasks", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
    )
    op.add_column("experiments", sa.Column("num_solutions", sa.BigInteger(), nullable=True))
    op.create_index("ix_experiments_project_id_id", "experiments", ["project_id", "id"], unique=False)
    op.create_foreign_key(op.f("fk_experiments_project_id_projects"), "experiments", "projects", ["project_id"], ["id"])
    op.execute("DELETE FROM idempotency_keys")  # which token sent them is not known; they serve for days only
    op.add_column("idempotency_keys", sa.Column("token_id", sa.BigInteger(), nullable=False))
    op.drop_constraint(op.f("uq_idempotency_keys_client_id_key"), "idempotency_keys", type_="unique")
    op.create_unique_constraint(op.f("uq_idempotency_keys_token_id_key"), "idempotency_keys", ["token_id", "key"])
    op.drop_constraint(op.f("fk_idempotency_keys_client_id_clients"), "idempotency_keys", type_="foreignkey")
    op.create_foreign_key(
        op.f("fk_idempotency_keys_token_id_tokens"),
        "idempotency_keys",
        "tokens",
        ["token_id"],
        ["id"],
        ondelete="CASCADE",
    )
    op.drop_column("idempotency_keys", "client_id")
    op.add_column("observations", sa.Column("task", sa.String(length=100), nullable=True))
    op.add_column("suggestions", sa.Column("task", sa.String(length=100), nullable=True))
    op.add_column("tokens", sa.Column("kind", sa.String(length=20), server_default="client-api", nullable=False))
    op.add_column("tokens", sa.Column("experiment_id", sa.BigInteger(), nullable=True))
    op.add_column("tokens", sa.Column("training_run_id", sa.BigInteger(), nullable=True))
    op.add_column("tokens", sa.Column("read_only", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("tokens", sa.Column("lease_length_s", sa.BigInteger(), nullable=True))
    op.alter_column("tokens", "client_id", existing_type=sa.BIGINT(), nullable=True)
    op.drop_index(op.f("ix_tokens_user_id"), table_name="tokens")
    op.create_index("ix_tokens_user_id_client_id", "tokens", ["user_id", "client_id"], unique=False)
    op.create_foreign_key(
        op.f("fk_tokens_training_run_id_training_runs"), "tokens", "training_runs", ["training_run_id"], ["id"]
    )
    op.create_foreign_key(
        op.f("fk_tokens_experiment_id_experiments"), "tokens", "experiments", ["experiment_id"], ["id"]
    )
    op.add_column("users", sa.Column("password_hash", sa.String(length=200), nullable=True))
    op.add_column("users", sa.Column("deleted", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.execute(
        "INSERT INTO memberships (organization_id, user_id, owner, created) "
        "SELECT DISTINCT clients.organization_id, tokens.user_id, true, now() "
        "FROM tokens JOIN clients ON clients.id = tokens.client_id WHERE tokens.user_id IS NOT NULL"
    )
    op.execute(
        "INSERT INTO permissions (client_id, user_id, role, created) "
        "SELECT DISTINCT client_id, user_id, 'admin', now() FROM tokens WHERE user_id IS NOT NULL"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '4s'")
    op.execute("DELETE FROM idempotency_keys")
    op.execute("DELETE FROM tokens WHERE kind <> 'client-api'")  # there is no place for them
    op.drop_column("users", "deleted")
    op.drop_column("users", "password_hash")
    op.drop_constraint(op.f("fk_tokens_experiment_id_experiments"), "tokens", type_="foreignkey")
    op.drop_constraint(op.f("fk_tokens_training_run_id_training_runs"), "tokens", type_="foreignkey")
    op.drop_index("ix_tokens_user_id_client_id", table_name="tokens")
    op.create_index(op.f("ix_tokens_user_id"), "tokens", ["user_id"], unique=False)
    op.alter_column("tokens", "client_id", existing_type=sa.BIGINT(), nullable=False)
    op.drop_column("tokens", "lease_length_s")
    op.drop_column("tokens", "read_only")
    op.drop_column("tokens", "training_run_id")
    op.drop_column("tokens", "experiment_id")
    op.drop_column("tokens", "kind")
    op.drop_column("suggestions", "task")
    op.drop_column("observations", "task")
    op.add_column("idempotency_keys", sa.Column("client_id", sa.BIGINT(), autoincrement=False, nullable=False))
    op.drop_constraint(op.f("fk_idempotency_keys_token_id_tokens"), "idempotency_keys", type_="foreignkey")
    op.create_foreign_key(
        op.f("fk_idempotency_keys_client_id_clients"), "idempotency_keys", "clients", ["client_id"], ["id"]
    )
    op.drop_constraint(op.f("uq_idempotency_keys_token_id_key"), "idempotency_keys", type_="unique")
    op.create_unique_constraint(
        op.f("uq_idempotency_keys_client_id_key"),
        "idempotency_keys",
        ["client_id", "key"],
        postgresql_nulls_not_distinct=False,
    )
    op.drop_column("idempotency_keys", "token_id")
    op.drop_constraint(op.f("fk_experiments_project_id_projects"), "experiments", type_="foreignkey")
    op.drop_index("ix_experiments_project_id_id", table_name="experiments")
    op.drop_column("experiments", "num_solutions")
    op.drop_column("experiments", "tasks")
    op.drop_column("experiments", "linear_constraints")
    op.drop_column("experiments", "conditionals")
    op.drop_column("experiments", "runs_only")
    op.drop_column("experiments", "development")
    op.drop_column("experiments", "type")
    op.drop_column("experiments", "project_id")
    op.drop_column("clients", "sees_others")
    op.drop_index(op.f("ix_training_run_tags_tag_id"), table_name="training_run_tags")
    op.drop_table("training_run_tags")
    op.drop_index(op.f("ix_files_training_run_id"), table_name="files")
    op.drop_index(op.f("ix_files_client_id"), table_name="files")
    op.drop_table("files")
    op.drop_index("ix_checkpoints_training_run_id_id", table_name="checkpoints")
    op.drop_table("checkpoints")
    op.drop_index(op.f("ix_training_runs_user_id"), table_name="training_runs")
    op.drop_index(op.f("ix_training_runs_suggestion_id"), table_name="training_runs")
    op.drop_index("ix_training_runs_project_id_id", table_name="training_runs")
    op.drop_index(op.f("ix_training_runs_observation_id"), table_name="training_runs")
    op.drop_index("ix_training_runs_experiment_id_id", table_name="training_runs")
    op.drop_index("ix_training_runs_client_id_id", table_name="training_runs")
    op.drop_table("training_runs")
    op.drop_index("ix_queued_suggestions_experiment_id_id", table_name="queued_suggestions")
    op.drop_table("queued_suggestions")
    op.drop_table("metric_importances")
    op.drop_index("ix_web_data_project_id_kind", table_name="web_data")
    op.drop_table("web_data")
    op.drop_index(op.f("ix_notes_project_id"), table_name="notes")
    op.drop_table("notes")
    op.drop_table("tags")
    op.drop_index(op.f("ix_projects_user_id"), table_name="projects")
    op.drop_index("ix_projects_client_id_updated_id", table_name="projects")
    op.drop_table("projects")
    op.drop_index(op.f("ix_permissions_user_id"), table_name="permissions")
    op.drop_table("permissions")
    op.drop_index(op.f("ix_memberships_user_id"), table_name="memberships")
    op.drop_table("memberships")
    op.drop_index("ix_audit_entries_client_id_id", table_name="audit_entries")
    op.drop_table("audit_entries")
