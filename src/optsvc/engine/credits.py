"""How well the members of the ensemble have foretold [Dawid1984]_.

Whoever proposes a point, every member says how likely it is to be a good one; when the result is known, each has earned
a loss. So every observation of a suggestion judges every member. The losses are recorded and shown; they do not change
the shares.

.. [Dawid1984] A. P. Dawid. Present position and potential developments: some personal views. Statistical theory: the
   prequential approach. JRSS A, 1984.
"""

from collections.abc import Sequence

import numpy as np

from optsvc.domain.metrics import Metric, Objective
from optsvc.domain.observation import Forecast, Observation
from optsvc.engine.defaults import EngineDefaults


def mean_losses(history: Sequence[Observation], metric: Metric, defaults: EngineDefaults) -> dict[str, float]:
    """Mean log loss of each member over the observations that came with a forecast; empty if none did.

    A member's own suggestions count less: there it is most optimistic.

    Args:
        history: What has been observed, in any order.
        metric: What a good value is a value of.
        defaults: The weight of own suggestions, and how sure a forecast may be.
    """
    forecasts = [(o.forecast, _came_true(o, o.forecast, metric)) for o in history if o.forecast is not None]
    members = sorted({name for forecast, _ in forecasts for name in forecast.p_good})
    losses = {}
    for name in members:
        judged = [(forecast, came) for forecast, came in forecasts if name in forecast.p_good]
        p = np.clip([forecast.p_good[name] for forecast, _ in judged], *defaults.forecast_bounds)
        came = np.array([came for _, came in judged])
        weights = [defaults.own_forecast_weight if forecast.member == name else 1.0 for forecast, _ in judged]
        # Sums that do not depend on the order of the terms, so that neither does the record.
        terms = np.sort(np.array(weights) * -np.log(np.where(came, p, 1.0 - p)))
        losses[name] = float(terms.sum() / sum(weights))
    return losses


def _came_true(observation: Observation, forecast: Forecast, metric: Metric) -> bool:
    evaluation = observation.evaluation(metric)
    if evaluation is None:
        return False
    if metric.objective is Objective.MAXIMIZE:
        return evaluation.value >= forecast.good_value
    return evaluation.value <= forecast.good_value
