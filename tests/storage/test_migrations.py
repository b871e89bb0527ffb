"""Migrations on databases of their own."""

import subprocess
import sys

import psycopg
import pytest
from sqlalchemy import make_url

from optsvc.storage import migrations
from optsvc.storage.models import Base
from tests.support.service import scratch_database

FOREIGN = "theirs_0042"


@pytest.fixture
def database(database_url):
    with scratch_database(database_url) as url:
        yield url


def connect(url: str) -> psycopg.Connection:
    return psycopg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False))


def tables(url: str) -> set[str]:
    with connect(url) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    return {name for (name,) in rows}


def test_up_down_and_up_again_leaves_the_tables_of_the_models(database):
    migrations.upgrade(database)
    migrations.downgrade(database, "base")
    emptied = tables(database)
    migrations.upgrade(database)

    assert emptied == {migrations.VERSION_TABLE}
    assert tables(database) == {migrations.VERSION_TABLE, *Base.metadata.tables}
    assert migrations.current(database) == migrations.head()


def test_the_migrated_database_and_the_models_agree(migrated_database):
    migrations.assert_models_match(migrated_database)


def test_two_processes_that_upgrade_at_once_both_succeed(database):
    program = "import sys; from optsvc.storage import migrations; migrations.upgrade(sys.argv[1])"
    running = [subprocess.Popen([sys.executable, "-c", program, database]) for _ in range(2)]

    assert [process.wait(timeout=60) for process in running] == [0, 0]
    assert migrations.current(database) == migrations.head()


def test_the_alembic_table_of_another_tool_in_the_same_database_is_left_alone(database):
    with connect(database) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num text PRIMARY KEY)")
        connection.execute("INSERT INTO alembic_version VALUES (%s)", [FOREIGN])
        connection.execute("CREATE TABLE theirs (id int)")

    migrations.upgrade(database)
    migrations.assert_models_match(database)
    migrations.downgrade(database, "base")

    assert tables(database) == {"alembic_version", "theirs", migrations.VERSION_TABLE}
    with connect(database) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(FOREIGN,)]


def test_an_empty_database_is_outdated_and_the_error_says_what_to_run(database):
    with pytest.raises(migrations.Outdated, match="optsvc migrate"):
        migrations.check(database)

    migrations.upgrade(database)

    migrations.check(database)
