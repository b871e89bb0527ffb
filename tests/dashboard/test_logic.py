"""The dashboard's own tests of its logic: figures, times, addresses, filters, programs to copy."""

import os
import subprocess
import sys


def test_the_logic_keeps_to_its_tests(dashboard):
    run = subprocess.run(
        [sys.executable, dashboard / "build.py", "npm", "run", "--silent", "test"],
        capture_output=True,
        text=True,
        env=os.environ | {"NO_COLOR": "1"},
    )

    assert run.returncode == 0, run.stdout + run.stderr
