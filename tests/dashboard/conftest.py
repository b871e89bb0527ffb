"""The built dashboard, served by the real service, in a real browser."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support.browser import AXE, Visitor, chromium

DASHBOARD = Path(__file__).parents[2] / "dashboard"


@pytest.fixture(scope="session")
def dashboard() -> Path:
    """Its sources, built, with the packages for development."""
    subprocess.run([sys.executable, DASHBOARD / "build.py"], check=True)
    if not AXE.exists():  # npm takes seconds to say that all is there
        subprocess.run([sys.executable, DASHBOARD / "build.py", "npm", "--version"], check=True)
    return DASHBOARD


@pytest.fixture(scope="session")
def browser(dashboard: Path) -> Iterator[Browser]:  # noqa: ARG001  it must be there before the service starts
    with chromium() as running:
        yield running


@pytest.fixture
def visitor(browser: Browser, server_url: str) -> Iterator[Visitor]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    visitor = Visitor(context, server_url)
    yield visitor
    context.close()
    assert visitor.complaints == []
