"""The user-shaped parts of an experiment, search space and metrics, to and from JSON."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from optsvc.domain.experiment import Definition, ExperimentType, Task
from optsvc.domain.metrics import Metric, Objective, Strategy
from optsvc.domain.revision import ParameterRecord
from optsvc.domain.space import (
    PARAMETER_TYPES,
    BetaPrior,
    Conditional,
    DoubleParameter,
    LinearConstraint,
    NormalPrior,
    Parameter,
    Prior,
    SearchSpace,
)
from optsvc.storage.models import Experiment

_NAMES = {cls: name for name, cls in PARAMETER_TYPES.items()}


def definition_of(experiment: Experiment) -> Definition:
    """What a stored experiment asks for at present."""
    return Definition(
        space=space_from_json(experiment.parameters, experiment.conditionals, experiment.linear_constraints),
        metrics=metrics_from_json(experiment.metrics),
        type=ExperimentType(experiment.type),
        tasks=tuple(Task(stored["name"], float(stored["cost"])) for stored in experiment.tasks),
        num_solutions=experiment.num_solutions,
        parallel_bandwidth=experiment.parallel_bandwidth,
        budget=experiment.observation_budget,
    )


def definition_to_json(definition: Definition) -> dict[str, Any]:
    """The columns of an experiment that hold its definition."""
    return {
        "parameters": parameters_to_json(definition.space),
        "conditionals": [asdict(conditional) for conditional in definition.space.conditionals],
        "linear_constraints": [asdict(constraint) for constraint in definition.space.linear_constraints],
        "metrics": metrics_to_json(definition.metrics),
        "type": definition.type.value,
        "tasks": [asdict(task) for task in definition.tasks],
        "num_solutions": definition.num_solutions,
        "parallel_bandwidth": definition.parallel_bandwidth,
        "observation_budget": definition.budget,
    }


def parameters_to_json(space: SearchSpace) -> list[dict[str, Any]]:
    """JSON-ready parameters of a new experiment, sorted by name."""
    return records_to_json([ParameterRecord(parameter) for parameter in space.parameters])


def records_to_json(records: Iterable[ParameterRecord]) -> list[dict[str, Any]]:
    """JSON-ready parameters, the removed ones too, sorted by name."""
    return [
        {
            "type": _NAMES[type(record.parameter)],
            **asdict(record.parameter),
            "removed": record.removed,
            "retired": record.retired,
        }
        for record in sorted(records, key=lambda record: record.parameter.name)
    ]


def records_from_json(parameters: Iterable[Mapping[str, Any]]) -> list[ParameterRecord]:
    """The inverse of `records_to_json`."""
    return [
        ParameterRecord(
            _parameter(dict(stored)),
            removed=stored.get("removed", False),
            retired=tuple((name, number) for name, number in stored.get("retired", ())),
        )
        for stored in parameters
    ]


def space_from_json(
    parameters: Iterable[Mapping[str, Any]],
    conditionals: Iterable[Mapping[str, Any]] = (),
    linear_constraints: Iterable[Mapping[str, Any]] = (),
) -> SearchSpace:
    """The search space at present: without the parameters that were removed."""
    return SearchSpace(
        parameters=tuple(_parameter(dict(stored)) for stored in parameters if not stored.get("removed")),
        conditionals=tuple(Conditional(stored["name"], tuple(stored["values"])) for stored in conditionals),
        linear_constraints=tuple(
            LinearConstraint(
                terms=tuple((name, float(weight)) for name, weight in stored["terms"]),
                threshold=float(stored["threshold"]),
                at_least=stored["at_least"],
            )
            for stored in linear_constraints
        ),
    )


def _parameter(stored: dict[str, Any]) -> Parameter:
    cls = PARAMETER_TYPES[stored.pop("type")]
    stored.pop("removed", None)
    stored.pop("retired", None)
    if cls is DoubleParameter:  # JSONB writes large doubles out in digits, so that they come back as integers
        stored["low"], stored["high"] = float(stored["low"]), float(stored["high"])
        stored["grid"] = stored["grid"] and [float(value) for value in stored["grid"]]
        stored["default"] = None if stored["default"] is None else float(stored["default"])
        stored["prior"] = _prior(stored["prior"])
    stored["conditions"] = [(name, tuple(values)) for name, values in stored["conditions"]]
    fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in stored.items()}
    return cls(**fields)


def _prior(stored: Mapping[str, Any] | None) -> Prior | None:
    if stored is None:
        return None
    numbers = {key: float(value) for key, value in stored.items()}
    return NormalPrior(**numbers) if "mean" in numbers else BetaPrior(**numbers)


def metrics_to_json(metrics: Iterable[Metric]) -> list[dict[str, Any]]:
    """JSON-ready metrics, sorted by name."""
    return sorted((asdict(metric) for metric in metrics), key=lambda metric: metric["name"] or "")


def metrics_from_json(metrics: Sequence[Mapping[str, Any]]) -> tuple[Metric, ...]:
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
