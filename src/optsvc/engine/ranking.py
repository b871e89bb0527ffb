"""Which of two observed points is better, whatever the metrics: a loss for each, of which only the order matters.

With several objectives a point is the worse the more others dominate it [Fonseca1993]_; where constraints are not met,
the worse the more they are missed, and worse than any point that meets them [Deb2002]_.

.. [Fonseca1993] C. Fonseca and P. Fleming. Genetic algorithms for multiobjective optimization: formulation, discussion
   and generalization. ICGA, 1993.
.. [Deb2002] K. Deb et al. A fast and elitist multiobjective genetic algorithm: NSGA-II. IEEE Transactions on
   Evolutionary Computation, 2002: constrained domination.
"""

import numpy as np
from scipy.stats import rankdata

from optsvc.domain.metrics import Metric, Objective
from optsvc.engine.backend import HostArray
from optsvc.engine.problem import Problem

_BLOCK = 512


def losses_of(problem: Problem, values: HostArray) -> HostArray:
    """Losses ``(n,)`` of the values ``(n, m)`` of a problem's metrics.

    Of a single objective they are its values, negated if more is better; else ranks.
    """
    signed = np.column_stack([as_loss(metric, values[:, j]) for j, metric in enumerate(problem.metrics)])
    if problem.only_metric:
        return signed[:, 0]
    return ranked(signed[:, : len(problem.objectives)], missed_of(problem, values))


def ranked(objectives: HostArray, missed: HostArray) -> HostArray:
    """Ranks ``(n,)``, from 1 for the best; equals share theirs.

    Args:
        objectives: Of which less is better, shape ``(n, k)``.
        missed: By how much constraints are missed, shape ``(n,)``.
    """
    feasible = missed == 0.0
    ranks = np.zeros(len(missed))
    if objectives.shape[1]:
        order = rankdata(objectives, axis=0).sum(axis=1)  # decides among the equally dominated
        worst = order.max(initial=0.0) + 1.0
        ranks[feasible] = rankdata(_dominated_by(objectives[feasible]) + order[feasible] / worst)
    ranks[~feasible] = len(missed) + rankdata(missed[~feasible])
    return ranks


def missed_of(problem: Problem, values: HostArray) -> HostArray:
    """By how much constraints are missed, shape ``(n,)``: in interquartile ranges, summed; 0 where all are met."""
    missed = np.zeros(len(values))
    for j, metric in enumerate(problem.metrics):
        if metric in problem.constraints and metric.threshold is not None:
            losses = as_loss(metric, values[:, j]) / 4.0  # so that no difference overflows
            lower, upper = np.quantile(losses, [0.25, 0.75]) if len(losses) else (0.0, 1.0)
            excess = losses - as_loss(metric, np.array([metric.threshold])) / 4.0
            missed += np.maximum(excess, 0.0) / (upper - lower if upper > lower else 1.0)
    return missed


def as_loss(metric: Metric, values: HostArray) -> HostArray:
    """The values ``(n,)`` of a metric, negated if more is better."""
    return -values if metric.objective is Objective.MAXIMIZE else values


def _dominated_by(losses: HostArray) -> HostArray:
    """How many of the rows ``(n, m)`` are at least as good as each in everything, and better in something."""
    counts = np.zeros(len(losses))
    for start in range(0, len(losses), _BLOCK):
        block = losses[start : start + _BLOCK, None, :]
        as_good, better = losses[None, :, :] <= block, losses[None, :, :] < block
        counts[start : start + _BLOCK] = (as_good.all(axis=2) & better.any(axis=2)).sum(axis=1)
    return counts
