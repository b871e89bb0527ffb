"""How much each parameter matters for a metric, in two ways, and which of them matter together."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from optsvc.domain.metrics import Metric, Objective
from optsvc.domain.observation import Observation
from optsvc.engine.analysis.ped_anova import among_best
from optsvc.engine.backend import HostArray
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.encoding import Encoder
from optsvc.engine.history import EncodedHistory
from optsvc.engine.importance import forest
from optsvc.engine.problem import Problem, Seed
from optsvc.engine.variance_shares import Boxes, pair_covariances, variance_shares


@dataclass(frozen=True, slots=True)
class ParameterImportance:
    """How much a parameter, or a conditional, matters.

    Args:
        name: Of the parameter.
        share: Of the metric's variance over the whole search space that is explained, from 0 to 1; half of what it does
            together with another one counts.
        stddev: How much the trees of the forest differ in that.
        among_best: Its share in what decides which points are among the best, from 0 to 1; None if that cannot be told.
    """

    name: str
    share: float
    stddev: float
    among_best: float | None


@dataclass(frozen=True, slots=True)
class Interaction:
    """What two parameters do only together.

    Args:
        names: Of the two.
        share: Of the variance that is explained, from 0 to 1.
        stddev: How much pairs of trees of the forest differ in that.
    """

    names: tuple[str, str]
    share: float
    stddev: float


@dataclass(frozen=True, slots=True)
class MetricImportances:
    """What matters for a metric.

    Args:
        metric: Its name.
        parameters: All, the most important first; shares together 1.
        interactions: The strongest, strongest first.
        values: From how many values it was computed.
        best: How many of them count as the best; None if that cannot be told.
    """

    metric: str | None
    parameters: tuple[ParameterImportance, ...]
    interactions: tuple[Interaction, ...]
    values: int
    best: int | None

    def to_dict(self) -> dict[str, Any]:
        """As JSON-ready types."""
        interactions = [{**asdict(each), "names": list(each.names)} for each in self.interactions]
        return {**asdict(self), "parameters": [asdict(p) for p in self.parameters], "interactions": interactions}


def metric_importances(
    problem: Problem, history: Sequence[Observation], *, seed: Seed, metric: Metric
) -> MetricImportances | None:
    """How much each parameter, and each conditional, matters for a metric.

    The shares of the variance are those of `optsvc.engine.importances`; what matters for being among the best is found
    by PED-ANOVA. Both say nothing of failures.

    Args:
        problem: The search space.
        history: What has been observed, in any order.
        seed: The key of the experiment; its ordinal does not matter.
        metric: Of the problem, or any other that was observed.

    Returns:
        None if nothing can be told: there are too few values, all are equal, or nothing explains them.
    """
    encoder = Encoder(problem.space, DEFAULTS.relaxed_levels)
    encoded = EncodedHistory.of(replace(problem, metrics=(metric,)), history, encoder)
    trees = forest(encoded, metric.objective, encoder, seed)
    explained = np.array([variance_shares(*boxes).explained for boxes in trees])
    if not explained.any():
        return None
    whole = float(explained.sum(axis=1).mean())
    values = encoded.values[:, 0]
    best = among_best(encoded.points, -values if metric.objective is Objective.MAXIMIZE else values, encoder)
    decided: list[float | None] = [None] * encoder.dimension if best is None else best[0].tolist()
    parameters = [
        ParameterImportance(axis.name, *_moments(some / whole), decides)
        for axis, some, decides in zip(encoder.axes, explained.T, decided, strict=True)
    ]
    parameters += [ParameterImportance(name, 0.0, 0.0, None if best is None else 0.0) for name in encoder.fixed]
    return MetricImportances(
        metric=metric.name,
        parameters=tuple(sorted(parameters, key=lambda p: (-p.share, p.name))),
        interactions=_interactions(trees, whole, encoder),
        values=len(values),
        best=None if best is None else int(best[1].sum()),
    )


def _interactions(trees: Sequence[Boxes], whole: float, encoder: Encoder) -> tuple[Interaction, ...]:
    """The strongest, as shares of `whole`, strongest first.

    A tree makes up interactions: it cuts along one axis within one side of a cut along another. What two trees have in
    common is far less so: of the product of two parameters plus a third one, seen at 300 points, single trees had 9 %
    of the variance in each of the two pairs that do not interact, and two trees had 0.5 % in common.
    """
    neighbours = zip(trees, [*trees[1:], trees[0]], strict=True)
    pairs = np.array([pair_covariances(one, other) for one, other in neighbours]) / whole
    found = [
        Interaction((encoder.axes[i].name, encoder.axes[j].name), *_moments(pairs[:, i, j]))
        for i, j in combinations(range(encoder.dimension), 2)
    ]
    told = [interaction for interaction in found if interaction.share >= DEFAULTS.least_interaction]
    told.sort(key=lambda interaction: (-interaction.share, interaction.names))
    return tuple(told[: DEFAULTS.told_interactions])


def _moments(shares: HostArray) -> tuple[float, float]:
    return float(shares.mean()), float(shares.std())
