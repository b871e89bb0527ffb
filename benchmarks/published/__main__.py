"""Two published experiments, through the running service: ``python -m benchmarks.published run``, then ``report``."""

import os

# Before NumPy is loaded: a second thread slows small matrices down, and changes the last bits of results.
os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from benchmarks.published.experiments import EXPERIMENTS
from benchmarks.published.optimizers import OPTIMIZERS
from benchmarks.published.runs import Run
from optsvc.engine import ENGINE_VERSION

T = TypeVar("T")
RESULTS = Path(__file__).parents[1] / "results" / "published"


def main() -> None:
    """Read the command and carry it out."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.published", description=__doc__)
    parser.add_argument("command", choices=("run", "report"))
    parser.add_argument("--experiments", help="names, with commas between them; both by default")
    parser.add_argument("--optimizers", help="names, with commas between them; all by default")
    parser.add_argument("--seeds", default="0", help="with commas between them (default: %(default)s)")
    parser.add_argument("--engine", default=ENGINE_VERSION, help="version that is reported (default: %(default)s)")
    parser.add_argument("--write", action="store_true", help="put the tables and pictures into the documentation")
    arguments = parser.parse_args()
    experiments = _chosen(arguments.experiments, {e.name: e for e in EXPERIMENTS}, parser)
    optimizers = _chosen(arguments.optimizers, {name: name for name in OPTIMIZERS}, parser)
    seeds = [int(seed) for seed in arguments.seeds.split(",")]
    if arguments.command == "run":
        for run in (Run(RESULTS, e, name, seed) for seed in seeds for e in experiments for name in optimizers):
            if not run.finished:
                print(f"{run.experiment.name}, {run.optimizer}, seed {run.seed} ...", flush=True)
                OPTIMIZERS[run.optimizer](run)
    else:
        from benchmarks.published.report import report  # needs the extra `bench` for its pictures, the rest does not

        report(RESULTS, experiments, seeds, engine=arguments.engine, write=arguments.write)


def _chosen(names: str | None, known: Mapping[str, T], parser: argparse.ArgumentParser) -> list[T]:
    """Those of these names, with commas between them, in the order in which they are known; all if there are none."""
    asked = set(known) if names is None else set(names.split(","))
    if unknown := asked - set(known):
        parser.error(f"there is no {', '.join(sorted(unknown))}: only {', '.join(known)}")
    return [thing for name, thing in known.items() if name in asked]


if __name__ == "__main__":
    main()
