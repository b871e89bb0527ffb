"""The README's examples, run as they stand there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).parent.parent / "README.md"
pytestmark = pytest.mark.usefixtures("worker")


def block(language: str) -> str:
    """The README's example in this language."""
    [code] = re.findall(
        rf"<!-- run by tests/test_readme.py -->\n```{language}\n(.*?)```", README.read_text(), re.DOTALL
    )
    return code


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_curl_example_runs(server_url, token):
    done = subprocess.run(
        ["sh", "-euc", block("sh")],
        env=os.environ | {"URL": f"{server_url}/v1", "TOKEN": token},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert '"object": "best_assignments"' in done.stdout
    assert '"value": 0.7' in done.stdout


def test_the_python_example_runs_and_bakes_a_good_cake(server_url, token):
    done = subprocess.run(
        [sys.executable, "-c", block("python")],
        env=os.environ | {"OPTSVC_URL": server_url, "OPTSVC_TOKEN": token},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert float(done.stdout.split()[-1]) > 0.9
    assert "'oven': 'gas'" in done.stdout
