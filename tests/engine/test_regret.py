"""A smoke test of the whole: the benchmark proper is in ``benchmarks/``."""

import numpy as np
from benchmarks.peers import PEERS
from benchmarks.peers.process import PeerProcess
from benchmarks.problems import PROBLEMS
from benchmarks.trial import run


def test_the_engine_beats_random_search_with_twice_the_budget_on_a_shifted_branin():
    problem = next(p for p in PROBLEMS if p.name == "branin-2")
    regrets = {}

    for peer in PEERS:
        if peer.name in ("ours", "random-x2"):
            with PeerProcess(peer) as process:
                traces = [run(process, problem, seed, 25)["regret"] for seed in (10_900, 10_901, 10_902)]
            regrets[peer.name] = np.median([steps[-1][1] for steps in traces])

    assert regrets["ours"] < 1e-3
    assert regrets["ours"] < 0.1 * regrets["random-x2"]
