"""From traces to figures: regret after so many evaluations, scores, ranks, pairs won and their intervals."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

Array = npt.NDArray[np.float64]

TIE = 1e-6
"""Regrets this near are equal: both are at the optimum."""
_DIGITS = 4
_BOOTSTRAPS = 2000


def regret_at(steps: Sequence[Sequence[float]], evaluation: int) -> float:
    """Normalised regret after so many evaluations.

    Args:
        steps: ``[evaluation, regret]``, ascending, as in a trace.
        evaluation: When, from 1.

    Returns:
        That of the last step not after `evaluation`; 1 before the first one, as nothing has succeeded yet; never below
        0, where a best known value was beaten.
    """
    known = [regret for at, regret in steps if at <= evaluation]
    return max(float(known[-1]), 0.0) if known else 1.0


def score(regrets: Array) -> Array:
    """How many of the first four digits to the optimum were won, in percent.

    0 is what one random draw typically gives, 50 a hundredth of its regret, 100 a ten-thousandth or less. Unlike a mean
    of regrets, a mean of scores is not ruled by the one problem on which all are still far away.
    """
    digits = -np.log10(np.maximum(regrets, 10.0**-_DIGITS))
    return np.asarray(100 * np.clip(digits / _DIGITS, 0.0, 1.0))


def ranks(regrets: Array) -> Array:
    """Ranks from 1, the best, along the first axis (peers) of ``(peers, ...)``; ties share their mean."""
    return np.asarray(rankdata(np.round(regrets / TIE), axis=0))


def record(ours: Array, theirs: Array) -> tuple[int, int, int]:
    """How many pairs were won, tied and lost."""
    tied = np.abs(ours - theirs) <= TIE
    return int(((ours < theirs) & ~tied).sum()), int(tied.sum()), int(((ours > theirs) & ~tied).sum())


def share_of_wins(pairs: Mapping[str, tuple[Array, Array]]) -> tuple[float, float, float]:
    """Share of pairs won, a tie counting half, averaged over problems, and its 95 % bootstrap interval.

    Args:
        pairs: By problem, the regrets ``(seeds,)`` of ours and of theirs. Seeds are resampled within each problem: the
            interval says how sure the share is on these problems, not on others.
    """
    rng = np.random.default_rng(0)
    shares, resampled = [], []
    for ours, theirs in pairs.values():
        points = np.where(np.abs(ours - theirs) <= TIE, 0.5, ours < theirs)
        shares.append(points.mean())
        resampled.append(points[rng.integers(len(points), size=(_BOOTSTRAPS, len(points)))].mean(axis=1))
    low, high = np.quantile(np.mean(resampled, axis=0), [0.025, 0.975])
    return float(np.mean(shares)), float(low), float(high)


def mean_difference(differences: Mapping[str, Array]) -> tuple[float, float, float]:
    """Mean over problems of paired differences, and its 95 % bootstrap interval.

    Args:
        differences: By problem, one for each seed, shape ``(seeds,)``; seeds are resampled within each problem.
    """
    rng = np.random.default_rng(0)
    resampled = [values[rng.integers(len(values), size=(_BOOTSTRAPS, len(values)))] for values in differences.values()]
    means = np.mean([values.mean(axis=1) for values in resampled], axis=0)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(np.mean([values.mean() for values in differences.values()])), float(low), float(high)
