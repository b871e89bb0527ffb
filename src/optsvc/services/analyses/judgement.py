"""Analyses that judge an experiment: what is truly the best, how firm it is, whether to go on, what is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from optsvc import engine
from optsvc.domain.best import best
from optsvc.domain.errors import Unprocessable
from optsvc.domain.experiment import Definition
from optsvc.domain.space import Value
from optsvc.services.analyses.kind import Kind, Material
from optsvc.services.analyses.matter import TOO_LITTLE
from optsvc.services.analyses.options import Options, PointOptions


@dataclass(frozen=True, slots=True)
class BelievedPoint:
    """One observed point and what is believed of it.

    Args:
        observation: The id of the observation; of several at this point, the best one.
        assignments: The point.
        estimates: Of each metric that counts.
    """

    observation: str
    assignments: Mapping[str, Value]
    estimates: Sequence[engine.Estimate]


@dataclass(frozen=True, slots=True)
class Chances:
    """How good one observation is likely to be.

    Args:
        observation: The id of the observation.
        satisfying: The probability that its point truly reaches all thresholds of constraints; 1 without any.
        efficient: The probability that its point is truly the best observed one, of several objectives that no other
            observed point is better in all of them; points that miss thresholds do not compete. None without an
            objective.
    """

    observation: str
    satisfying: float
    efficient: float | None


@dataclass(frozen=True, slots=True)
class Belief:
    """Which observations are truly the best, when every result may be off by noise.

    Args:
        best_observed: The best result as reported, among those that reach all thresholds; None if there is none, or
            not exactly one objective.
        best_believed: The point with the best expected value, among those that more likely than not reach all
            thresholds; None as before.
        p_better: The probability that `best_believed` is truly better than `best_observed`; None if they are the same
            point, or one is missing.
        noise_stddev: What a single result differs from the truth, as a standard deviation, at the best point, in the
            objective's own units; 0 without noise, None unless there is exactly one objective.
        repeat: The ids of the observations worth repeating, most urgent first; one may be there twice.
        chances: Of every observation with values, oldest first.
        sentence: The gist, for people.
    """

    best_observed: BelievedPoint | None
    best_believed: BelievedPoint | None
    p_better: float | None
    noise_stddev: float | None
    repeat: Sequence[str]
    chances: Sequence[Chances]
    sentence: str


def _belief(material: Material, _: Options) -> Belief:
    found = engine.belief(material.problem, material.history, seed=material.seed)
    if found is None:
        raise Unprocessable("no observation has values yet")
    ids = material.ids
    observed, believed = (
        None if point is None else BelievedPoint(ids[point.observation], point.assignments, point.estimates)
        for point in (found.best_observed, found.best_believed)
    )
    return Belief(
        best_observed=observed,
        best_believed=believed,
        p_better=found.p_better,
        noise_stddev=found.noise_stddev,
        repeat=[ids[place] for place in found.repeat],
        chances=[Chances(ids[one.observation], one.satisfying, one.efficient) for one in found.chances],
        sentence=found.sentence,
    )


def _robustness(material: Material, options: PointOptions) -> engine.Robustness:
    point = material.point(options.at)
    if point is None:
        bests = best(material.measured(), material.definition)
        if not bests:
            raise Unprocessable("no observation is the best yet: name one with `at`")
        point = bests[0].assignments
    found = engine.robustness(material.problem, material.history, assignments=point, seed=material.seed)
    if found is None:
        raise Unprocessable("there are too few values, or all are equal, so that there is no model")
    return found


def _coverage(material: Material, _: Options) -> engine.RegionCoverage:
    found = engine.coverage(material.problem, material.history, seed=material.seed, state=material.state)
    if found is None:
        raise Unprocessable(f"{TOO_LITTLE}, so that there is no model of a constraint")
    return found


def _unconstrained(definition: Definition) -> str | None:
    return None if definition.constraints else "no metric is a constraint"


def _convergence(material: Material, _: Options) -> engine.Convergence:
    return engine.convergence(material.problem, material.history, seed=material.seed)


def _health(material: Material, _: Options) -> engine.Health:
    predictions = {metric.name: list(material.judged(metric).values()) for metric in material.problem.metrics}
    return engine.health(material.problem, material.history, seed=material.seed, predictions=predictions)


BELIEF = Kind(
    name="belief",
    title="Best observed and best believed",
    description="Which observation is truly the best when results are noisy, with which probability, and which are "
    "worth repeating; of several objectives, how likely each is on the true Pareto front.",
    options=Options,
    result=Belief,
    compute=_belief,
)
ROBUSTNESS = Kind(
    name="robustness",
    title="Robustness of the best point",
    description="How far the metrics move, as the model sees it, when the parameters of a point change a little.",
    options=PointOptions,
    result=engine.Robustness,
    compute=_robustness,
)
COVERAGE = Kind(
    name="coverage",
    title="Coverage of the region that meets all constraints",
    description="How much of the region that is expected to reach all thresholds lies near an observation that does, "
    "and where the widest gap is.",
    options=Options,
    result=engine.RegionCoverage,
    compute=_coverage,
    why_not=_unconstrained,
)
CONVERGENCE = Kind(
    name="convergence",
    title="Whether to go on",
    description="Whether more is likely to be gained: the signs of convergence, in words and in the metric's units.",
    options=Options,
    result=engine.Convergence,
    compute=_convergence,
)
HEALTH = Kind(
    name="health",
    title="Health report",
    description="One card for each thing that can be wrong with an experiment, with a verdict and a sentence.",
    options=Options,
    result=engine.Health,
    compute=_health,
)
