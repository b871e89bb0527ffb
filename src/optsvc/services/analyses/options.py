"""What can be asked of an analysis: its options, as they come in a query, and as an experiment fills them in."""

import json
from typing import Annotated, Any, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from optsvc.domain.errors import InvalidRequest
from optsvc.domain.experiment import Definition
from optsvc.domain.metrics import Metric

NamedT = TypeVar("NamedT")

_MOST_DIGITS = 18


def _names(given: object) -> object:
    """Names from a query: repeated, separated by commas, or one JSON list, for names that hold commas."""
    if not isinstance(given, list):
        return given
    if len(given) == 1 and isinstance(given[0], str):
        [text] = given
        if not text.startswith("["):
            return [name.strip() for name in text.split(",")]
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"expected names separated by commas, got {text[:50]!r}") from error
    return given


Names = Annotated[list[str], BeforeValidator(_names)]
"""Several names: separated by commas, or as a JSON list."""


def _digits(given: object) -> object:
    if isinstance(given, str) and not (given.isascii() and given.isdigit() and len(given) <= _MOST_DIGITS):
        raise ValueError(f"expected the id of an observation, got {given[:50]!r}")
    return given


ObservationId = Annotated[int, BeforeValidator(_digits)]
"""The id of an observation, in digits."""


class Options(BaseModel):
    """An analysis without options of its own."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    def filled_in(self, definition: Definition) -> Self:
        """With what the experiment says where nothing was given, so that two ways to ask for the same are one.

        Raises:
            InvalidRequest: An option that does not fit the experiment.
        """
        del definition
        return self

    def observations(self) -> list[int]:
        """The ids of the observations that it names."""
        return []

    def canonical(self) -> dict[str, Any]:
        """JSON-ready; the same for the same question."""
        return self.model_dump(mode="json", exclude_none=True)


class MetricOptions(Options):
    """An analysis of one metric."""

    metric: str | None = Field(
        None, description="The metric, by its name. May be left out: the first optimized one, else the first of all."
    )

    def filled_in(self, definition: Definition) -> Self:
        """With the name of the metric."""
        return self.model_copy(update={"metric": self.chosen(definition).name})

    def chosen(self, definition: Definition) -> Metric:
        """The metric.

        Raises:
            InvalidRequest: There is none of this name.
        """
        if self.metric is None:
            return (definition.optimized or definition.metrics)[0]
        return named("metric", self.metric, {metric.name or "": metric for metric in definition.metrics})


class ObjectiveOptions(MetricOptions):
    """An analysis of one optimized metric."""

    metric: str | None = Field(None, description="The optimized metric, by its name. May be left out: the first one.")

    def chosen(self, definition: Definition) -> Metric:
        """The metric.

        Raises:
            InvalidRequest: There is none of this name that is optimized.
        """
        if self.metric is None and definition.optimized:
            return definition.optimized[0]
        return named("metric", self.metric or "", {metric.name or "": metric for metric in definition.optimized})


class ThresholdOptions(Options):
    """An analysis of failures, or of where one metric misses its threshold."""

    metric: str | None = Field(
        None, description="A metric with a threshold: where it is missed, instead of where evaluations fail."
    )

    def filled_in(self, definition: Definition) -> Self:
        """Checked."""
        self.chosen(definition)
        return self

    def chosen(self, definition: Definition) -> Metric | None:
        """The metric; None for failures.

        Raises:
            InvalidRequest: There is none of this name that has a threshold.
        """
        if self.metric is None:
            return None
        limited = {metric.name or "": metric for metric in definition.metrics if metric.threshold is not None}
        return named("metric", self.metric, limited)


class AlongOptions(MetricOptions):
    """An analysis of one metric along some parameters."""

    parameters: Names | None = Field(
        None,
        description="The parameters or conditionals, separated by commas or as a JSON list. May be left out: all that "
        "have more than one value.",
    )

    def filled_in(self, definition: Definition) -> Self:
        """With the metric; the parameters in order, each once."""
        space = definition.space
        known = {each.name: each.name for each in (*space.parameters, *space.conditionals)}
        names = [named("parameters", name, known) for name in self.parameters or ()]
        ordered = self._in_order(names) if names else None
        return super().filled_in(definition).model_copy(update={"parameters": ordered})

    def _in_order(self, names: list[str]) -> list[str]:
        return sorted(set(names))


_AT = Field(
    None,
    description="The id of an observation: its point is where the other parameters stay. May be left out: the best.",
)


class SliceOptions(AlongOptions):
    """Also through a point."""

    at: ObservationId | None = _AT

    def observations(self) -> list[int]:
        """The point."""
        return [] if self.at is None else [self.at]


class ContourOptions(SliceOptions):
    """Over exactly two parameters."""

    parameters: Names | None = Field(
        None,
        description="Two parameters or conditionals, separated by a comma. May be left out: the first two parameters.",
    )

    def filled_in(self, definition: Definition) -> Self:
        """With the two parameters, in the order given."""
        names = self.parameters or [parameter.name for parameter in definition.space.parameters[:2]]
        return super(ContourOptions, self.model_copy(update={"parameters": names})).filled_in(definition)

    def pair(self) -> tuple[str, str]:
        """The two, once they are filled in."""
        first, second = self.parameters or []
        return first, second

    def _in_order(self, names: list[str]) -> list[str]:
        _check_pair(names)
        return names


class MapOptions(ThresholdOptions):
    """The same over two parameters."""

    parameters: Names | None = Field(
        None,
        description="Two parameters or conditionals, separated by a comma. May be left out: the two that tell most.",
    )

    def filled_in(self, definition: Definition) -> Self:
        """Checked."""
        if self.parameters is not None:
            known = {each.name: each for each in (*definition.space.parameters, *definition.space.conditionals)}
            for name in self.parameters:
                named("parameters", name, known)
            _check_pair(self.parameters)
        return super().filled_in(definition)

    def pair(self) -> tuple[str, str] | None:
        """The two, if they are named."""
        if self.parameters is None:
            return None
        first, second = self.parameters
        return first, second


class PointOptions(Options):
    """An analysis around one point."""

    at: ObservationId | None = Field(
        None, description="The id of an observation, around whose point to look. May be left out: the best."
    )

    def observations(self) -> list[int]:
        """The point."""
        return [] if self.at is None else [self.at]


def _check_pair(names: list[str]) -> None:
    if len(names) != 2 or names[0] == names[1]:
        raise InvalidRequest(f"parameters: must be two different ones, got {names}")


def named(option: str, name: str, known: dict[str, NamedT]) -> NamedT:
    """What has this name.

    Raises:
        InvalidRequest: Nothing has; `option` is where it was given.
    """
    if name not in known:
        raise InvalidRequest(f"{option}: must be one of {list(known)}, got {name!r}")
    return known[name]
