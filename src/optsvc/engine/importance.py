"""How much each parameter matters for a metric.

A random forest [Breiman2001]_ is fitted to the values, warped as for the model and capped on both sides, so that a few
extreme ones do not decide. What a parameter explains of a tree's variance over the whole search space is known in
closed form (`optsvc.engine.variance_shares`), wherever the optimizer has looked most. Its importance lies half-way
between what it explains alone and what cannot be explained without it: of what two parameters do together, each gets
half (the Shapley effect [Owen2014]_ of a function without interactions of three or more).

.. [Breiman2001] L. Breiman. Random forests. Machine Learning, 2001.
.. [Owen2014] A. Owen. Sobol' indices and Shapley value. SIAM/ASA Journal on Uncertainty Quantification, 2014.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from optsvc.domain.metrics import Objective
from optsvc.domain.observation import Observation
from optsvc.engine.axes import CategoricalAxis
from optsvc.engine.backend import BoolArray, HostArray, IntArray
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.encoding import INACTIVE, Encoder
from optsvc.engine.history import EncodedHistory
from optsvc.engine.problem import Problem, Seed
from optsvc.engine.randomness import Stage, experiment_generator
from optsvc.engine.surrogates.outputs import OutputTransform
from optsvc.engine.variance_shares import Boxes, boxes_of, variance_shares

_MIDDLE = 0.5


def importances(problem: Problem, history: Sequence[Observation], *, seed: Seed) -> dict[str, float] | None:
    """How much each parameter, and each conditional, matters for the first metric of the problem.

    The order in which observations are handed over does not matter; failures say nothing about the metric. Points
    outside the bounds count as at the bounds.

    Args:
        problem: The search space and the metrics.
        history: What has been observed.
        seed: The key of the experiment; its ordinal does not matter.

    Returns:
        Numbers from 0 to 1 by name, together 1; a parameter with a single legal value has 0. None if nothing can be
        told: there are too few values, all are equal, or nothing explains them.
    """
    encoder = Encoder(problem.space, DEFAULTS.relaxed_levels)
    trees = forest(EncodedHistory.of(problem, history, encoder), problem.metrics[0].objective, encoder, seed)
    explained = np.sum([variance_shares(*boxes).explained for boxes in trees], axis=0)
    if not explained.sum() > 0.0:
        return None
    names = [axis.name for axis in encoder.axes]
    return dict.fromkeys(encoder.fixed, 0.0) | dict(zip(names, (explained / explained.sum()).tolist(), strict=True))


def forest(history: EncodedHistory, objective: Objective, encoder: Encoder, seed: Seed) -> list[Boxes]:
    """The trees of a forest that is fitted to the first metric; none where nothing can be told."""
    if len(history.values) < DEFAULTS.importance_least_values or not encoder.dimension:
        return []
    values = _capped(history.values[:, 0])
    transform = OutputTransform.fit(values, objective, DEFAULTS)
    if transform is None:
        return []
    rng = experiment_generator(seed, Stage.IMPORTANCE)
    return list(_grow(history.points, transform.targets(values), encoder, rng))


def _capped(values: HostArray) -> HostArray:
    """The values ``(n,)``, those far out brought to Tukey's outer fences, in a unit in which nothing overflows."""
    values = values / 16.0
    lower, upper = np.quantile(values, [0.25, 0.75])
    reach = DEFAULTS.importance_interquartile_ranges * (upper - lower)
    return np.clip(values, lower - reach, upper + reach) if reach > 0.0 else values


def _grow(points: HostArray, values: HostArray, encoder: Encoder, rng: np.random.Generator) -> Iterator[Boxes]:
    """The trees of a forest, as piecewise constant functions."""
    # Takes a good part of a second, and only workers come here.
    from sklearn.tree import DecisionTreeRegressor

    unit = np.where(points == INACTIVE, _MIDDLE, np.clip(points, 0.0, 1.0))
    levels = {
        j: np.where(points[:, j] >= 0.0, axis.index(points[:, j]), -1)
        for j, axis in encoder.levelled.items()
        if isinstance(axis, CategoricalAxis)
    }
    for _ in range(DEFAULTS.importance_trees):
        rows = rng.integers(len(values), size=min(len(values), DEFAULTS.importance_rows))
        unseen = np.ones(len(values), dtype=bool)
        unseen[rows] = False
        for j, level in levels.items():
            unit[:, j] = _by_mean(level, encoder.levelled[j].levels, values, unseen)
        tree = DecisionTreeRegressor(
            min_samples_leaf=DEFAULTS.importance_leaf_rows,
            max_leaf_nodes=DEFAULTS.importance_leaves,
            random_state=int(rng.integers(2**31)),
        )
        tree.fit(unit[rows], values[rows])
        yield boxes_of(tree.tree_, encoder.dimension)


def _by_mean(level: IntArray, levels: int, values: HostArray, unseen: BoolArray) -> HostArray:
    """Coordinates ``(n,)`` of categories, in the order of their mean values over the rows that the tree does not see.

    Any order would do, but a tree finds its way in this one with few cuts. Taken from the rows that the tree is fitted
    to, it would make many categories look important by themselves. -1, no category of the space, is in the middle.
    """
    known = unseen & (level >= 0)
    counts = np.bincount(level[known], minlength=levels)
    sums = np.bincount(level[known], weights=values[known], minlength=levels)
    means = np.divide(sums, counts, out=np.full(levels, values.mean()), where=counts > 0)
    place = np.empty(levels)
    place[np.argsort(means, kind="stable")] = (np.arange(levels) + 0.5) / levels
    return np.where(level >= 0, place[level], _MIDDLE)
