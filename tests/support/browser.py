"""A real browser: the Chromium of this machine, or one that is installed by the means at hand."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox",  # containers run their tests as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
AXE = Path(__file__).parents[2] / "dashboard" / "node_modules" / "axe-core" / "axe.min.js"
PATIENCE_MS = 15_000
QUIET_S = 0.25
PHONE_PX = 390
TWO_FRAMES = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
NIGHT = "document.documentElement.dataset.mantineColorScheme === 'dark' && document.getAnimations().length === 0"
REFUSED = "Failed to load resource"
"""What a browser says by itself of every 4xx, whatever the page makes of it."""
_SUBJECT = "h1, [role=alert]"
_LASTING = ("/events", "/analyses/")
_BUSY = "[data-waiting], [aria-busy=true]"


def executable() -> str:
    """Path of a Chromium; skips the test where there is none to be had."""
    if given := os.environ.get("OPTSVC_BROWSER"):
        return given
    if found := _installed():
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("installing chromium for the dashboard's tests (apt-get) …")  # noqa: T201
        for line in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
            subprocess.run(["apt-get", "-qq", *line], capture_output=True, check=False)
    return _installed() or pytest.skip(
        "no browser for the dashboard's tests: install chromium, or name one with OPTSVC_BROWSER"
    )


def _installed() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running browser."""
    path = executable()
    with tempfile.TemporaryDirectory(prefix="optsvc-browser-", ignore_cleanup_errors=True) as home:
        environment = os.environ | {"HOME": home, "XDG_CONFIG_HOME": home, "XDG_CACHE_HOME": home}
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS), env=environment)
            yield browser
            browser.close()


@dataclass
class Visitor:
    """Somebody in front of a browser of their own, without anybody's cookies.

    Args:
        context: The browser's profile.
        address: Of the service.
        complaints: What the pages have said on their consoles, refusals that a test provokes aside.
        under_way: What the page has asked for and not got yet, event streams aside.
        moved_at: When it last asked for or got something.
    """

    context: BrowserContext
    address: str
    complaints: list[str] = field(default_factory=list)
    under_way: list[str] = field(default_factory=list)
    moved_at: float = 0.0

    def __post_init__(self) -> None:
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("console", self._note)
        self.page.on("request", self._started)
        self.page.on("requestfinished", self._ended)
        self.page.on("requestfailed", self._ended)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and REFUSED not in message.text:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def open(self, path: str) -> Page:
        """Go to an address of the service and wait until the page shows what it is about, and the charts that it has.

        What comes after that, a test waits for by itself, or by `rest`.
        """
        self.page.goto(f"{self.address}{path}")
        self.page.locator(_SUBJECT).first.wait_for()
        expect(self.page.locator(_BUSY)).to_have_count(0, timeout=PATIENCE_MS)
        return self.page

    def rest(self) -> None:
        """Wait until nothing is on its way for a while, but streams, and questions that workers answer some time."""
        deadline = time.monotonic() + PATIENCE_MS / 1000
        while self.under_way or time.monotonic() - self.moved_at < QUIET_S:
            assert time.monotonic() < deadline, f"the page does not come to rest: {self.under_way}"
            self.page.wait_for_timeout(20)

    def _started(self, request: Request) -> None:
        if not any(part in request.url for part in _LASTING):
            self.under_way.append(request.url)
            self.moved_at = time.monotonic()

    def _ended(self, request: Request) -> None:
        if request.url in self.under_way:
            self.under_way.remove(request.url)
            self.moved_at = time.monotonic()

    def enter(self, token: str) -> None:
        """Be signed in with a token, as if that had been an hour ago: no page of the dashboard is opened for it."""
        answer = self.context.request.post(f"{self.address}/v1/sessions/token", data={"token": token})
        assert answer.ok, answer.text()
        self.page.goto(f"{self.address}/healthz")  # anything of this address, as its storage is
        self.page.evaluate("localStorage.setItem('optsvc.signed-in', 'yes')")

    def sign_in(self, token: str) -> Page:
        """Come in by a link that carries a token."""
        self.page.goto("about:blank")  # else only what is behind the # would change, if this is the sign-in
        self.page.goto(f"{self.address}/sign-in#token={token}")
        self.page.get_by_role("button", name="Sign out").wait_for()
        return self.page

    def faults(self) -> list[str]:
        """What axe finds wrong with the page for people who cannot see or point; by night, its contrasts only."""
        self.rest()
        self.page.evaluate(AXE.read_text())  # not as a script of the page's, which its policy forbids
        by_day = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        self.page.emulate_media(color_scheme="dark")
        while not self.page.evaluate(NIGHT):  # wait_for_function would need eval in the page
            self.page.wait_for_timeout(20)
        self.page.evaluate(TWO_FRAMES)  # a busy machine may have drawn none yet
        self.rest()  # charts of the night are drawn by the service
        expect(self.page.locator(_BUSY)).to_have_count(0, timeout=PATIENCE_MS)
        by_night = self.page.evaluate("axe.run(document, {runOnly: ['color-contrast'], resultTypes: ['violations']})")
        self.page.emulate_media(color_scheme="light")
        return [
            f"{violation['id']}: {node['html'][:200]} ({node['failureSummary'][:300]})"
            for violation in [*by_day["violations"], *by_night["violations"]]
            for node in violation["nodes"]
        ]

    def overhang(self) -> int:
        """By how many pixels the page is wider than a phone."""
        before = self.page.viewport_size
        self.page.set_viewport_size({"width": PHONE_PX, "height": 800})
        wider = int(self.page.evaluate("document.documentElement.scrollWidth")) - PHONE_PX
        self.page.set_viewport_size(before or {"width": 1280, "height": 800})
        return max(0, wider)
