"""How likely an evaluation succeeds, or a metric reaches its threshold, over two parameters.

For each pair of values it is the probability averaged over observed values of the other parameters, as in partial
dependence. Unless told which, the two parameters are those along which that average moves most.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from optsvc.domain.metrics import Metric
from optsvc.domain.observation import Observation
from optsvc.domain.space import Value
from optsvc.engine.analysis.fitted import FittedMetric
from optsvc.engine.analysis.lines import axis_index, coordinates_along, filled
from optsvc.engine.analysis.readings import loss_limit
from optsvc.engine.analysis.truth import Modelled
from optsvc.engine.backend import NUMPY, HostArray
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.encoding import Encoder
from optsvc.engine.history import EncodedHistory
from optsvc.engine.problem import EngineState, Problem, Seed
from optsvc.engine.success_model import fit_success

_Chance = Callable[[HostArray], HostArray]
"""The probability ``(m,)`` at legal points ``(m, p)``."""


@dataclass(frozen=True, slots=True)
class SuccessMap:
    """A probability over two parameters.

    Args:
        metric: The metric whose threshold is to be reached; None for success.
        names: Of the two parameters.
        values: Of each of the two, in its own units.
        p_success: The probability: a row for each value of the first parameter.
        rows: Over how many observed points it is averaged.
    """

    metric: str | None
    names: tuple[str, str]
    values: tuple[tuple[Value, ...], tuple[Value, ...]]
    p_success: tuple[tuple[float, ...], ...]
    rows: int

    def to_dict(self) -> dict[str, Any]:
        """As JSON-ready types."""
        return asdict(self)


def success_map(
    problem: Problem,
    history: Sequence[Observation],
    *,
    seed: Seed,
    metric: Metric | None = None,
    names: tuple[str, str] | None = None,
    state: EngineState | None = None,
) -> SuccessMap | None:
    """How likely an evaluation succeeds over two parameters, on average over the others.

    Args:
        problem: The search space and the metrics.
        history: What has been observed, in any order.
        seed: The key of the experiment; its ordinal does not matter.
        metric: How likely it reaches its threshold instead.
        names: The two parameters or conditionals; the most telling ones if left out.
        state: What `suggest` has left from the same observations; it spares a fit.

    Returns:
        None if there is no model of it, as when nothing has failed, or there are fewer than two parameters to choose.

    Raises:
        ValueError: A name is not that of a parameter or conditional with more than one value, or both are the same.
    """
    encoder = Encoder(problem.space, DEFAULTS.relaxed_levels)
    chance: _Chance | None
    if metric is None:
        chance = _of_success(problem, history, encoder, state)
    else:
        chance = _of_threshold(problem, history, metric, seed, state)
    if chance is None or encoder.dimension < 2:
        return None
    observed = np.unique(encoder.snap(encoder.encode([one.assignments for one in history])), axis=0)
    spaced = np.linspace(0, len(observed) - 1, min(len(observed), DEFAULTS.success_map_rows)).round().astype(np.int64)
    base = filled(encoder, observed[spaced], observed)
    first, second = _telling(chance, encoder, base) if names is None else (axis_index(encoder, n) for n in names)
    if first == second:
        raise ValueError(f"a map takes two parameters, got {names} twice")
    axes = [coordinates_along(encoder, index, DEFAULTS.success_map_points) for index in (first, second)]
    rows = [_averages(chance, encoder, base, second, axes[1], {first: float(u)}) for u in axes[0]]
    return SuccessMap(
        metric=None if metric is None else metric.name,
        names=(encoder.axes[first].name, encoder.axes[second].name),
        values=(_values(encoder, first, axes[0]), _values(encoder, second, axes[1])),
        p_success=tuple(tuple(row.tolist()) for row in rows),
        rows=len(base),
    )


def _of_success(
    problem: Problem, history: Sequence[Observation], encoder: Encoder, state: EngineState | None
) -> _Chance | None:
    encoded = EncodedHistory.of(problem, history, encoder)
    found = fit_success(encoded, len(history), encoder, state=state, defaults=DEFAULTS, backend=NUMPY)
    if found is None:
        return None
    return lambda points: np.exp(found[0].log_probability(encoder.features(points)))


def _of_threshold(
    problem: Problem, history: Sequence[Observation], metric: Metric, seed: Seed, state: EngineState | None
) -> _Chance | None:
    fitted = FittedMetric.fit(problem, history, metric, seed=seed, state=state)
    if fitted is None:
        return None
    return lambda points: Modelled(fitted, points).p_at_most(loss_limit(metric))


def _telling(chance: _Chance, encoder: Encoder, base: HostArray) -> tuple[int, int]:
    """The two axes along which the average moves most, the first one first."""

    def moves(index: int) -> float:
        coordinates = coordinates_along(encoder, index, DEFAULTS.success_map_points)
        return float(np.ptp(_averages(chance, encoder, base, index, coordinates, {})))

    ranked = sorted(range(encoder.dimension), key=moves, reverse=True)
    return ranked[0], ranked[1]


def _averages(
    chance: _Chance, encoder: Encoder, base: HostArray, index: int, coordinates: HostArray, fixed: dict[int, float]
) -> HostArray:
    """The average over the base points ``(r, p)`` at each coordinate ``(g,)`` of one axis, others being fixed."""
    points = np.tile(base, (len(coordinates), 1))
    points[:, index] = np.repeat(coordinates, len(base))
    for other, coordinate in fixed.items():
        points[:, other] = coordinate
    averages: HostArray = chance(encoder.snap(points)).reshape(len(coordinates), len(base)).mean(axis=1)
    return averages


def _values(encoder: Encoder, index: int, coordinates: HostArray) -> tuple[Value, ...]:
    return tuple(encoder.axes[index].decode(float(u)) for u in coordinates)
