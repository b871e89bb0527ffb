"""Analyses of what the model says of a metric: along one parameter, over two, and on average."""

from typing import Any, TypeVar

from optsvc import engine
from optsvc.domain.errors import Unprocessable
from optsvc.domain.metrics import Metric
from optsvc.services.analyses.kind import Kind, Material
from optsvc.services.analyses.matter import TOO_LITTLE, only_one
from optsvc.services.analyses.options import AlongOptions, ContourOptions, SliceOptions

FoundT = TypeVar("FoundT")


def _slices(material: Material, options: SliceOptions) -> engine.Slices:
    metric = options.chosen(material.definition)
    try:
        found = engine.slices(
            *_told(material), **_common(material, metric), names=options.parameters, point=material.point(options.at)
        )
    except ValueError as error:  # the engine knows which parameters have a choice, and which exist at a point
        raise Unprocessable(f"parameters: {error}") from error
    return _there(found)


def _contour(material: Material, options: ContourOptions) -> engine.Contour:
    metric = options.chosen(material.definition)
    try:
        found = engine.contour(
            *_told(material), **_common(material, metric), names=options.pair(), point=material.point(options.at)
        )
    except ValueError as error:  # as in slices
        raise Unprocessable(f"parameters: {error}") from error
    return _there(found)


def _partial_dependence(material: Material, options: AlongOptions) -> engine.PartialDependences:
    metric = options.chosen(material.definition)
    try:
        found = engine.partial_dependence(*_told(material), **_common(material, metric), names=options.parameters)
    except ValueError as error:  # as in slices
        raise Unprocessable(f"parameters: {error}") from error
    return _there(found)


def _told(material: Material) -> tuple[Any, Any]:
    return material.problem, material.history


def _common(material: Material, metric: Metric) -> dict[str, Any]:
    return {"seed": material.seed, "metric": metric, "state": material.state}


def _there(found: FoundT | None) -> FoundT:
    if found is None:
        raise Unprocessable(f"{TOO_LITTLE}, so that there is no model of it")
    return found


SLICES = Kind(
    name="slices",
    title="The metric along each parameter",
    description="What the model expects of a metric when one parameter changes and the others stay at a point, with "
    "95 % bands and where the data say next to nothing.",
    options=SliceOptions,
    result=engine.Slices,
    compute=_slices,
)
CONTOUR = Kind(
    name="contour",
    title="The metric over two parameters",
    description="What the model expects of a metric when two parameters change and the others stay at a point.",
    options=ContourOptions,
    result=engine.Contour,
    compute=_contour,
    why_not=only_one,
)
PARTIAL_DEPENDENCE = Kind(
    name="partial_dependence",
    title="The metric along each parameter, on average",
    description="What the model expects of a metric when one parameter changes, averaged over the observed values of "
    "the others, with 95 % bands.",
    options=AlongOptions,
    result=engine.PartialDependences,
    compute=_partial_dependence,
)
