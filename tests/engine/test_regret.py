"""A smoke test of the whole: the benchmark proper is in ``benchmarks/``."""

import numpy as np
from benchmarks.optimizers import run
from benchmarks.problems import PROBLEMS, uniform


def test_the_engine_beats_random_search_with_twice_the_budget_on_a_shifted_branin():
    problem = next(p for p in PROBLEMS if p.name == "branin-2")

    ours, theirs = (
        [run(name, problem.instance(seed), seed, (25,))["regret"][0] for seed in (900, 901, 902)]
        for name in ("engine", "random-x2")
    )

    assert np.median(ours) < 1e-3
    assert np.median(ours) < 0.1 * np.median(theirs)


def test_no_benchmark_instance_goes_below_its_optimum():
    for problem in PROBLEMS:
        instance = problem.instance(7)
        rng = np.random.default_rng(0)
        assert min(instance.regret(instance.loss(uniform(instance.space, rng))) for _ in range(500)) >= 0
