"""Parameters of a search space, in and out."""

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Discriminator, Field, StringConstraints, Tag, model_validator

from optsvc.api.schemas.common import In, Key, Number, Out, Whole, text_or_object
from optsvc.domain.space import (
    BetaPrior,
    CategoricalParameter,
    Conditions,
    DoubleParameter,
    IntParameter,
    NormalPrior,
    Parameter,
    Prior,
    Value,
)

CategoryName = Annotated[str, StringConstraints(min_length=1, max_length=50, strict=True)]


class BoundsIn(In):
    """The range of a numeric parameter."""

    min: Number = Field(description="Inclusive lower bound, in the parameter's own units.")
    max: Number = Field(description="Inclusive upper bound, greater than `min`.")
    object: Literal["bounds"] | None = None


class IntBoundsIn(In):
    """The range of a whole-numbered parameter."""

    min: Whole = Field(description="Inclusive lower bound.")
    max: Whole = Field(description="Inclusive upper bound, greater than `min`.")
    object: Literal["bounds"] | None = None


class NormalPriorIn(In):
    """Good values are believed to lie around `mean`, give or take `scale`, in the parameter's own units."""

    model_config = ConfigDict(extra="ignore")

    name: Literal["normal"] = Field(description="Says that it is a normal density.")
    mean: Number = Field(description="The middle; within the bounds.")
    scale: Number = Field(description="The standard deviation, above 0.")

    def to_domain(self) -> Prior:
        """As the rules and the engine know it."""
        return NormalPrior(self.mean, self.scale)


class BetaPriorIn(In):
    """Where good values are believed to lie, as a beta density on the bounds scaled to 0…1."""

    model_config = ConfigDict(extra="ignore")

    name: Literal["beta"] = Field(description="Says that it is a beta density.")
    shape_a: Number = Field(description="The first exponent, above 0.")
    shape_b: Number = Field(description="The second exponent, above 0.")

    def to_domain(self) -> Prior:
        """As the rules and the engine know it."""
        return BetaPrior(self.shape_a, self.shape_b)


PriorIn = Annotated[NormalPriorIn | BetaPriorIn, Field(discriminator="name")]
ConditionsIn = Annotated[
    dict[str, str | list[str]],
    Field(
        description="The parameter exists when every conditional named has one of the values beside it.",
        examples=[{"optimizer": ["sgd"]}],
    ),
]


def conditions_to_domain(given: dict[str, str | list[str]] | None) -> Conditions:
    """As the rules and the engine know them."""
    return tuple(
        (name, (values,) if isinstance(values, str) else tuple(values)) for name, values in (given or {}).items()
    )


class _ParameterIn(In):
    # Programs send back parameters as they got them, with keys of old and of answers.
    model_config = ConfigDict(extra="ignore")

    name: Key = Field(examples=["learning_rate"], description="Its name; each once.")
    conditions: ConditionsIn | None = None

    @property
    def existence(self) -> Conditions:
        """When it exists, as the rules and the engine know it."""
        return conditions_to_domain(self.conditions)


class DoubleParameterIn(_ParameterIn):
    """A real-valued axis."""

    type: Literal["double"] = Field(description="Says that it is a real-valued axis.")
    bounds: BoundsIn | None = Field(None, description="Needed unless `grid` is given.")
    grid: list[Number] | None = Field(None, min_length=2, description="The only values to suggest, instead of a range.")
    transformation: Literal["log", "none"] | None = Field(
        None, description="`log`: magnitudes matter rather than differences."
    )
    prior: PriorIn | None = Field(None, description="Where good values are believed to lie; neither with log nor grid.")
    default_value: Number | None = Field(None, description="What it was for observations before it was added.")
    categorical_values: None = Field(None, description="Only for categories: leave out.")

    @model_validator(mode="after")
    def _has_one_range(self) -> Self:
        _check_one_range(self)
        return self

    def to_domain(self) -> Parameter:
        """As the rules and the engine know it."""
        grid = tuple(sorted(self.grid)) if self.grid else None
        low, high = (grid[0], grid[-1]) if grid else (self.bounds.min, self.bounds.max) if self.bounds else (0.0, 0.0)
        return DoubleParameter(
            self.name,
            low,
            high,
            log=self.transformation == "log",
            grid=grid,
            prior=None if self.prior is None else self.prior.to_domain(),
            conditions=self.existence,
            default=self.default_value,
        )


class IntParameterIn(_ParameterIn):
    """A whole-numbered axis."""

    type: Literal["int"] = Field(description="Says that it is a whole-numbered axis.")
    bounds: IntBoundsIn | None = Field(None, description="Needed unless `grid` is given.")
    grid: list[Whole] | None = Field(None, min_length=2, description="The only values to suggest, instead of a range.")
    transformation: Literal["log", "none"] | None = Field(None, description="Only for doubles: leave out.")
    prior: None = Field(None, description="Only for doubles: leave out.")
    default_value: Whole | None = Field(None, description="What it was for observations before it was added.")
    categorical_values: None = Field(None, description="Only for categories: leave out.")

    @model_validator(mode="after")
    def _has_one_range(self) -> Self:
        if self.transformation == "log":
            raise ValueError(f"parameter {self.name!r}: the log-transformation is only for type double")
        _check_one_range(self)
        return self

    def to_domain(self) -> Parameter:
        """As the rules and the engine know it."""
        grid = tuple(sorted(self.grid)) if self.grid else None
        low, high = (grid[0], grid[-1]) if grid else (self.bounds.min, self.bounds.max) if self.bounds else (0, 0)
        return IntParameter(self.name, low, high, grid=grid, conditions=self.existence, default=self.default_value)


def _check_one_range(parameter: DoubleParameterIn | IntParameterIn) -> None:
    """A grid or bounds; both, as we send them, if they agree."""
    bounds, grid = parameter.bounds, parameter.grid
    if bounds is None and grid is None:
        raise ValueError(f"parameter {parameter.name!r}: Missing required json key: bounds")
    if bounds is not None and grid is not None and (bounds.min, bounds.max) != (min(grid), max(grid)):
        raise ValueError(f"parameter {parameter.name!r}: give either bounds or grid")


class CategoricalValueIn(In):
    """A category, as sent back by a program that got it from us."""

    name: CategoryName = Field(description="The category.")
    enum_index: int | None = Field(None, description="Its number as we sent it; ignored.")
    object: Literal["categorical_value"] | None = None


CategoryIn = Annotated[
    Annotated[CategoryName, Tag("text")] | Annotated[CategoricalValueIn, Tag("object")], Discriminator(text_or_object)
]


def category_names(given: list[str | CategoricalValueIn]) -> tuple[str, ...]:
    """The categories, in the order given."""
    return tuple(value if isinstance(value, str) else value.name for value in given)


class CategoricalParameterIn(_ParameterIn):
    """An unordered axis."""

    type: Literal["categorical"] = Field(description="Says that it is an unordered axis.")
    categorical_values: list[CategoryIn] = Field(
        min_length=2,
        description="The categories: plain texts, or objects with a `name`.",
        examples=[["relu", "tanh"]],
    )
    bounds: None = Field(None, description="Only for numbers: leave out.")
    grid: list[CategoryName] | None = Field(None, description="Leave out; the categories again, as we send them.")
    transformation: Literal["none"] | None = Field(None, description="Only for doubles: leave out.")
    prior: None = Field(None, description="Only for doubles: leave out.")
    default_value: CategoryName | None = Field(None, description="What it was for observations before it was added.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        names = category_names(self.categorical_values)
        if self.grid is not None and set(self.grid) != set(names):
            raise ValueError(f"parameter {self.name!r}: a categorical has no grid: leave it out")
        if self.default_value is not None and self.default_value not in names:
            raise ValueError(
                f"parameter {self.name!r}: default_value {self.default_value!r} is not among {list(names)}"
            )
        return self

    def to_domain(self) -> Parameter:
        """As the rules and the engine know it."""
        names = category_names(self.categorical_values)
        return CategoricalParameter(self.name, names, conditions=self.existence, default=self.default_value)


ParameterIn = Annotated[DoubleParameterIn | IntParameterIn | CategoricalParameterIn, Field(discriminator="type")]


class BoundsOut(Out):
    """The range of a numeric parameter."""

    object: Literal["bounds"]
    min: float = Field(description="Inclusive lower bound, in the parameter's own units.")
    max: float = Field(description="Inclusive upper bound.")


class CategoricalValueOut(Out):
    """A category and its number."""

    object: Literal["categorical_value"]
    name: str = Field(description="The category.")
    enum_index: int = Field(description="Its number, from 1; stays when others are removed.")


class NormalPriorOut(Out):
    """Good values are believed to lie around `mean`, give or take `scale`."""

    object: Literal["normal_prior"]
    name: Literal["normal"] = Field(description="Says that it is a normal density.")
    mean: float = Field(description="The middle, in the parameter's own units.")
    scale: float = Field(description="The standard deviation.")


class BetaPriorOut(Out):
    """Where good values are believed to lie, as a beta density on the bounds scaled to 0…1."""

    object: Literal["beta_prior"]
    name: Literal["beta"] = Field(description="Says that it is a beta density.")
    shape_a: float = Field(description="The first exponent.")
    shape_b: float = Field(description="The second exponent.")


class ParameterOut(Out):
    """One axis of the search space."""

    object: Literal["parameter"]
    name: str = Field(description="Its name.")
    type: Literal["double", "int", "categorical"] = Field(description="Real-valued, whole-numbered or unordered.")
    bounds: BoundsOut | None = Field(description="The range; null of a categorical.")
    categorical_values: list[CategoricalValueOut] | None = Field(description="The categories; null of a number.")
    grid: list[Value] | None = Field(
        exclude_if=lambda grid: grid is None, description="The only values to suggest; absent if there is a range."
    )
    transformation: Literal["log"] | None = Field(
        description="`log`: magnitudes matter rather than differences; null: none."
    )
    prior: NormalPriorOut | BetaPriorOut | None = Field(
        description="Where good values are believed to lie; null if nothing was said."
    )
    conditions: dict[str, list[str]] = Field(
        description="It exists when every conditional named has one of the values beside it."
    )
    default_value: Value | None = Field(
        description="What it was for observations before it was added; null if nothing was said."
    )

    @classmethod
    def of(cls, parameter: Parameter, *, in_grid: bool = False) -> Self:
        """The parameter as the contract writes it; `in_grid` in a grid experiment."""
        shared: dict[str, Any] = {
            "object": "parameter",
            "name": parameter.name,
            "conditions": {name: list(values) for name, values in parameter.conditions},
            "default_value": parameter.default,
        }
        if isinstance(parameter, CategoricalParameter):
            categories = [
                CategoricalValueOut(object="categorical_value", name=name, enum_index=index)
                for name, index in zip(parameter.values, parameter.enum_indexes, strict=True)
            ]
            grid: list[Value] | None = list(parameter.values) if in_grid else None
            return cls(
                type="categorical",
                bounds=None,
                categorical_values=categories,
                grid=grid,
                transformation=None,
                prior=None,
                **shared,
            )
        return cls(
            type="int" if isinstance(parameter, IntParameter) else "double",
            bounds=BoundsOut(object="bounds", min=parameter.low, max=parameter.high),
            categorical_values=None,
            grid=list(parameter.grid) if parameter.grid else None,
            transformation="log" if isinstance(parameter, DoubleParameter) and parameter.log else None,
            prior=_prior_out(parameter.prior) if isinstance(parameter, DoubleParameter) else None,
            **shared,
        )


def _prior_out(prior: Prior | None) -> NormalPriorOut | BetaPriorOut | None:
    match prior:
        case NormalPrior(mean, scale):
            return NormalPriorOut(object="normal_prior", name="normal", mean=mean, scale=scale)
        case BetaPrior(shape_a, shape_b):
            return BetaPriorOut(object="beta_prior", name="beta", shape_a=shape_a, shape_b=shape_b)
    return None
