"""Runs what is missing."""

import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from benchmarks.peers import Peer
from benchmarks.peers.process import PeerError, PeerProcess
from benchmarks.protocols import BenchmarkProblem
from benchmarks.store import Key, Store, versioned
from benchmarks.trial import run


@dataclass(frozen=True)
class Plan:
    """What a set of results consists of.

    Args:
        peers: Who.
        problems: On what.
        seeds: In which versions.
        budget: How many evaluations.
    """

    peers: Sequence[Peer]
    problems: Sequence[BenchmarkProblem]
    seeds: Sequence[int]
    budget: int

    def missing(self, store: Store, peer: Peer, problem: BenchmarkProblem) -> list[int]:
        """The seeds of which there is no result."""
        name = versioned(peer.name)
        return [seed for seed in self.seeds if Key(name, problem.name, seed, self.budget) not in store]


def carry_out(plan: Plan, store: Store, jobs: int = 1) -> list[str]:
    """Run what is missing; what breaks down is left out and tried again next time, what a peer cannot do as well.

    All peers take a problem before the next one comes, so that an interrupted campaign compares like with like.

    Args:
        plan: What should be there.
        store: What is there already, and where the rest goes.
        jobs: How many peers run at once.

    Returns:
        A sentence for each breakdown.
    """

    def work(pair: tuple[BenchmarkProblem, Peer]) -> list[str]:
        problem, peer = pair
        seeds = plan.missing(store, peer, problem)
        return _work(plan.budget, store, peer, problem, seeds) if seeds else []

    pairs = [(problem, peer) for problem in plan.problems for peer in plan.peers if not problem.needs & peer.lacks]
    with ThreadPoolExecutor(jobs) as pool:
        return [sentence for sentences in pool.map(work, pairs) for sentence in sentences]


def _work(budget: int, store: Store, peer: Peer, problem: BenchmarkProblem, seeds: Sequence[int]) -> list[str]:
    broken = []
    for seed in seeds:
        try:
            with PeerProcess(peer) as process:
                result = run(process, problem, seed, budget)
        except PeerError as error:
            broken.append(f"{peer.name} on {problem.name}, seed {seed}: {_last_line(error)}")
            print(error, file=sys.stderr, flush=True)
            continue
        store.add(Key(versioned(peer.name), problem.name, seed, budget), result)
        print(f"{problem.name}, seed {seed}, {peer.name}: {result['total_s']:.1f} s", file=sys.stderr, flush=True)
    return broken


def _last_line(error: PeerError) -> str:
    lines = str(error).strip().splitlines()
    return lines[-1] if lines else "no words"
