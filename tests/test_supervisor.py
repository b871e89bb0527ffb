import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from optsvc import supervisor as module
from optsvc.supervisor import Program, Supervisor

SLEEP = "import time; time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Callable[..., Program]]:
    made: list[Program] = []

    def make(code: str, name: str = "it", patience_s: float = 5.0) -> Program:
        command = [sys.executable, "-I", "-S", "-c", code]
        made.append(Program(name, command, tmp_path / f"{name}.log", environment={}, patience_s=patience_s))
        return made[-1]

    yield make
    for each in made:
        each.stop()


def for_seconds(seconds: float) -> Callable[[], bool]:
    end = time.monotonic() + seconds
    return lambda: time.monotonic() > end


def test_a_program_that_was_killed_runs_again(program, monkeypatch, caplog):
    monkeypatch.setattr(module, "FIRST_DELAY_S", 0.01)
    monkeypatch.setattr(module, "LOOK_EVERY_S", 0.01)
    kept = program(SLEEP)
    supervisor = Supervisor()
    supervisor.start(kept)
    first = kept.pid

    psutil.Process(first).kill()
    supervisor.look_after(until=lambda: kept.pid not in (first, None))

    assert psutil.pid_exists(kept.pid)
    assert "it ended; starting it again" in caplog.text
    supervisor.stop()


def test_a_program_that_cannot_run_is_tried_less_and_less_often(program, monkeypatch, tmp_path):
    monkeypatch.setattr(module, "FIRST_DELAY_S", 0.1)
    monkeypatch.setattr(module, "LOOK_EVERY_S", 0.01)
    supervisor = Supervisor()
    supervisor.start(program("print('started')"))
    log = tmp_path / "it.log"

    supervisor.look_after(until=for_seconds(1.2))
    starts = log.read_text().count("started")
    supervisor.look_after(until=lambda: log.read_text().count("started") > 1)
    supervisor.stop()

    assert starts <= 4  # at 0, 0.1, 0.3 and 0.7 s, and later


def test_stopping_waits_for_what_a_program_is_doing(program, tmp_path):
    kept = program(
        "import signal, sys, time\n"
        "def finish(*_):\n    time.sleep(0.3); print('finished', flush=True); sys.exit()\n"
        "signal.signal(signal.SIGTERM, finish); print('up', flush=True); time.sleep(60)"
    )
    supervisor = Supervisor()
    supervisor.start(kept)
    wait_for_line(tmp_path / "it.log", "up")

    supervisor.stop()

    assert kept.pid is None
    assert (tmp_path / "it.log").read_text().split() == ["up", "finished"]


def test_a_program_that_ignores_the_request_is_killed_when_its_patience_is_over(program, tmp_path):
    kept = program(STUBBORN, patience_s=0.2)
    kept.start()
    wait_for_line(tmp_path / "it.log", "up")

    kept.stop()

    assert kept.pid is None


def test_members_of_a_group_stop_together_and_groups_in_the_opposite_order(program, tmp_path):
    supervisor = Supervisor()
    supervisor.start(program(STUBBORN, "first", patience_s=0.6))
    supervisor.start(*(program(STUBBORN, f"second-{n}", patience_s=0.6) for n in range(3)))
    for name in ("first", "second-0", "second-1", "second-2"):
        wait_for_line(tmp_path / f"{name}.log", "up")

    began = time.monotonic()
    supervisor.stop()
    took_s = time.monotonic() - began

    assert 1.2 <= took_s < 2.4, "two groups, each as patient as one of its members"


def test_hurrying_ends_programs_at_once(program, tmp_path):
    supervisor = Supervisor()
    supervisor.start(program(STUBBORN, patience_s=30))
    wait_for_line(tmp_path / "it.log", "up")

    began = time.monotonic()
    supervisor.hurry()
    supervisor.stop()

    assert time.monotonic() - began < 5


def test_a_large_log_is_put_aside(program, tmp_path, monkeypatch):
    monkeypatch.setattr("optsvc.embedded.process.LARGE_LOG_BYTES", 10)
    (tmp_path / "it.log").write_text("a long story\n")

    program(SLEEP).start()

    assert (tmp_path / "it.log.old").read_text() == "a long story\n"
    assert (tmp_path / "it.log").read_text() == ""


def wait_for_line(log: Path, line: str) -> None:
    deadline = time.monotonic() + 60
    while line not in (log.read_text().splitlines() if log.exists() else []):
        assert time.monotonic() < deadline
        time.sleep(0.01)
