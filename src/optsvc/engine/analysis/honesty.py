"""How well predictions made beforehand agree with what came out: no model, no refit, only what was said."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from optsvc.engine.analysis.truth import Z95

_LEAST_RANKED = 3


@dataclass(frozen=True, slots=True)
class Prediction:
    """What was said of a result before it was known, and the result, in the metric's own units.

    Args:
        mean: The expected value.
        stddev: Standard deviation of the noise-free value around it, >= 0.
        value: What came out.
        noise: Standard deviation of the measurement as it was reported, >= 0; 0 if it was not.
    """

    mean: float
    stddev: float
    value: float
    noise: float = 0.0

    def held(self, noise_stddev: float = 0.0) -> bool:
        """Whether the value lies in the 95 % interval, with the noise reported, or this if that is larger."""
        # Rounding may part a prediction from a result that it foretold exactly.
        slack = 1e-9 * max(abs(self.mean), abs(self.value))
        return abs(self.value - self.mean) <= Z95 * math.hypot(self.stddev, max(self.noise, noise_stddev)) + slack


@dataclass(frozen=True, slots=True)
class Honesty:
    """How well predictions held.

    Args:
        count: How many predictions there are.
        covered: How many results lie in their 95 % intervals.
        coverage: Their share; None without predictions.
        rank_correlation: Spearman's, of predicted and observed values, from -1 to 1; None of fewer than three, or if
            all of one kind are equal.
    """

    count: int
    covered: int
    coverage: float | None
    rank_correlation: float | None


def honesty(predictions: Sequence[Prediction], *, noise_stddev: float = 0.0) -> Honesty:
    """How well predictions held.

    Args:
        predictions: In any order.
        noise_stddev: What a single result differs from the truth at least, as a standard deviation, in the same units,
            >= 0.
    """
    count = len(predictions)
    if not count:
        return Honesty(0, 0, None, None)
    covered = sum(prediction.held(noise_stddev) for prediction in predictions)
    mean, value = np.array([(p.mean, p.value) for p in predictions], dtype=np.float64).T
    correlation = None
    if count >= _LEAST_RANKED and np.ptp(mean) > 0.0 and np.ptp(value) > 0.0:
        correlation = float(stats.spearmanr(mean, value).statistic)
    return Honesty(count, covered, covered / count, correlation)


def share_interval(successes: int, count: int) -> tuple[float, float]:
    """The 95 % interval of a probability of which `successes` in `count` >= 1 are known [Wilson1927]_.

    .. [Wilson1927] E. B. Wilson. Probable inference, the law of succession, and statistical inference. Journal of the
       American Statistical Association, 1927.
    """
    share = successes / count
    middle = share + Z95 * Z95 / (2 * count)
    spread = Z95 * math.sqrt(share * (1.0 - share) / count + Z95 * Z95 / (4 * count * count))
    scale = 1.0 + Z95 * Z95 / count
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)
