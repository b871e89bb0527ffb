"""What the model of a metric says along one parameter, or two, through a point."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from optsvc.domain.metrics import Metric
from optsvc.domain.observation import Observation
from optsvc.domain.space import Assignments, Value
from optsvc.engine.analysis.fitted import FittedMetric
from optsvc.engine.analysis.lines import Lines, axis_index, coordinates_along
from optsvc.engine.backend import NUMPY, BoolArray, HostArray
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.encoding import Encoder
from optsvc.engine.history import EncodedHistory
from optsvc.engine.problem import EngineState, Problem, Seed
from optsvc.engine.success_model import fit_success
from optsvc.engine.surrogates.classifier import Classifier


@dataclass(frozen=True, slots=True)
class Slice:
    """The metric along one parameter. All tuples are as long as `values`.

    Args:
        name: Of the parameter, or conditional.
        values: Of the parameter, in its own units: evenly spaced in its own scale, or all its levels.
        mean: Of the noise-free metric, in its own units.
        lower: Lower end of the band that holds it with 95 %.
        upper: Upper end.
        extrapolates: Whether the data say next to nothing there.
        legal: Whether the linear constraints of the space hold there.
        p_success: The probability that an evaluation does not fail; None if none has failed.
    """

    name: str
    values: tuple[Value, ...]
    mean: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    extrapolates: tuple[bool, ...]
    legal: tuple[bool, ...]
    p_success: tuple[float, ...] | None


@dataclass(frozen=True, slots=True)
class Slices:
    """A metric along several parameters, through one point.

    Args:
        metric: Its name.
        point: The assignments that the other parameters have.
        slices: By name of the parameter.
    """

    metric: str | None
    point: Assignments
    slices: tuple[Slice, ...]

    def to_dict(self) -> dict[str, Any]:
        """As JSON-ready types."""
        slices = [{key: _listed(value) for key, value in asdict(one).items()} for one in self.slices]
        return {"metric": self.metric, "point": dict(self.point), "slices": slices}


@dataclass(frozen=True, slots=True)
class Contour:
    """A metric over two parameters, through one point.

    Args:
        metric: Its name.
        point: The assignments that the other parameters have.
        names: Of the two parameters.
        values: Of each of the two, in its own units.
        mean: Of the noise-free metric, in its own units: a row for each value of the first parameter.
        stddev: Of the noise-free metric, likewise.
        extrapolates: Whether the data say next to nothing there, likewise.
        legal: Whether the linear constraints of the space hold there, likewise.
    """

    metric: str | None
    point: Assignments
    names: tuple[str, str]
    values: tuple[tuple[Value, ...], tuple[Value, ...]]
    mean: tuple[tuple[float, ...], ...]
    stddev: tuple[tuple[float, ...], ...]
    extrapolates: tuple[tuple[bool, ...], ...]
    legal: tuple[tuple[bool, ...], ...]

    def to_dict(self) -> dict[str, Any]:
        """As JSON-ready types."""
        return {key: _listed(value) for key, value in asdict(self).items()}


def slices(
    problem: Problem,
    history: Sequence[Observation],
    *,
    seed: Seed,
    metric: Metric,
    names: Sequence[str] | None = None,
    point: Assignments | None = None,
    state: EngineState | None = None,
) -> Slices | None:
    """What the model says of a metric along each parameter, through a point.

    Args:
        problem: The search space.
        history: What has been observed, in any order.
        seed: The key of the experiment; its ordinal does not matter.
        metric: Of the problem, or any other that was observed.
        names: Of the parameters and conditionals; all that exist at the point and have more than one value if left out.
        point: The assignments of the point, moved to the nearest legal ones; those of the best observed one if left
            out.
        state: What `suggest` has left from the same observations; it spares the fit.

    Returns:
        None if there is no model.

    Raises:
        ValueError: A name is not that of a parameter or conditional with more than one value that exists at the point.
    """
    fitted = FittedMetric.fit(problem, history, metric, seed=seed, state=state)
    if fitted is None:
        return None
    encoder = fitted.encoder
    lines = Lines.through(encoder, fitted.ranking, point)
    indexes = lines.existing if names is None else [_existing(lines, name) for name in names]
    classifier = _classifier(problem, history, encoder, state)
    found = [_slice(fitted, lines, index, classifier) for index in indexes]
    return Slices(metric.name, encoder.decode(lines.point), tuple(sorted(found, key=lambda one: one.name)))


def contour(
    problem: Problem,
    history: Sequence[Observation],
    *,
    seed: Seed,
    metric: Metric,
    names: tuple[str, str],
    point: Assignments | None = None,
    state: EngineState | None = None,
) -> Contour | None:
    """What the model says of a metric over two parameters, through a point; the rest as in `slices`."""
    fitted = FittedMetric.fit(problem, history, metric, seed=seed, state=state)
    if fitted is None:
        return None
    encoder = fitted.encoder
    lines = Lines.through(encoder, fitted.ranking, point)
    first, second = (_existing(lines, name) for name in names)
    if first == second:
        raise ValueError(f"a contour takes two parameters, got {names[0]!r} twice")
    axes = [coordinates_along(encoder, index, DEFAULTS.contour_points) for index in (first, second)]
    shape = (len(axes[0]), len(axes[1]))
    points = lines.along({first: np.repeat(axes[0], shape[1]), second: np.tile(axes[1], shape[0])})
    mean, stddev = fitted.predict(points)
    return Contour(
        metric=metric.name,
        point=encoder.decode(lines.point),
        names=(names[0], names[1]),
        values=(lines.values(first, axes[0]), lines.values(second, axes[1])),
        mean=_rows(mean, shape),
        stddev=_rows(stddev, shape),
        extrapolates=_rows(fitted.extrapolates(points), shape),
        legal=_rows(_legal(encoder, points), shape),
    )


def _existing(lines: Lines, name: str) -> int:
    index = axis_index(lines.encoder, name)
    if index not in lines.existing:
        raise ValueError(f"parameter {name!r} does not exist at {lines.encoder.decode(lines.point)}")
    return index


def _classifier(
    problem: Problem, history: Sequence[Observation], encoder: Encoder, state: EngineState | None
) -> Classifier | None:
    encoded = EncodedHistory.of(problem, history, encoder)
    found = fit_success(encoded, len(history), encoder, state=state, defaults=DEFAULTS, backend=NUMPY)
    return None if found is None else found[0]


def _slice(fitted: FittedMetric, lines: Lines, index: int, classifier: Classifier | None) -> Slice:
    encoder = fitted.encoder
    coordinates = coordinates_along(encoder, index, DEFAULTS.slice_points)
    points = lines.along({index: coordinates})
    mean, _ = fitted.predict(points)
    lower, upper = fitted.band(points)
    p_success = None
    if classifier is not None:
        p_success = tuple(np.exp(classifier.log_probability(encoder.features(points))).tolist())
    return Slice(
        name=encoder.axes[index].name,
        values=lines.values(index, coordinates),
        mean=tuple(mean.tolist()),
        lower=tuple(lower.tolist()),
        upper=tuple(upper.tolist()),
        extrapolates=tuple(fitted.extrapolates(points).tolist()),
        legal=tuple(_legal(encoder, points).tolist()),
        p_success=p_success,
    )


def _legal(encoder: Encoder, points: HostArray) -> BoolArray:
    """Whether the linear constraints hold at legal points ``(m, p)``."""
    constraints = encoder.space.linear_constraints
    held = [all(c.holds(assignments) for c in constraints) for assignments in map(encoder.decode, points)]
    return np.array(held, dtype=bool)


def _rows(values: HostArray | BoolArray, shape: tuple[int, int]) -> tuple[tuple[Any, ...], ...]:
    return tuple(map(tuple, values.reshape(shape).tolist()))


def _listed(value: Any) -> Any:
    """With lists for tuples, at any depth."""
    return [_listed(one) for one in value] if isinstance(value, tuple) else value
