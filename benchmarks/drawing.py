"""How long charts of many observations take until they are seen: ``python -m benchmarks.drawing [--rows 0,100000]``.

In a real Chromium. *Cold*: from the address to the drawn chart, in a browser that has nothing of the dashboard;
*again*: in one that has its files. Who is in the dashboard already waits for the *answer*, server and transfer, and the
*drawing*. Keeps its figures in ``benchmarks/results/drawing.json``.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg
from playwright.sync_api import Browser, Page, expect
from tests.support.browser import Visitor, chromium

from benchmarks.api import Api, running_api

_ROOT = Path(__file__).parents[1]
_RESULTS = Path(__file__).parent / "results" / "drawing.json"
_RUNS = 5
_BODY = {
    "parameters": [
        {"name": "rate", "type": "double", "bounds": {"min": 1e-5, "max": 1}, "transformation": "log"},
        {"name": "layers", "type": "int", "bounds": {"min": 1, "max": 8}},
        {"name": "dropout", "type": "double", "bounds": {"min": 0, "max": 0.5}},
        {"name": "momentum", "type": "double", "bounds": {"min": 0, "max": 1}},
        {"name": "activation", "type": "categorical", "categorical_values": ["relu", "tanh", "gelu"]},
    ],
    "metrics": [{"name": "accuracy"}, {"name": "seconds", "objective": "minimize"}],
    "type": "random",
    "observation_budget": 10**6,
}
_FILL = """
    WITH points AS (
        SELECT i, 10 ^ (-5 * random()) AS rate, 1 + floor(8 * random())::int AS layers, random() / 2 AS dropout,
               random() AS momentum, (ARRAY['relu', 'tanh', 'gelu'])[1 + floor(3 * random())::int] AS activation
        FROM generate_series(1, %(rows)s) i
    ), made AS (
        INSERT INTO observations (experiment_id, assignments, failed, deleted, created)
        SELECT %(experiment)s, to_jsonb(points) - 'i', i %% 20 = 7, false,
               now() - (%(rows)s - i) * interval '1 minute'
        FROM points ORDER BY i
        RETURNING id, assignments, failed
    ), valued AS (
        SELECT id, (assignments->>'rate')::float AS rate, (assignments->>'layers')::float AS layers, random() AS luck
        FROM made WHERE NOT failed
    )
    INSERT INTO metric_evaluations (observation_id, metric, experiment_id, value)
    SELECT id, 'accuracy', %(experiment)s, 0.9 - 0.05 * (log(rate::numeric)::float + 2) ^ 2 + 0.01 * layers - 0.1 * luck
    FROM valued
    UNION ALL
    SELECT id, 'seconds', %(experiment)s, 20 * layers * (1 + luck) FROM valued
"""
_CHARTS = {
    "history": ("/analysis?view=history", "history", "accuracy over"),
    "front": ("/analysis?view=pareto", "pareto", "seconds against accuracy"),
    "scatter": ("/analysis?view=scatter&colour=metric:seconds", "scatter", "accuracy against"),
    "parallel coordinates": ("/analysis?view=points", "parallel_coordinates", "Parallel coordinates"),
    "history on the summary": ("", "history", "accuracy over"),
}
"""Where each is, its kind, and how its name begins."""
_WATCH = """
    new MutationObserver(() => {
        const drawn = document.querySelector("figure[aria-label^='%s'] [aria-busy=false]");
        if (drawn === null || "drawnAt" in window) return;
        window.drawnAt = null;
        requestAnimationFrame(() => requestAnimationFrame(() => { window.drawnAt = performance.now(); }));
    }).observe(document, { subtree: true, childList: true, attributeFilter: ["aria-busy"] });
"""
"""Notes when a chart is on the screen: the frame after the one in which it was drawn."""
_ASKED = """
    (() => {
        const plot = performance.getEntriesByType("resource").find((entry) => entry.name.includes("/plots/%s?"));
        return { took: plot.duration, bytes: plot.encodedBodySize };
    })()
"""
_PATIENCE_S = 60.0


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.drawing", description=__doc__)
    parser.add_argument("--rows", default="1,30,5000,100000", help="numbers of observations (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=_RUNS, help="how often each is measured (default: %(default)s)")
    parser.add_argument("--results", type=Path, default=_RESULTS, help="where to keep the figures")
    arguments = parser.parse_args()
    subprocess.run([sys.executable, _ROOT / "dashboard" / "build.py"], check=True)
    found: dict[str, Any] = {}
    with running_api() as api, chromium() as browser:
        for rows in map(int, arguments.rows.split(",")):
            path = f"/experiments/{_filled(api, rows)}"
            found[str(rows)] = {
                chart: _measured(browser, api, f"{path}{view}", kind, name, arguments.runs)
                for chart, (view, kind, name) in _CHARTS.items()
            }
            print(rows, json.dumps(found[str(rows)], indent=2), flush=True)
    arguments.results.parent.mkdir(parents=True, exist_ok=True)
    arguments.results.write_text(json.dumps(found, indent=2) + "\n")


def _filled(api: Api, rows: int) -> str:
    """An experiment with so many observations; its id."""
    answer = api.client.post("/experiments", json=_BODY | {"name": f"{rows:,} observations"})
    experiment = str(answer.raise_for_status().json()["id"])
    with psycopg.connect(api.database_url) as database:
        database.execute(_FILL, {"experiment": int(experiment), "rows": rows})
    with psycopg.connect(api.database_url, autocommit=True) as database:
        database.execute("VACUUM ANALYZE")
    return experiment


def _measured(browser: Browser, api: Api, path: str, kind: str, chart: str, runs: int) -> dict[str, Any]:
    found: dict[str, list[float]] = {}
    for _ in range(runs):
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        context.add_init_script(_WATCH % chart)
        visitor = Visitor(context, api.address)
        visitor.enter(api.token)
        page = visitor.page
        for name in ("cold", "again"):
            page.goto(f"{api.address}{path}", wait_until="commit")
            drawn_ms, asked = _drawn(page), page.evaluate(_ASKED % kind)
            found.setdefault(f"{name}_ms", []).append(drawn_ms)
        runs_of = {"answer_ms": asked["took"], "answer_kib": asked["bytes"] / 1024, "drawing_ms": _drawn_again(page)}
        for name, value in runs_of.items():
            found.setdefault(name, []).append(value)
        context.close()
    return {
        name: {"median": _rounded(statistics.median(values)), "least": _rounded(min(values))}
        for name, values in found.items()
    }


def _drawn(page: Page, began_ms: float = 0.0) -> float:
    """How long after `began_ms`, on the page's own clock, its first chart was on the screen."""
    deadline = time.monotonic() + _PATIENCE_S
    while (drawn_at := page.evaluate("window.drawnAt ?? null")) is None:
        if time.monotonic() > deadline:
            raise SystemExit(f"no chart at {page.url}")
        time.sleep(0.02)
    return float(drawn_at) - began_ms


def _drawn_again(page: Page) -> float:
    """How long it takes to draw the chart of this page from what the page knows: back from one without charts."""
    page.get_by_role("navigation", name="Experiment").get_by_role("link", name="Properties").click()
    expect(page.locator("main figure")).to_have_count(0)
    began = page.evaluate("delete window.drawnAt; history.back(); performance.now()")
    return _drawn(page, began)


def _rounded(value: float) -> float:
    return round(value, 1) if value < 100 else round(value)


if __name__ == "__main__":
    main()
