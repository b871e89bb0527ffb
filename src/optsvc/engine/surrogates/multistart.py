"""The search for the most probable hyperparameters: their surface has several valleys, so from several starts."""

from collections.abc import Callable, Sequence

import numpy as np
from scipy.optimize import Bounds, minimize

from optsvc.engine.backend import HostArray


def best_of_starts(
    objective: Callable[[HostArray], tuple[float, HostArray]],
    starts: Sequence[HostArray],
    bounds: HostArray,
    *,
    iterations: int,
    memory: int,
    value_tolerance: float,
    gradient_tolerance: float,
) -> HostArray:
    """The lowest point that L-BFGS-B reaches.

    Args:
        objective: From hyperparameters ``(k,)`` to the value and its gradient ``(k,)``.
        starts: Where to start, each ``(k,)``, at least one; put within the bounds.
        bounds: Least and greatest hyperparameters, shape ``(k, 2)``.
        iterations: At most, from each start.
        memory: How many steps make the approximate Hessian.
        value_tolerance: It ends when a step gains less, relative to the value.
        gradient_tolerance: It ends when no slope is steeper.

    Returns:
        Shape ``(k,)``; the first of several equals, and the first start if every value is infinite or NaN.
    """
    lower, upper = bounds.T
    best_value, best = np.inf, starts[0]
    for start in starts:
        result = minimize(
            objective,
            np.clip(start, lower, upper),
            method="L-BFGS-B",
            jac=True,
            bounds=Bounds(lower, upper),
            options={
                "maxiter": iterations,
                "maxcor": memory,
                "ftol": value_tolerance,
                "gtol": gradient_tolerance,
            },
        )
        if result.fun < best_value:
            best_value, best = float(result.fun), result.x
    return best
