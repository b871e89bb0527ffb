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

    name: Literal["normal"]
    mean: Number
    scale: Number

    def to_domain(self) -> Prior:
        """As the rules and the engine know it."""
        return NormalPrior(self.mean, self.scale)


class BetaPriorIn(In):
    """Where good values are believed to lie, as a beta density on the bounds scaled to 0…1."""

    model_config = ConfigDict(extra="ignore")

    name: Literal["beta"]
    shape_a: Number
    shape_b: Number

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

    name: Key = Field(examples=["learning_rate"])
    conditions: ConditionsIn | None = None

    @property
    def existence(self) -> Conditions:
        """When it exists, as the rules and the engine know it."""
        return conditions_to_domain(self.conditions)


class DoubleParameterIn(_ParameterIn):
    """A real-valued axis."""

    type: Literal["double"]
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

    type: Literal["int"]
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

    name: CategoryName
    enum_index: int | None = None
    object: Literal["categorical_value"] | None = None


CategoryIn = Annotated[
    Annotated[CategoryName, Tag("text")] | Annotated[CategoricalValueIn, Tag("object")], Discriminator(text_or_object)
]


def category_names(given: list[str | CategoricalValueIn]) -> tuple[str, ...]:
    """The categories, in the order given."""
    return tuple(value if isinstance(value, str) else value.name for value in given)


class CategoricalParameterIn(_ParameterIn):
    """An unordered axis."""

    type: Literal["categorical"]
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
    min: float
    max: float


class CategoricalValueOut(Out):
    """A category and its number."""

    object: Literal["categorical_value"]
    name: str
    enum_index: int


class NormalPriorOut(Out):
    """Good values are believed to lie around `mean`, give or take `scale`."""

    object: Literal["normal_prior"]
    name: Literal["normal"]
    mean: float
    scale: float


class BetaPriorOut(Out):
    """Where good values are believed to lie, as a beta density on the bounds scaled to 0…1."""

    object: Literal["beta_prior"]
    name: Literal["beta"]
    shape_a: float
    shape_b: float


class ParameterOut(Out):
    """One axis of the search space."""

    object: Literal["parameter"]
    name: str
    type: Literal["double", "int", "categorical"]
    bounds: BoundsOut | None
    categorical_values: list[CategoricalValueOut] | None
    grid: list[Value] | None = Field(exclude_if=lambda grid: grid is None)
    transformation: Literal["log"] | None
    prior: NormalPriorOut | BetaPriorOut | None
    conditions: dict[str, list[str]]
    default_value: Value | None

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
