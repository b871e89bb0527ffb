"""From results to the table."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from benchmarks.problems import BenchmarkProblem

Results = Mapping[str, Mapping[str, list[float] | float]]
"""By ``problem/seed/optimizer``."""

Regrets = npt.NDArray[np.float64]

_BOOTSTRAPS = 2000
_TIE = 1e-6
"""Regrets this near are equal: both are at the optimum."""


def table(results: Results, problems: Sequence[BenchmarkProblem], seeds: Sequence[int], budgets: Sequence[int]) -> str:
    """A Markdown table of all problems, and a line for each baseline."""
    rows = [
        "| problem | group | engine " + " | ".join(f"at {b}" for b in budgets) + " | random at "
        f"{budgets[-1]} | random, {2 * budgets[-1]} | won/tied/lost | against twice | failed, random | s each |",
        "| --- | --- |" + " --- |" * (len(budgets) + 6),
    ]
    for problem in problems:
        engine, random, twice = (_regrets(results, problem, seeds, name) for name in ("engine", "random", "random-x2"))
        seconds = np.median([results[f"{problem.name}/{seed}/engine"]["seconds"] for seed in seeds])
        failed = [_mean_share(results, problem, seeds, name) for name in ("engine", "random")]
        cells = [
            problem.name,
            problem.group,
            *(f"{value:.2g}" for value in engine.mean(axis=0)),
            f"{random[:, -1].mean():.2g}",
            f"{twice[:, -1].mean():.2g}",
            "/".join(map(str, _score(engine[:, -1], random[:, -1]))),
            "/".join(map(str, _score(engine[:, -1], twice[:, -1]))),
            f"{failed[0]:.0%}, {failed[1]:.0%}",
            f"{seconds:.3f}",
        ]
        rows.append("| " + " | ".join(cells) + " |")
    for name, words in (("random", "random search"), ("random-x2", "random search with twice the budget")):
        share, low, high = _share_of_wins(results, problems, seeds, name)
        rows.append(
            f"\nAgainst {words}, after {budgets[-1]} evaluations: {100 * share:.1f} % of pairs won, a tie counting half"
            f" (95 % interval {100 * low:.1f} to {100 * high:.1f})."
        )
    return "\n".join(rows)


def _regrets(results: Results, problem: BenchmarkProblem, seeds: Sequence[int], optimizer: str) -> Regrets:
    return np.array([results[f"{problem.name}/{seed}/{optimizer}"]["regret"] for seed in seeds], dtype=np.float64)


def _mean_share(results: Results, problem: BenchmarkProblem, seeds: Sequence[int], optimizer: str) -> float:
    """Which share of the evaluations failed."""
    return float(np.mean([results[f"{problem.name}/{seed}/{optimizer}"]["failed"] for seed in seeds]))


def versions(old: Results, new: Results, problems: Sequence[BenchmarkProblem], seeds: Sequence[int]) -> str:
    """A Markdown table of two versions of the engine at the last budget, on the problems that both were run on."""
    rows = ["| problem | before | now | won/tied/lost |", "| --- | --- | --- | --- |"]
    for problem in problems:
        if f"{problem.name}/{seeds[0]}/engine" in old:
            before, now = (_regrets(results, problem, seeds, "engine")[:, -1] for results in (old, new))
            score = "/".join(map(str, _score(now, before)))
            rows.append(f"| {problem.name} | {before.mean():.2g} | {now.mean():.2g} | {score} |")
    return "\n".join(rows)


def _score(ours: Regrets, theirs: Regrets) -> tuple[int, int, int]:
    tied = np.abs(ours - theirs) <= _TIE
    return int(((ours < theirs) & ~tied).sum()), int(tied.sum()), int(((ours > theirs) & ~tied).sum())


def _share_of_wins(
    results: Results, problems: Sequence[BenchmarkProblem], seeds: Sequence[int], baseline: str
) -> tuple[float, float, float]:
    """Share of pairs won and its bootstrap interval, seeds resampled within each problem."""
    points = []
    for problem in problems:
        ours = _regrets(results, problem, seeds, "engine")[:, -1]
        theirs = _regrets(results, problem, seeds, baseline)[:, -1]
        points.append(np.where(np.abs(ours - theirs) <= _TIE, 0.5, ours < theirs))
    matrix = np.array(points)
    rng = np.random.default_rng(0)
    picks = rng.integers(len(seeds), size=(_BOOTSTRAPS, len(problems), len(seeds)))
    shares = np.take_along_axis(matrix[None], picks, axis=2).mean(axis=(1, 2))
    low, high = np.quantile(shares, [0.025, 0.975])
    return float(matrix.mean()), float(low), float(high)
