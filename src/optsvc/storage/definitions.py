"""The user-shaped parts of an experiment, search space and metrics, to and from JSON."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from optsvc.domain.metrics import Metric, Objective, Strategy
from optsvc.domain.space import CategoricalParameter, DoubleParameter, IntParameter, Parameter, SearchSpace

_TYPES: dict[str, type[DoubleParameter | IntParameter | CategoricalParameter]] = {
    "double": DoubleParameter,
    "int": IntParameter,
    "categorical": CategoricalParameter,
}
_NAMES = {cls: name for name, cls in _TYPES.items()}


def parameters_to_json(space: SearchSpace) -> list[dict[str, Any]]:
    """JSON-ready parameters, sorted by name."""
    return [{"type": _NAMES[type(parameter)], **asdict(parameter)} for parameter in space.parameters]


def space_from_json(parameters: Iterable[Mapping[str, Any]]) -> SearchSpace:
    """The inverse of `parameters_to_json`."""
    return SearchSpace(tuple(_parameter(dict(stored)) for stored in parameters))


def _parameter(stored: dict[str, Any]) -> Parameter:
    cls = _TYPES[stored.pop("type")]
    if cls is DoubleParameter:  # JSONB writes large doubles out in digits, so that they come back as integers
        stored["low"], stored["high"] = float(stored["low"]), float(stored["high"])
        stored["grid"] = stored["grid"] and [float(value) for value in stored["grid"]]
    fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in stored.items()}
    return cls(**fields)


def metrics_to_json(metrics: Iterable[Metric]) -> list[dict[str, Any]]:
    """JSON-ready metrics, sorted by name."""
    return sorted((asdict(metric) for metric in metrics), key=lambda metric: metric["name"] or "")


def metrics_from_json(metrics: Iterable[Mapping[str, Any]]) -> tuple[Metric, ...]:
    """The inverse of `metrics_to_json`."""
    return tuple(
        Metric(
            name=stored["name"],
            objective=Objective(stored["objective"]),
            strategy=Strategy(stored["strategy"]),
            threshold=None if stored["threshold"] is None else float(stored["threshold"]),
        )
        for stored in metrics
    )
