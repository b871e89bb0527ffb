"""Measures the engine against random search: ``python -m benchmarks [--quick]``.

Results are kept in ``benchmarks/results/``, one file for each engine version; what is there is not run again.
"""

import os

# Before NumPy is loaded: a second thread slows small matrices down, and changes the last bits of results.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import json
import sys
from pathlib import Path

from benchmarks.optimizers import run
from benchmarks.problems import PROBLEMS
from benchmarks.report import table, versions
from optsvc.engine import ENGINE_VERSION

_BUDGETS = (20, 40, 60)
_OPTIMIZERS = ("engine", "random", "random-x2")
_RESULTS = Path(__file__).parent / "results"


def main() -> None:
    """Run what is missing, print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two seeds instead of all: a look, not a measurement")
    parser.add_argument("--seeds", type=int, default=15, help="how many seeds (default: %(default)s)")
    parser.add_argument("--first-seed", type=int, default=0, help="tune on other seeds than you report")
    parser.add_argument(
        "--results", type=Path, default=_RESULTS / f"engine-{ENGINE_VERSION}.json", help="where to keep them"
    )
    parser.add_argument("--against", type=Path, help="results of another version, to compare with")
    arguments = parser.parse_args()
    count = 2 if arguments.quick else arguments.seeds
    seeds = range(arguments.first_seed, arguments.first_seed + count)
    path: Path = arguments.results
    results = json.loads(path.read_text()) if path.exists() else {}
    for problem in PROBLEMS:
        print(f"{problem.name}: {count} seeds", file=sys.stderr, flush=True)
        for seed in seeds:
            missing = [name for name in _OPTIMIZERS if f"{problem.name}/{seed}/{name}" not in results]
            if not missing:
                continue
            instance = problem.instance(seed)
            for name in missing:
                results[f"{problem.name}/{seed}/{name}"] = run(name, instance, seed, _BUDGETS)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(results, indent=0, sort_keys=True) + "\n")
    print(table(results, PROBLEMS, seeds, _BUDGETS))
    if arguments.against:
        print("\n" + versions(json.loads(arguments.against.read_text()), results, PROBLEMS, seeds))


if __name__ == "__main__":
    main()
