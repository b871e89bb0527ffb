"""What the documentation shows must run, and what the client has must be in its reference."""

import inspect
import re
import subprocess
from pathlib import Path

import pytest

from optsvc import client

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture
def signed_in(
    monkeypatch: pytest.MonkeyPatch,
    server_url: str,
    token: str,
    worker: subprocess.Popen[bytes],  # noqa: ARG001  without one every suggestion would wait for its deadline
) -> dict[str, object]:
    """The names that a user has after following the instructions."""
    monkeypatch.setenv("OPTSVC_URL", server_url)
    monkeypatch.setenv("OPTSVC_TOKEN", token)
    return {}


def run_examples(page: Path, names: dict[str, object]) -> None:
    """Execute the Python of a page in one go, as a reader would type it."""
    text = page.read_text()
    for block in re.finditer(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        line = text.count("\n", 0, block.start(1))
        code = compile("\n" * line + block[1], str(page), "exec")  # so that a failure names the line of the page
        exec(code, names)  # noqa: S102


def test_the_tutorial_runs_and_keeps_its_promises(signed_in, capsys):
    run_examples(DOCS / "tutorials/first-experiment.md", signed_in)

    shown = capsys.readouterr().out
    assert signed_in["best"].value > 85
    assert f"{signed_in['best'].value:.1f} % with" in shown
    assert " initial " in shown
    assert " gp " in shown


def test_the_examples_of_the_reference_run(signed_in):
    run_examples(DOCS / "reference/client.md", signed_in)

    assert signed_in["experiment"].progress.observation_count == 6


@pytest.mark.parametrize("name", client.__all__)
def test_the_reference_names_everything_public(name):
    reference = (DOCS / "reference/client.md").read_text()

    assert re.search(rf"\b{name}\b", reference)
    for method, _ in inspect.getmembers(getattr(client, name), inspect.isfunction):
        if not method.startswith("_") and method != "to_json":
            assert f"`{method}(" in reference
