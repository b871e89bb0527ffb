"""How long optimizers take for a suggestion, beside each other: ``python -m benchmarks.pace [--peers ours,ax]``.

With one metric of ten numeric parameters and with two metrics of six; 100 evaluations of one development seed, one
optimizer after the other in one run, one thread each. Seconds are the processor's; the last result is told in them.
Keeps its figures in ``benchmarks/results/pace.json``.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from benchmarks.peers import OURS, PEERS, Peer
from benchmarks.peers.process import PeerError, PeerProcess
from benchmarks.problems import functions
from benchmarks.problems.instance import DEVELOPMENT_SEEDS, ShiftedFunction
from benchmarks.protocols import BenchmarkProblem
from benchmarks.several.problems import PROBLEMS as SEVERAL
from benchmarks.trial import SECONDS_AT, run
from optsvc.domain.space import DoubleParameter

_RESULTS = Path(__file__).parent / "results" / "pace.json"
_EVALUATIONS = 100
_PROBLEMS: tuple[BenchmarkProblem, ...] = (
    ShiftedFunction(
        "rosenbrock-10",
        "smooth",
        tuple(DoubleParameter(f"x{index}", -2.0, 2.0) for index in range(10)),
        functions.rosenbrock,
        0.0,
        (0.8,) * 10,
    ),
    *(problem for problem in SEVERAL if problem.name == "dtlz2-two-6"),
)


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peers", default=f"{OURS},optuna-tpe,optuna-gp,ax", help="which optimizers, comma-separated")
    parser.add_argument("--results", type=Path, default=_RESULTS, help="where to keep the figures")
    arguments = parser.parse_args()
    by_name = {peer.name: peer for peer in PEERS}
    if unknown := set(arguments.peers.split(",")) - set(by_name):
        parser.error(f"no such optimizer: {', '.join(sorted(unknown))}")
    peers = [by_name[name] for name in arguments.peers.split(",")]
    if missing := [peer.name for peer in peers if not peer.installed]:
        parser.error(f"not installed: {', '.join(missing)}; see: make bench-install")
    found = [_measure(problem, peer) for problem in _PROBLEMS for peer in peers if not problem.needs & peer.lacks]
    arguments.results.parent.mkdir(parents=True, exist_ok=True)
    arguments.results.write_text(json.dumps(found, indent=2) + "\n")


def _measure(problem: BenchmarkProblem, peer: Peer) -> dict[str, Any]:
    try:
        with PeerProcess(peer) as process:
            result = run(process, problem, DEVELOPMENT_SEEDS, _EVALUATIONS)
    except PeerError as error:
        raise SystemExit(f"{peer.name} on {problem.name}: {error}") from error
    seconds = {f"at_{n}_s": result["seconds"].get(str(n)) for n in SECONDS_AT}
    found = {"problem": problem.name, "optimizer": peer.name, "version": result["version"], **seconds}
    print(found, flush=True)
    return found


if __name__ == "__main__":
    main()
