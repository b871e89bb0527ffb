"""Analyses that are looked at as maps: where random search would have got, and where evaluations succeed."""

from optsvc import engine
from optsvc.domain.errors import Unprocessable
from optsvc.domain.experiment import Definition
from optsvc.services.analyses.kind import Kind, Material
from optsvc.services.analyses.matter import TOO_LITTLE, only_one
from optsvc.services.analyses.options import MapOptions, Options


def _random_front(material: Material, _: Options) -> engine.RandomFront:
    first, second = material.definition.optimized
    found = engine.random_front(
        material.problem, material.history, seed=material.seed, metrics=(first, second), state=material.state
    )
    if found is None:
        raise Unprocessable("there are too few values of a metric, or nothing is likely to reach all thresholds")
    return found


def _not_two(definition: Definition) -> str | None:
    return None if len(definition.optimized) == 2 else "not exactly two metrics are optimized"


RANDOM_FRONT = Kind(
    name="random_front",
    title="What random search would have found",
    description="Of two optimized metrics: where the Pareto front of a random search with as many evaluations would "
    "lie, with 90 % confidence, if the models are right.",
    options=Options,
    result=engine.RandomFront,
    compute=_random_front,
    why_not=_not_two,
)


def _success_map(material: Material, options: MapOptions) -> engine.SuccessMap:
    metric = options.chosen(material.definition)
    try:
        found = engine.success_map(
            material.problem,
            material.history,
            seed=material.seed,
            metric=metric,
            names=options.pair(),
            state=material.state,
        )
    except ValueError as error:  # the engine knows which parameters have a choice
        raise Unprocessable(f"parameters: {error}") from error
    if found is None:
        raise Unprocessable(
            f"{TOO_LITTLE}, so that there is no model of it"
            if metric
            else "nothing has failed, or only one parameter varies"
        )
    return found


SUCCESS_MAP = Kind(
    name="success_map",
    title="Map of success",
    description="How likely an evaluation succeeds, or a metric reaches its threshold, over two parameters, on average "
    "over the others.",
    options=MapOptions,
    result=engine.SuccessMap,
    compute=_success_map,
    why_not=only_one,
)
