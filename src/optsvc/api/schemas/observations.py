"""Observations, in and out."""

from typing import Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from optsvc.api.schemas.common import AssignmentsOut, IdIn, IdOut, In, Metadata, MetadataOut, Number, Out, Time, seconds
from optsvc.api.schemas.features import TaskName, TaskOut, task_name
from optsvc.api.schemas.metrics import MetricEvaluationIn, MetricEvaluationOut
from optsvc.domain.experiment import Definition
from optsvc.domain.observation import MetricEvaluation
from optsvc.services.observation_files import Tally
from optsvc.services.observations import ObservationChanges, Report
from optsvc.storage.models import Observation

_EXAMPLE: JsonDict = {
    "assignments": {"sugar": 0.44018, "eggs": 6, "oven": "gas"},
    "values": [{"name": "taste", "value": 0.93}],
}


class ObservationIn(In):
    """The result of one evaluation."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    suggestion: IdIn | None = Field(None, description="The suggestion that was evaluated; or give `assignments`.")
    assignments: dict[str, Any] | None = Field(None, description="A point of your own; or give `suggestion`.")
    values: list[MetricEvaluationIn] | None = Field(None, description="One value per metric; or `failed: true`.")
    failed: bool | None = Field(None, description="The evaluation could not be carried out.", strict=True)
    metadata: Metadata | None = None
    value: Number | None = Field(None, description="Short for `values` with one metric.")
    value_stddev: Number | None = Field(None, ge=0, description="Short for `value_stddev` in `values`.")
    no_optimize: bool | None = Field(None, description="Do not start a computation because of this one.", strict=True)
    task: TaskName | None = Field(None, description="Which task was run; with `assignments`, where there are tasks.")

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
            task=task_name(self.task),
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
        if "task" in sent:
            changes["task"] = task_name(self.task)
        if self.failed is not None:
            changes["failed"] = self.failed
        if "metadata" in sent:
            changes["metadata"] = self.metadata
        return changes


class ObservationLineIn(ObservationIn):
    """A past result in a file: as a new one, or as we send it; what it was called elsewhere is left behind."""

    object: Literal["observation"] | None = None
    id: Any = None
    experiment: Any = None
    created: Any = None


class ObservationBatchIn(In):
    """Many results at once: all are stored, or none."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"observations": [_EXAMPLE]}]})

    observations: list[ObservationIn] = Field(min_length=1, max_length=2500, description="The results, in order.")
    no_optimize: bool | None = Field(None, description="Do not start a computation because of these.", strict=True)
    dry_run: bool | None = Field(None, description="Only check them, and answer what would be stored.", strict=True)


class ObservationImportOut(Out):
    """What a file brought."""

    object: Literal["observation_import"]
    experiment: IdOut
    observation_count: int = Field(description="How many observations it held; all are stored, but in a dry run.")
    failed_count: int = Field(description="How many of them are of failed evaluations.")
    dry_run: bool = Field(description="Whether the file was only checked.")

    @classmethod
    def of(cls, experiment_id: int, tally: Tally, *, dry_run: bool) -> Self:
        """What was counted."""
        return cls(
            object="observation_import",
            experiment=str(experiment_id),
            observation_count=tally.observations,
            failed_count=tally.failed,
            dry_run=dry_run,
        )


class ObservationOut(Out):
    """The result of one evaluation."""

    object: Literal["observation"]
    id: IdOut | None = Field(description="Null in a dry run, which stores nothing.")
    experiment: IdOut = Field(description="Id of the experiment.")
    suggestion: IdOut | None = Field(
        description="Id of the suggestion that was evaluated; null if the point was your own."
    )
    assignments: AssignmentsOut
    values: list[MetricEvaluationOut] = Field(description="One value per metric; empty if it failed.")
    failed: bool = Field(description="Whether the evaluation could not be carried out.")
    task: TaskOut | None = Field(
        exclude_if=lambda task: task is None, description="Which task was run; absent without tasks."
    )
    created: Time
    metadata: MetadataOut

    @classmethod
    def of(cls, row: Observation, definition: Definition) -> Self:
        """The stored observation as the contract writes it, in the experiment's present parameters."""
        return cls(
            object="observation",
            id=None if row.id is None else str(row.id),
            experiment=str(row.experiment_id),
            suggestion=None if row.suggestion_id is None else str(row.suggestion_id),
            assignments=definition.space.as_of_now(row.assignments),
            values=[MetricEvaluationOut.of(value) for value in sorted(row.values, key=lambda value: value.metric)],
            failed=row.failed,
            task=TaskOut.named(row.task, definition.tasks),
            created=seconds(row.created),
            metadata=row.user_metadata,
        )
