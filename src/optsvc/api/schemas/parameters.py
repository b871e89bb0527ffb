"""Parameters of a search space, in and out."""

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Discriminator, Field, StringConstraints, Tag, model_validator

from optsvc.api.schemas.common import In, Key, Number, Out, text_or_object
from optsvc.domain.space import LARGEST_INT, CategoricalParameter, DoubleParameter, IntParameter, Parameter, Value

_MIN_WIDTH = 1e-8
CategoryName = Annotated[str, StringConstraints(min_length=1, max_length=50, strict=True)]


class BoundsIn(In):
    """The range of a numeric parameter."""

    min: Number = Field(description="Inclusive lower bound, in the parameter's own units.")
    max: Number = Field(description="Inclusive upper bound, greater than `min`.")
    object: Literal["bounds"] | None = None


class _ParameterIn(In):
    # Programs send back parameters as they got them, with keys of old and of answers.
    model_config = ConfigDict(extra="ignore")

    name: Key = Field(examples=["learning_rate"])
    conditions: dict[str, Any] | None = Field(None, description="Not supported yet: leave out.")
    prior: dict[str, Any] | None = Field(None, description="Not supported yet: leave out.")

    @model_validator(mode="after")
    def _only_what_the_engine_uses(self) -> Self:
        if self.conditions:
            raise ValueError(f"parameter {self.name!r}: conditions are not supported yet")
        if self.prior:
            raise ValueError(f"parameter {self.name!r}: a prior is not supported yet")
        return self


class _NumericIn(_ParameterIn):
    categorical_values: None = Field(None, description="Only for categories: leave out.")
    bounds: BoundsIn | None = Field(None, description="Needed unless `grid` is given.")
    grid: list[Number] | None = Field(None, min_length=2, description="The only values to suggest, instead of a range.")
    transformation: Literal["log", "none"] | None = Field(
        None, description="`log`: magnitudes matter rather than differences; only for doubles."
    )

    @property
    def ends(self) -> tuple[float, float]:
        """Smallest and largest value."""
        if self.grid is not None:
            return min(self.grid), max(self.grid)
        if self.bounds is None:
            raise ValueError(f"parameter {self.name!r}: Missing required json key: bounds")
        return self.bounds.min, self.bounds.max

    @model_validator(mode="after")
    def _has_a_range(self) -> Self:
        where = f"parameter {self.name!r}"
        if self.grid is not None:
            if len(set(self.grid)) != len(self.grid):
                raise ValueError(f"{where}: grid values must be distinct, got {self.grid}")
            if self.bounds is not None and (self.bounds.min, self.bounds.max) != (
                min(self.grid),
                max(self.grid),
            ):
                raise ValueError(f"{where}: give either bounds or grid")
        low, high = self.ends
        if self.grid is None and high - low < _MIN_WIDTH:
            raise ValueError(f"{where}: bounds.min ({low}) must be smaller than bounds.max ({high})")
        return self


class DoubleParameterIn(_NumericIn):
    """A real-valued axis."""

    type: Literal["double"]

    @model_validator(mode="after")
    def _bounds_fit_the_scale(self) -> Self:
        low, high = self.ends
        if self.transformation == "log" and low <= 0:
            raise ValueError(f"parameter {self.name!r}: the log-transformation needs values > 0, got {low}")
        if high - low == float("inf"):
            raise ValueError(f"parameter {self.name!r}: the range from {low} to {high} is too wide")
        return self

    def to_domain(self) -> Parameter:
        """As the rules and the engine know it."""
        low, high = self.ends
        grid = tuple(sorted(self.grid)) if self.grid else None
        return DoubleParameter(self.name, low, high, log=self.transformation == "log", grid=grid)


class IntParameterIn(_NumericIn):
    """A whole-numbered axis."""

    type: Literal["int"]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.transformation == "log":
            raise ValueError(f"parameter {self.name!r}: the log-transformation is only for type double")
        for value in [*(self.grid or []), *self.ends]:
            if not value.is_integer():
                raise ValueError(f"Invalid type for parameter {self.name!r}: expected whole numbers, got {value}")
            if abs(value) > LARGEST_INT:
                raise ValueError(f"parameter {self.name!r}: {value:.0f} is beyond 2^53")
        return self

    def to_domain(self) -> Parameter:
        """As the rules and the engine know it."""
        low, high = self.ends
        grid = tuple(sorted(int(value) for value in self.grid)) if self.grid else None
        return IntParameter(self.name, int(low), int(high), grid=grid)


class CategoricalValueIn(In):
    """A category, as sent back by a program that got it from us."""

    name: CategoryName
    enum_index: int | None = None
    object: Literal["categorical_value"] | None = None


CategoryIn = Annotated[
    Annotated[CategoryName, Tag("text")] | Annotated[CategoricalValueIn, Tag("object")], Discriminator(text_or_object)
]


class CategoricalParameterIn(_ParameterIn):
    """An unordered axis."""

    type: Literal["categorical"]
    categorical_values: list[CategoryIn] = Field(
        min_length=2,
        description="The categories: plain texts, or objects with a `name`.",
        examples=[["relu", "tanh"]],
    )
    bounds: None = Field(None, description="Only for numbers: leave out.")
    grid: None = Field(None, description="Only for numbers: leave out.")
    transformation: Literal["none"] | None = Field(None, description="Only for doubles: leave out.")

    @property
    def names(self) -> tuple[str, ...]:
        """The categories, in the order given."""
        return tuple(value if isinstance(value, str) else value.name for value in self.categorical_values)

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        if len(set(self.names)) != len(self.names):
            raise ValueError(f"parameter {self.name!r}: categorical_values must be distinct, got {list(self.names)}")
        return self

    def to_domain(self) -> Parameter:
        """As the rules and the engine know it."""
        return CategoricalParameter(self.name, self.names)


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


class ParameterOut(Out):
    """One axis of the search space."""

    object: Literal["parameter"]
    name: str
    type: Literal["double", "int", "categorical"]
    bounds: BoundsOut | None
    categorical_values: list[CategoricalValueOut] | None
    grid: list[float | int] | None = Field(exclude_if=lambda grid: grid is None)
    transformation: Literal["log"] | None
    prior: None
    conditions: dict[str, list[str]]
    default_value: Value | None

    @classmethod
    def of(cls, parameter: Parameter) -> Self:
        """The parameter as the contract writes it."""
        shared: dict[str, Any] = {
            "object": "parameter",
            "name": parameter.name,
            "prior": None,
            "conditions": {},
            "default_value": None,
        }
        if isinstance(parameter, CategoricalParameter):
            categories = [
                CategoricalValueOut(object="categorical_value", name=name, enum_index=index)
                for name, index in zip(parameter.values, parameter.enum_indexes, strict=True)
            ]
            return cls(
                type="categorical", bounds=None, categorical_values=categories, grid=None, transformation=None, **shared
            )
        return cls(
            type="int" if isinstance(parameter, IntParameter) else "double",
            bounds=BoundsOut(object="bounds", min=parameter.low, max=parameter.high),
            categorical_values=None,
            grid=list(parameter.grid) if parameter.grid else None,
            transformation="log" if isinstance(parameter, DoubleParameter) and parameter.log else None,
            **shared,
        )
