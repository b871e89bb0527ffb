"""Takes the pictures of the dashboard that the documentation shows: ``make pictures``, some minutes.

Runs an example experiment on the real service: the reactor of the tutorial with a second metric and runs that fail,
sixty evaluations that the engine suggests. The pictures are WebP files of the pages in a real Chromium.
"""

import base64
import math
import random
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.published.service import service
from playwright.sync_api import Browser
from tests.support.browser import Visitor, chromium

from optsvc import Categorical, Client, Double, Metric
from optsvc.client import Experiment

HERE = Path(__file__).parent
BUILD = HERE.parents[1] / "dashboard" / "build.py"
EVALUATIONS = 60
WIDTH_PX = 1280
QUALITY = 62
"""Of WebP: letters stay sharp, and no page takes more than 80 kB."""
PATIENCE_S = 120.0
COMPUTING = "main [role=status]:has-text('computed'), main [role=status]:has-text('computing')"

SPACE = [
    Double("temperature", 60, 200),
    Double("minutes", 2, 240, log=True),
    Double("pressure", 1, 20),
    Categorical("catalyst", ["zeolite", "platinum"]),
]


@dataclass(frozen=True, slots=True)
class Picture:
    """One page.

    Args:
        name: Of the file.
        path: Its address; ``{id}`` stands for the experiment.
        height_px: What is seen of it.
        scheme: By day, or by night.
    """

    name: str
    path: str
    height_px: int
    scheme: str = "light"


PICTURES = (
    Picture("experiments", "/experiments", 520),
    Picture("summary", "/experiments/{id}", 960),
    Picture("summary-dark", "/experiments/{id}", 960, "dark"),
    Picture("trade-offs", "/experiments/{id}/analysis?view=pareto", 760),
    Picture("all-points", "/experiments/{id}/analysis?view=points", 720),
    Picture("along-parameters", "/experiments/{id}/analysis?view=slices&metric=yield", 880),
    Picture("history", "/experiments/{id}/history", 760),
    Picture("suggestions", "/experiments/{id}/suggestions", 760),
)


def run(point: Mapping[str, Any], noise: random.Random) -> dict[str, float] | None:
    """Yield in percent and cost of a run of the reactor; None if it had to be stopped."""
    temperature, minutes, pressure = point["temperature"], point["minutes"], point["pressure"]
    zeolite = point["catalyst"] == "zeolite"
    if temperature > 120 and pressure > 11:
        return None
    away = ((temperature - (145 if zeolite else 110)) / 40) ** 2 + (math.log(minutes / 30) / 1.5) ** 2
    product = (92 if zeolite else 78) * math.exp(-away) * (1 - math.exp(-pressure / 4)) + noise.gauss(0, 0.8)
    cost = 2 + 0.02 * temperature + 0.03 * minutes + 0.25 * pressure + (0 if zeolite else 4) + noise.gauss(0, 0.05)
    return {"yield": product, "cost": cost}


def evaluate(experiment: Experiment, evaluations: int) -> None:
    """Have the engine suggest so many runs, and report them."""
    noise = random.Random(7)  # noqa: S311
    for suggestion in experiment.loop(evaluations=evaluations):
        values = run(suggestion.assignments, noise)
        suggestion.observe(failed=True) if values is None else suggestion.observe(values=values)


def made(client: Client) -> str:
    """The experiment that is shown, and some beside it in the list; its id."""
    objectives = [Metric("yield"), Metric("cost", "minimize")]
    for name, budget, count in (("Reactor, first look", 12, 12), ("Reactor with recycling", 80, 3)):
        experiment = client.create_experiment(
            name=name, parameters=SPACE, metrics=objectives, observation_budget=budget
        )
        evaluate(experiment, count)
    shown = client.create_experiment(
        name="Reactor", parameters=SPACE, metrics=objectives, observation_budget=EVALUATIONS + 20
    )
    evaluate(shown, EVALUATIONS)
    for _ in range(2):
        shown.suggest()
    return str(shown.id)


def take(browser: Browser, address: str, token: str, experiment: str) -> None:
    """All pictures, when what workers compute for them is there."""
    for picture in PICTURES:
        size = {"width": WIDTH_PX, "height": picture.height_px}
        context = browser.new_context(viewport=size, color_scheme=picture.scheme)
        visitor = Visitor(context, address)
        visitor.enter(token)
        page = visitor.open(picture.path.format(id=experiment))
        visitor.rest()
        deadline = time.monotonic() + PATIENCE_S
        while page.locator(COMPUTING).count() and time.monotonic() < deadline:
            page.wait_for_timeout(200)
        page.wait_for_timeout(500)  # what has just come is being drawn
        taken = context.new_cdp_session(page).send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
        (HERE / f"{picture.name}.webp").write_bytes(base64.b64decode(taken["data"]))
        context.close()


def main() -> None:
    """Run, and take."""
    subprocess.run([sys.executable, BUILD], check=True)  # noqa: S603
    with service() as (address, token), chromium() as browser:
        with Client(address, token, timeout_s=PATIENCE_S) as client:
            experiment = made(client)
        take(browser, address, token, experiment)


if __name__ == "__main__":
    main()
