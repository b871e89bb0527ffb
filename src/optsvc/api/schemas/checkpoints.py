"""Checkpoints, in and out."""

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator

from optsvc.api.schemas.common import IdOut, In, Key, Metadata, MetadataOut, Number, Out, Time, seconds
from optsvc.api.schemas.run_parts import EvaluationOut
from optsvc.domain.observation import MetricEvaluation
from optsvc.storage.models import Checkpoint


class NamedEvaluationIn(In):
    """The value of one metric."""

    name: Key = Field(description="The metric.")
    value: Number = Field(examples=[0.93], description="What was measured, in the metric's own units.")
    value_stddev: Number | None = Field(None, ge=0, description="Standard deviation of the measurement, if known.")
    object: Literal["metric_evaluation"] | None = None

    def to_domain(self) -> MetricEvaluation:
        """As the rules know it."""
        return MetricEvaluation(self.name, self.value, self.value_stddev)


class CheckpointIn(In):
    """Values of metrics in the middle of a run."""

    values: list[NamedEvaluationIn] = Field(
        min_length=1, description="One value for each metric measured; each metric once."
    )
    metadata: Annotated[Metadata, Field(max_length=5)] | None = Field(None, description="At most 5 keys.")

    @field_validator("values")
    @classmethod
    def _each_metric_once(cls, values: list[NamedEvaluationIn]) -> list[NamedEvaluationIn]:
        seen: set[str] = set()
        for value in values:
            if value.name in seen:
                raise ValueError(f"the metric {value.name!r} occurs twice")
            seen.add(value.name)
        return values


class CheckpointOut(Out):
    """Values of metrics in the middle of a run."""

    object: Literal["checkpoint"]
    id: IdOut
    training_run: IdOut = Field(description="Id of the run.")
    created: Time
    values: list[EvaluationOut] = Field(description="One value for each metric measured.")
    metadata: MetadataOut

    @classmethod
    def of(cls, row: Checkpoint) -> Self:
        """The stored checkpoint as the contract writes it."""
        return cls(
            object="checkpoint",
            id=str(row.id),
            training_run=str(row.training_run_id),
            created=seconds(row.created),
            values=[EvaluationOut.of(stored["name"], stored) for stored in row.values],
            metadata=row.user_metadata,
        )
