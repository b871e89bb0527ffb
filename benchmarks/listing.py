"""What it costs to list and to export a million observations: ``python -m benchmarks.listing [--rows N]``.

Starts a server of its own in a process, so that its memory can be read, on embedded databases in a new directory. Keeps
its figures in ``benchmarks/results/listing.json``.
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg

from benchmarks.api import running_api

_RESULTS = Path(__file__).parent / "results" / "listing.json"
_WATCHED_PAGES = (1, 10, 100, 1000)
_BODY = {
    "name": "A million",
    "parameters": [
        {"name": "x", "type": "double", "bounds": {"min": 0, "max": 1}},
        {"name": "kind", "type": "categorical", "categorical_values": ["a", "b"]},
    ],
    "metrics": [{"name": "y"}],
    "type": "random",
    "observation_budget": 10**6,
}
_FILL = """
    WITH made AS (
        INSERT INTO observations (experiment_id, assignments, failed, deleted, metadata, created)
        SELECT %(experiment)s, jsonb_build_object('x', random(), 'kind', CASE i %% 2 WHEN 0 THEN 'a' ELSE 'b' END),
               false, false, jsonb_build_object('batch', i / 1000), now()
        FROM generate_series(1, %(rows)s) i
        RETURNING id
    )
    INSERT INTO metric_evaluations (observation_id, metric, experiment_id, value)
    SELECT id, 'y', %(experiment)s, random() FROM made
"""


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.listing", description=__doc__)
    parser.add_argument("--rows", type=int, default=10**6, help="how many observations (default: %(default)s)")
    parser.add_argument("--results", type=Path, default=_RESULTS, help="where to keep the figures")
    arguments = parser.parse_args()
    with running_api() as running:
        api, server, url = running.client, running.server, running.database_url
        path = f"/experiments/{_ok(api.post('/experiments', json=_BODY))['id']}"
        began = time.perf_counter()
        with psycopg.connect(url) as database:
            database.execute(_FILL, {"experiment": int(path.rpartition("/")[2]), "rows": arguments.rows})
        with psycopg.connect(url, autocommit=True) as database:
            database.execute("VACUUM ANALYZE")
        print(f"{arguments.rows} observations made in {time.perf_counter() - began:.0f} s")
        found = {
            "rows": arguments.rows,
            "walk": _walk(api, server, path),
            "sorted": {sort: _sorted(api, path, sort) for sort in ("timestamp", "value", "parameter-x")},
            "experiment_s": _timed(lambda: _ok(api.get(path)))[0],
            "export": {kind: _export(api, server, path, kind) for kind in ("ndjson", "csv")},
        }
    print(json.dumps(found, indent=2))
    arguments.results.parent.mkdir(parents=True, exist_ok=True)
    arguments.results.write_text(json.dumps(found, indent=2) + "\n")


def _ok(answer: httpx.Response) -> Any:
    answer.raise_for_status()
    return answer.json()


def _timed(call: Any) -> tuple[float, Any]:
    began = time.perf_counter()
    result = call()
    return round(time.perf_counter() - began, 4), result


def _rss_mib(server: psutil.Process) -> float:
    return round(server.memory_info().rss / 2**20, 1)


def _walk(api: httpx.Client, server: psutil.Process, path: str) -> dict[str, Any]:
    """All pages of the list, newest first."""
    began, page, before, pages = time.perf_counter(), 0, None, []
    memory = []
    while page == 0 or before is not None:
        page += 1
        query = {"limit": 1000} | ({} if before is None else {"before": before})
        took, body = _timed(lambda query=query: _ok(api.get(f"{path}/observations", params=query)))
        before = body["paging"]["before"]
        pages.append(took)
        memory.append(_rss_mib(server))
    return {
        "pages": page,
        "total_s": round(time.perf_counter() - began, 1),
        "page_s": {number: _median_around(pages, number) for number in _WATCHED_PAGES if number <= page},
        "rss_mib": {number: memory[number - 1] for number in _WATCHED_PAGES if number <= page},
        "rss_mib_most": max(memory),
    }


def _median_around(pages: list[float], number: int) -> float:
    """The median of the five pages nearest to this one; a single one tells more of the machine's other work."""
    first = max(0, min(number - 3, len(pages) - 5))
    near = sorted(pages[first : first + 5])
    return near[len(near) // 2]


def _sorted(api: httpx.Client, path: str, sort: str) -> float:
    return _timed(lambda: _ok(api.get(f"{path}/observations", params={"limit": 1000, "sort": sort})))[0]


def _export(api: httpx.Client, server: psutil.Process, path: str, kind: str) -> dict[str, Any]:
    before, most, size, began, first = _rss_mib(server), 0.0, 0, time.perf_counter(), 0.0
    with api.stream("GET", f"{path}/observations/export", params={"format": kind}) as answer:
        answer.raise_for_status()
        for place, part in enumerate(answer.iter_raw()):
            first = first or time.perf_counter() - began
            size += len(part)
            if place % 50 == 0:
                most = max(most, _rss_mib(server))
    return {
        "total_s": round(time.perf_counter() - began, 1),
        "first_byte_s": round(first, 2),
        "mib": round(size / 2**20, 1),
        "rss_mib_before": before,
        "rss_mib_most": most,
    }


if __name__ == "__main__":
    main()
