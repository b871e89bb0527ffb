"""Building: only when the sources have changed; and a failure says in one line what to do."""

import os
import shutil
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[2] / "dashboard"


@pytest.fixture
def project(tmp_path) -> Path:
    """A dashboard of one file beside the real build script."""
    (tmp_path / "dashboard" / "src").mkdir(parents=True)
    for name in ("build.py", "docs.html", "index.html", "package.json", "vite.config.ts"):
        shutil.copy(SOURCES / name, tmp_path / "dashboard" / name)
    (tmp_path / "dashboard" / "package-lock.json").write_text("no lock file")
    (tmp_path / "dashboard" / "src" / "main.tsx").write_text("export {};")
    return tmp_path


def built(project: Path) -> bool:
    spec = spec_from_file_location("build_dashboard", project / "dashboard" / "build.py")
    builder = module_from_spec(spec)
    spec.loader.exec_module(builder)
    if not builder.STATIC.exists():
        builder.STATIC.mkdir(parents=True)
        builder._STAMP.write_text(builder._digest(builder._sources()))
    return builder.is_built()


def test_what_was_built_stands_until_a_source_changes(project):
    source = project / "dashboard" / "src" / "main.tsx"

    before = built(project)
    (project / "dashboard" / "src" / "main.test.ts").write_text("a test is no source")
    with_a_test = built(project)
    source.write_text("export { };")
    changed = built(project)

    assert (before, with_a_test, changed) == (True, True, False)


def build(project: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, project / "dashboard" / "build.py"],
        capture_output=True,
        text=True,
        env=os.environ | environment,
    )


def test_a_failure_is_one_line(project):
    run = build(project)

    assert run.returncode == 1
    assert run.stderr.startswith("the dashboard could not be built: npm-cli.js ci: ")
    assert run.stderr.count("\n") == 1


def test_it_can_be_left_out(project):
    assert build(project, OPTSVC_SKIP_DASHBOARD="1").returncode == 0


def test_the_lock_file_names_no_place_to_download_from():
    lock = (SOURCES / "package-lock.json").read_text()

    assert '"resolved"' not in lock
    assert '"integrity"' in lock
