"""Analyses that need no model: how the best has come about, and what the predictions were worth."""

from collections.abc import Sequence
from dataclasses import dataclass

from optsvc import engine
from optsvc.domain.best import best_so_far
from optsvc.domain.errors import Unprocessable
from optsvc.services.analyses.kind import Kind, Material
from optsvc.services.analyses.options import MetricOptions, ObjectiveOptions, Options


@dataclass(frozen=True, slots=True)
class BestSoFar:
    """How the best value has come about; the lists have one entry for each observation, oldest first.

    Args:
        metric: The name of the metric; None if it has none.
        objective: Which way is better, ``minimize`` or ``maximize``.
        observations: The ids of the observations.
        values: What was reported; None where the evaluation failed.
        best: The best value up to there of those that count; None before the first one. An observation counts that has
            a value of every metric, meets all thresholds and, with tasks, was a full evaluation.
        best_observations: The ids of the observations that hold `best`.
    """

    metric: str | None
    objective: str
    observations: Sequence[str]
    values: Sequence[float | None]
    best: Sequence[float | None]
    best_observations: Sequence[str | None]


def _best_so_far(material: Material, options: ObjectiveOptions) -> BestSoFar:
    metric = options.chosen(material.definition)
    measured = material.measured()
    results = [one.results for one in measured]
    places = best_so_far(measured, metric, material.definition)
    return BestSoFar(
        metric=metric.name,
        objective=metric.objective.value,
        observations=material.ids,
        values=[values.get(metric.name) for values in results],
        best=[None if place is None else results[place][metric.name] for place in places],
        best_observations=[None if place is None else material.ids[place] for place in places],
    )


BEST_SO_FAR = Kind(
    name="best_so_far",
    title="Best value over time",
    description="The best value after each observation, of those that count: the trace that a search is judged by.",
    options=ObjectiveOptions,
    result=BestSoFar,
    compute=_best_so_far,
    why_not=lambda definition: None if definition.optimized else "no metric is optimized",
)


@dataclass(frozen=True, slots=True)
class Hypervolume:
    """How the Pareto front has grown.

    Args:
        metrics: The names of the optimized metrics.
        ideal: The best value of each among all that reach the thresholds of constraints, in its own units.
        reference: The reference point of the whole curve, in the same units: the threshold of a metric; without one,
            its worst value and a tenth of the range more.
        observations: The ids of all observations, oldest first.
        volumes: After each of them, from 0 to 1: the dominated share of the box between ideal and reference.
        front: The ids of the observations on the front now.
    """

    metrics: Sequence[str | None]
    ideal: Sequence[float]
    reference: Sequence[float]
    observations: Sequence[str]
    volumes: Sequence[float]
    front: Sequence[str]


def _hypervolume(material: Material, _: Options) -> Hypervolume:
    found = engine.front_growth(material.problem, material.history)
    if found is None:
        raise Unprocessable("no observation has values that reach all thresholds")
    ids = material.ids
    return Hypervolume(
        found.metrics, found.ideal, found.reference, ids, found.volumes, [ids[place] for place in found.front]
    )


HYPERVOLUME = Kind(
    name="hypervolume",
    title="Growth of the Pareto front",
    description="Of several optimized metrics: the hypervolume after each observation, against one reference point.",
    options=Options,
    result=Hypervolume,
    compute=_hypervolume,
    why_not=lambda definition: "fewer than two metrics are optimized" if len(definition.optimized) < 2 else None,
)


@dataclass(frozen=True, slots=True)
class JudgedPrediction:
    """A stored prediction beside what came.

    Args:
        observation: The id of the observation.
        mean: What was predicted when the point was suggested.
        stddev: How sure that was.
        value: What was observed.
        inside: Whether the value lies in the 95 % interval.
    """

    observation: str
    mean: float
    stddev: float
    value: float
    inside: bool


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """What the predictions that were stored with suggestions were worth when results came; nothing is fitted again.

    Args:
        metric: The name of the metric; None if it has none.
        count: How many predictions could be judged: of full evaluations, suggested by a model, that did not fail.
        coverage: The share of values inside the 95 % intervals, ``mean ± 1.96 stddev``; None without any. Of honest
            intervals it is about 0.95. The predictions are of the noise-free metric: a reported standard deviation of
            the measurement is added, noise that nobody reported is not, and makes the share smaller.
        coverage_interval: The 95 % interval of the share itself, as few as they are; None without any.
        rank_correlation: Between predicted and observed values, from -1 to 1, of ranks; None with fewer than three, or
            where all are equal.
        predictions: All that were judged, oldest first.
    """

    metric: str | None
    count: int
    coverage: float | None
    coverage_interval: tuple[float, float] | None
    rank_correlation: float | None
    predictions: Sequence[JudgedPrediction]


def _predictions(material: Material, options: MetricOptions) -> TrackRecord:
    metric = options.chosen(material.definition)
    judged = material.judged(metric)
    record = engine.honesty(list(judged.values()))
    return TrackRecord(
        metric=metric.name,
        count=record.count,
        coverage=record.coverage,
        coverage_interval=engine.share_interval(record.covered, record.count) if record.count else None,
        rank_correlation=record.rank_correlation,
        predictions=[JudgedPrediction(id_, p.mean, p.stddev, p.value, p.held()) for id_, p in judged.items()],
    )


PREDICTIONS = Kind(
    name="predictions",
    title="What predictions were worth",
    description="The predictions that were stored with suggestions against the values that came: how many were "
    "inside their 95 % intervals, and how well they were in order.",
    options=MetricOptions,
    result=TrackRecord,
    compute=_predictions,
)
