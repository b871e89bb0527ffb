"""Measures the engine against other optimizers: ``python -m benchmarks install``, then ``run``, then ``report``."""

import os

# Before NumPy is loaded: a second thread slows small matrices down, and changes the last bits of results.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.campaign import Plan, carry_out
from benchmarks.environments import install, why_not
from benchmarks.peers import ENVIRONMENTS, OURS, PEERS, Peer
from benchmarks.problems import PROBLEMS
from benchmarks.problems.instance import DEVELOPMENT_SEEDS, BenchmarkProblem
from benchmarks.problems.trainings import scales
from benchmarks.report import Comparison, report
from benchmarks.store import Store, versioned

_ROOT = Path(__file__).parents[1]
_RESULTS = _ROOT / "benchmarks" / "results"
_PAGE = _ROOT / "docs" / "explanation" / "benchmarks.md"
_PICTURE = _PAGE.parent / "benchmarks.svg"
_MARKS = ("<!-- report: begin -->", "<!-- report: end -->")
_BUDGET, _QUICK_BUDGET = 100, 40
_QUICK_PEERS = ("ours", "random", "random-x2", "optuna-tpe", "hyperopt", "scipy-de")


def main() -> None:
    """Read the command and carry it out."""
    parser = _parser()
    arguments = parser.parse_args()
    if arguments.write and (arguments.development or arguments.quick):
        parser.error("--write is for reported results: not with --development or --quick")
    if arguments.command == "install":
        install()
        return
    if arguments.command == "scales":
        print(scales())
        return
    known = {*(p.name for p in PROBLEMS), *(p.group for p in PROBLEMS)}
    for unknown in [
        *set(arguments.problems or ()) - known,
        *set(arguments.peers or ()) - {peer.name for peer in PEERS},
    ]:
        parser.error(f"no such problem, group or peer: {unknown}")
    if arguments.peers is None:
        arguments.peers = list(_QUICK_PEERS if arguments.quick else (peer.name for peer in PEERS))
    peers = [peer for peer in PEERS if peer.name in arguments.peers]
    first = DEVELOPMENT_SEEDS if arguments.development or arguments.quick else 0
    plan = Plan(
        peers=[peer for peer in peers if peer.installed],
        problems=_problems(arguments),
        seeds=range(first, first + (1 if arguments.quick else arguments.seeds)),
        budget=_QUICK_BUDGET if arguments.quick else _BUDGET,
    )
    kind = "development" if arguments.development else "quick" if arguments.quick else None
    folder = ENVIRONMENTS / kind if kind else _RESULTS
    store = Store(folder)
    if arguments.command == "run":
        for sentence in carry_out(plan, store, arguments.jobs):
            print(f"broke down: {sentence}", file=sys.stderr)
    _report(plan, store, peers, arguments)


def _report(plan: Plan, store: Store, peers: Sequence[Peer], arguments: argparse.Namespace) -> None:
    names = [versioned(peer.name) for peer in peers]
    if arguments.against:
        names.insert(1, versioned(OURS, arguments.against))
    measured = [name for name in names if any(key.peer == name for key in store)]
    unmeasured = [why_not(peer) for peer in peers if not peer.installed and peer.name not in measured]
    comparison = Comparison.of(store, measured, plan.problems, plan.seeds, plan.budget)
    text = report(comparison, unmeasured)
    print(text)
    if arguments.write and comparison.pairs:
        from benchmarks.pictures import draw  # needs the extra `bench`, the rest does not

        begin, end = _MARKS
        page = re.sub(f"{begin}.*{end}", lambda _: f"{begin}\n{text}\n{end}", _PAGE.read_text(), flags=re.DOTALL)
        _PAGE.write_text(page)
        draw(comparison, _PICTURE)


def _problems(arguments: argparse.Namespace) -> list[BenchmarkProblem]:
    if arguments.problems:
        return [p for p in PROBLEMS if p.name in arguments.problems or p.group in arguments.problems]
    first_of_group = {problem.group: problem for problem in reversed(PROBLEMS)}
    return [p for p in PROBLEMS if not arguments.quick or first_of_group[p.group] is p]


def _names(text: str) -> list[str]:
    return text.split(",")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("command", choices=("install", "run", "report", "scales"))
    parser.add_argument("--quick", action="store_true", help="one development seed, one problem of each group: a look")
    parser.add_argument("--development", action="store_true", help="seeds to tune on; kept apart from those reported")
    parser.add_argument("--peers", type=_names, help="names, with commas between them; all by default")
    parser.add_argument("--problems", type=_names, help="names or groups; all by default")
    parser.add_argument("--seeds", type=int, default=5, help="how many (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=1, help="how many peers at once")
    parser.add_argument("--against", help="another version of our engine to compare with")
    parser.add_argument("--write", action="store_true", help="put the tables and the picture into the documentation")
    return parser


if __name__ == "__main__":
    main()
