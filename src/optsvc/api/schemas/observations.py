"""Observations and best assignments, in and out."""

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from optsvc.api.schemas.common import AssignmentsOut, Id, IdOut, In, Metadata, Number, Out, Time, seconds
from optsvc.api.schemas.metrics import MetricEvaluationIn, MetricEvaluationOut
from optsvc.domain.observation import MetricEvaluation
from optsvc.services.observations import ObservationChanges, Report
from optsvc.storage.models import Observation


class ObservationIn(In):
    """The result of one evaluation."""

    suggestion: Id | None = Field(None, description="The suggestion that was evaluated; or give `assignments`.")
    assignments: dict[str, Any] | None = Field(None, description="A point of your own; or give `suggestion`.")
    values: list[MetricEvaluationIn] | None = Field(None, description="One value per metric; or `failed: true`.")
    failed: bool | None = Field(None, description="The evaluation could not be carried out.", strict=True)
    metadata: Metadata | None = None
    value: Number | None = Field(None, description="Short for `values` with one metric.")
    value_stddev: Number | None = Field(None, ge=0, description="Short for `value_stddev` in `values`.")
    no_optimize: bool | None = Field(None, description="Do not start a computation because of this one.", strict=True)
    task: None = Field(None, description="Not supported yet: leave out.")

    @model_validator(mode="after")
    def _one_way_to_give_the_value(self) -> Self:
        if self.value is not None and self.values is not None:
            raise ValueError("give either value or values")
        if self.value_stddev is not None and self.value is None:
            raise ValueError("value_stddev needs value")
        return self

    def evaluations(self) -> list[MetricEvaluation]:
        """The values, however they were given."""
        if self.value is not None:
            return [MetricEvaluation(None, self.value, self.value_stddev)]
        return [value.to_domain() for value in self.values or []]

    def report(self) -> Report:
        """As a new result."""
        return Report(
            suggestion_id=self.suggestion,
            assignments=self.assignments,
            values=self.evaluations(),
            failed=bool(self.failed),
            metadata=self.metadata,
        )

    def changes(self) -> ObservationChanges:
        """As a correction: only the keys that were sent."""
        sent = self.model_fields_set
        changes: ObservationChanges = {}
        if "suggestion" in sent:
            changes["suggestion_id"] = self.suggestion
        if "assignments" in sent:
            changes["assignments"] = self.assignments
        if "values" in sent or "value" in sent:
            changes["values"] = self.evaluations()
            # A deviation that is not mentioned stays; null clears it.
            silent = [value.name or "" for value in self.values or [] if "value_stddev" not in value.model_fields_set]
            if "value" in sent and "value_stddev" not in sent:
                silent.append("")
            changes["keep_stddev"] = frozenset(silent)
        if self.failed is not None:
            changes["failed"] = self.failed
        if "metadata" in sent:
            changes["metadata"] = self.metadata
        return changes


class ObservationBatchIn(In):
    """Many results at once: all are stored, or none."""

    observations: list[ObservationIn] = Field(min_length=1, max_length=2500)
    no_optimize: bool | None = Field(None, description="Do not start a computation because of these.", strict=True)


class ObservationOut(Out):
    """The result of one evaluation."""

    object: Literal["observation"]
    id: IdOut
    experiment: IdOut
    suggestion: IdOut | None
    assignments: AssignmentsOut
    values: list[MetricEvaluationOut]
    failed: bool
    created: Time
    metadata: dict[str, Any] | None

    @classmethod
    def of(cls, row: Observation) -> Self:
        """The stored observation as the contract writes it."""
        return cls(
            object="observation",
            id=str(row.id),
            experiment=str(row.experiment_id),
            suggestion=None if row.suggestion_id is None else str(row.suggestion_id),
            assignments=row.assignments,
            values=[MetricEvaluationOut.of(value) for value in sorted(row.values, key=lambda value: value.metric)],
            failed=row.failed,
            created=seconds(row.created),
            metadata=row.user_metadata,
        )


class BestAssignmentsOut(Out):
    """One of the best points found."""

    object: Literal["best_assignments"]
    id: IdOut = Field(description="Of the observation.")
    assignments: AssignmentsOut
    values: list[MetricEvaluationOut]
    metadata: dict[str, Any] | None

    @classmethod
    def of(cls, row: Observation) -> Self:
        """The stored observation as one of the best."""
        return cls(
            object="best_assignments",
            id=str(row.id),
            assignments=row.assignments,
            values=[MetricEvaluationOut.of(value) for value in row.values],
            metadata=row.user_metadata,
        )
