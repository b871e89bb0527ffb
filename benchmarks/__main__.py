"""Measures the engine against other optimizers: ``python -m benchmarks install``, then ``run``, then ``report``."""

import os

# Before NumPy is loaded: a second thread slows small matrices down, and changes the last bits of results.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import re
import sys
from pathlib import Path

from benchmarks.campaign import Plan, carry_out
from benchmarks.environments import install, why_not
from benchmarks.peers import ENVIRONMENTS, OURS, PEERS
from benchmarks.problems.instance import DEVELOPMENT_SEEDS
from benchmarks.problems.trainings import scales
from benchmarks.protocols import BenchmarkProblem
from benchmarks.store import Store, versioned
from benchmarks.suites import SUITES, Suite

_RESULTS = Path(__file__).parent / "results"
_MARKS = ("<!-- report: begin -->", "<!-- report: end -->")
_BUDGET, _QUICK_BUDGET = 100, 40


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
    suites = [suite for suite in SUITES if arguments.suite in (None, suite.name)]
    for unknown in [
        *set(arguments.problems or ())
        - {name for suite in suites for p in suite.problems for name in (p.name, p.group)},
        *set(arguments.peers or ()) - {name for suite in suites for name in suite.peers},
    ]:
        parser.error(f"no such problem, group or peer: {unknown}")
    for suite in suites:
        _carry_out(suite, arguments)


def _carry_out(suite: Suite, arguments: argparse.Namespace) -> None:
    """The command, on one suite; what was named and is of the other one is left to that."""
    asked = arguments.peers or (suite.quick if arguments.quick else suite.peers)
    peers = [peer for peer in PEERS if peer.name in asked and peer.name in suite.peers]
    problems = _problems(suite, arguments)
    if not (peers and problems):
        return
    first = DEVELOPMENT_SEEDS if arguments.development or arguments.quick else 0
    plan = Plan(
        peers=[peer for peer in peers if peer.installed],
        problems=problems,
        seeds=range(first, first + (1 if arguments.quick else arguments.seeds)),
        budget=_QUICK_BUDGET if arguments.quick else _BUDGET,
    )
    kind = "development" if arguments.development else "quick" if arguments.quick else None
    store = Store((ENVIRONMENTS / kind if kind else _RESULTS) / suite.folder)
    if arguments.command == "run":
        for sentence in carry_out(plan, store, arguments.jobs):
            print(f"broke down: {sentence}", file=sys.stderr)
    names = [versioned(peer.name) for peer in peers]
    if arguments.against:
        names.insert(1, versioned(OURS, arguments.against))
    measured = [name for name in names if any(key.peer == name for key in store)]
    if not measured:
        print(f"{suite.name}: nothing has been run of {', '.join(names)}")
        return
    unmeasured = [why_not(peer) for peer in peers if not peer.installed and peer.name not in measured]
    text = suite.report(plan, store, measured, unmeasured)
    print(text)
    if arguments.write:
        begin, end = _MARKS
        page = re.sub(f"{begin}.*{end}", lambda _: f"{begin}\n{text}\n{end}", suite.page.read_text(), flags=re.DOTALL)
        suite.page.write_text(page)
        suite.draw(plan, store, measured, suite.page.parent)


def _problems(suite: Suite, arguments: argparse.Namespace) -> list[BenchmarkProblem]:
    if arguments.problems:
        return [p for p in suite.problems if p.name in arguments.problems or p.group in arguments.problems]
    first_of_group = {problem.group: problem for problem in reversed(suite.problems)}
    return [p for p in suite.problems if not arguments.quick or first_of_group[p.group] is p]


def _names(text: str) -> list[str]:
    return text.split(",")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("command", choices=("install", "run", "report", "scales"))
    parser.add_argument("--suite", choices=[suite.name for suite in SUITES], help="both by default")
    parser.add_argument("--quick", action="store_true", help="one development seed, one problem of each group: a look")
    parser.add_argument("--development", action="store_true", help="seeds to tune on; kept apart from those reported")
    parser.add_argument("--peers", type=_names, help="names, with commas between them; all by default")
    parser.add_argument("--problems", type=_names, help="names or groups; all by default")
    parser.add_argument("--seeds", type=int, default=5, help="how many (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=1, help="how many peers at once")
    parser.add_argument("--against", help="another version of our engine to compare with")
    parser.add_argument("--write", action="store_true", help="put tables and pictures into the documentation")
    return parser


if __name__ == "__main__":
    main()
