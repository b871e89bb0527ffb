"""Analyses of what matters: how much each parameter explains of a metric, and where evaluations fail."""

from collections.abc import Sequence
from dataclasses import dataclass

from optsvc import engine
from optsvc.domain.errors import Unprocessable
from optsvc.domain.experiment import Definition
from optsvc.services.analyses.kind import Kind, Material
from optsvc.services.analyses.options import MetricOptions, ThresholdOptions

TOO_LITTLE = "there are too few values of this metric, or all are equal"


def _importances(material: Material, options: MetricOptions) -> engine.MetricImportances:
    metric = options.chosen(material.definition)
    found = engine.metric_importances(material.problem, material.history, seed=material.seed, metric=metric)
    if found is None:
        raise Unprocessable(f"{TOO_LITTLE}, or nothing explains them")
    return found


def only_one(definition: Definition) -> str | None:
    """What is in the way where parameters are compared."""
    return "there is only one parameter" if len(definition.space.parameters) < 2 else None


IMPORTANCES = Kind(
    name="importances",
    title="Importance of the parameters",
    description="How much of a metric's variance each parameter explains over the whole search space, which of them do "
    "so only together, and which decide what is among the best.",
    options=MetricOptions,
    result=engine.MetricImportances,
    compute=_importances,
    why_not=only_one,
)


@dataclass(frozen=True, slots=True)
class FailureRegions:
    """Where evaluations fail, or a metric misses its threshold.

    Args:
        outcome: What is explained: ``failure``, or ``violation`` of a threshold.
        metric: The name of the metric whose threshold it is; None for failures, or if it has no name.
        rules: The clearest first, each among what those before it leave over; empty if there is no pattern.
        sentences: The rules in words, with their counts.
        failed: How many of all observations failed.
        total: How many there are.
    """

    outcome: str
    metric: str | None
    rules: Sequence[engine.FailureRule]
    sentences: Sequence[str]
    failed: int
    total: int


def _failure_regions(material: Material, options: ThresholdOptions) -> FailureRegions:
    metric = options.chosen(material.definition)
    found = engine.failure_regions(material.problem, material.history, seed=material.seed, metric=metric)
    return FailureRegions(found.outcome, found.metric, found.rules, found.sentences(), found.failed, found.total)


FAILURE_REGIONS = Kind(
    name="failure_regions",
    title="Where evaluations fail",
    description="Short rules in words that say where evaluations fail, or where a metric misses its threshold, with "
    "counts, as far as chance does not explain them.",
    options=ThresholdOptions,
    result=FailureRegions,
    compute=_failure_regions,
)
