"""Changes to the parameters and metrics of an experiment, in."""

from typing import Literal

from pydantic import ConfigDict, Field

from optsvc.api.schemas.common import In, Key, Number
from optsvc.api.schemas.parameters import (
    BoundsIn,
    CategoryIn,
    CategoryName,
    ConditionsIn,
    PriorIn,
    category_names,
    conditions_to_domain,
)
from optsvc.domain.metrics import Objective, Strategy
from optsvc.domain.revision import MetricChange, ParameterChange


class ParameterUpdateIn(In):
    """One entry of the complete new list of parameters; of a known parameter, only the keys given change."""

    # Programs send back parameters as they got them, with keys of old and of answers.
    model_config = ConfigDict(extra="ignore")

    name: Key = Field(description="Which parameter; a new name adds one.")
    type: Literal["double", "int", "categorical"] | None = Field(None, description="May be repeated, not changed.")
    bounds: BoundsIn | None = Field(None, description="Replaces the range.")
    grid: list[Number] | list[CategoryName] | None = Field(None, description="Replaces the grid.")
    categorical_values: list[CategoryIn] | None = Field(None, description="The complete new list.")
    transformation: Literal["log", "none"] | None = Field(None, description="May be repeated, not changed.")
    prior: PriorIn | None = Field(None, description="Replaces the prior; null clears it.")
    conditions: ConditionsIn | None = Field(None, description="Of a new parameter; may be repeated, not changed.")
    default_value: Number | CategoryName | None = Field(
        None, description="Needed for a new parameter: what it was for the observations so far."
    )

    def change(self) -> ParameterChange:
        """As the rules know it."""
        sent = self.model_fields_set
        # A categorical of a grid experiment is shown with its categories as a grid; such experiments never get here.
        grid = [value for value in self.grid or [] if not isinstance(value, str)]
        return ParameterChange(
            name=self.name,
            type=self.type,
            bounds=None if self.bounds is None else (self.bounds.min, self.bounds.max),
            grid=tuple(grid) if self.grid is not None else None,
            categories=None if self.categorical_values is None else category_names(self.categorical_values),
            log=self.transformation == "log" if "transformation" in sent else None,
            prior=None if self.prior is None else self.prior.to_domain(),
            clear_prior="prior" in sent and self.prior is None,
            conditions=None if self.conditions is None else conditions_to_domain(self.conditions),
            default=self.default_value,
        )


class MetricUpdateIn(In):
    """One entry of the complete list of metrics: only thresholds can change."""

    name: str | None = Field(None, max_length=100, description="Which metric.")
    objective: Objective = Field(Objective.MAXIMIZE, description="May be repeated, not changed.")
    strategy: Strategy = Field(Strategy.OPTIMIZE, description="May be repeated, not changed.")
    threshold: Number | None = Field(None, description="Moves the threshold; null clears it; left out keeps it.")
    object: Literal["metric"] | None = None

    def change(self) -> MetricChange:
        """As the rules know it."""
        sent = self.model_fields_set
        return MetricChange(
            name=self.name,
            objective=self.objective if "objective" in sent else None,
            strategy=self.strategy if "strategy" in sent else None,
            threshold=self.threshold,
            moves_threshold="threshold" in sent,
        )
