"""Suggestions, in and out."""

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from optsvc.api.schemas.common import AssignmentsOut, IdOut, Metadata, MetadataOut, Out, Time, seconds
from optsvc.api.schemas.features import TaskName, TaskOut, task_name
from optsvc.domain.experiment import Definition
from optsvc.engine import Source
from optsvc.storage.models import QueuedSuggestion, Suggestion


class SuggestionIn(BaseModel):
    """A request for the next point; unknown keys are ignored."""

    model_config = ConfigDict(extra="ignore")

    assignments: dict[str, Any] | None = Field(None, description="A point of your own, instead of the optimizer's.")
    metadata: Metadata | None = None
    task: TaskName | None = Field(None, description="Which task to run; with `assignments`, where there are tasks.")

    @model_validator(mode="after")
    def _task_has_a_point(self) -> Self:
        if self.task is not None and self.assignments is None:
            raise ValueError("task: only together with assignments")
        return self

    @property
    def task_name(self) -> str | None:
        """The task's name."""
        return task_name(self.task)


class SuggestionUpdateIn(BaseModel):
    """Changes to a suggestion; unknown keys are ignored."""

    model_config = ConfigDict(extra="ignore")

    metadata: Metadata | None = Field(None, description="Replaces what was there; null clears it.")


class Seed(Out):
    """All the randomness of a suggestion."""

    key: str = Field(description="The stream of random numbers.")
    ordinal: int = Field(description="The place in that stream.")


class Prediction(Out):
    """What is expected of a metric at a point."""

    mean: float = Field(description="In the metric's own units.")
    stddev: float = Field(description="How sure that is, as a standard deviation.")


class Provenance(BaseModel):
    """Why this point: what made it, and what it was made from. Not part of the older contract."""

    model_config = ConfigDict(extra="allow")

    source: Source = Field(
        description="`initial`: the space-filling start; `gp`: the Gaussian process; `random`: drawn by chance; "
        "`grid`: the next point of the grid; `queued`: from your queue; `user`: your own; "
        "`tpe`: the Parzen estimator; `explore`: far from all others, in case that the models overlook something; "
        "`fallback`: a space-filling point, because nothing better could be had in time."
    )
    reason: str = Field(description="One sentence.")
    engine_version: str | None = Field(None, description="Which version of the optimizer.")
    seed: Seed | None = Field(None, description="All the randomness; null if there was none.")
    observation_count: int | None = Field(None, description="How many observations were counted.")
    last_observation: str | None = Field(None, description="Id of the last observation counted.")
    pending: list[str] | None = Field(None, description="Ids of the open suggestions taken into account.")
    mean: float | None = Field(None, description="Predicted value of the (first) metric; null without a model.")
    stddev: float | None = Field(None, description="Standard deviation of that prediction.")
    predictions: dict[str, Prediction] | None = Field(
        None, description="Of several metrics the prediction of each, by name; null of a single one."
    )
    p_success: float | None = Field(None, description="How likely the evaluation is not to fail.")
    p_feasible: float | None = Field(
        None, description="How likely all constraint metrics reach their thresholds; null without them."
    )
    details: dict[str, Any] | None = Field(None, description="Acquisition function, length scales and other facts.")


class SuggestionOut(Out):
    """A point to evaluate."""

    object: Literal["suggestion"]
    id: IdOut
    experiment: IdOut = Field(description="Id of the experiment.")
    assignments: AssignmentsOut
    state: Literal["open", "closed"] = Field(description="`closed` once it was observed.")
    created: Time
    deleted: bool | None = Field(description="Whether it was deleted; null in the answer that made it.")
    metadata: MetadataOut
    task: TaskOut | None = Field(
        exclude_if=lambda task: task is None, description="Which task to run; absent without tasks."
    )
    optsvc: Provenance = Field(description="Why this point.")

    @classmethod
    def of(cls, row: Suggestion, definition: Definition) -> Self:
        """The stored suggestion as the contract writes it, in the experiment's present parameters."""
        return cls(
            object="suggestion",
            id=str(row.id),
            experiment=str(row.experiment_id),
            assignments=definition.space.as_of_now(row.assignments),
            state="closed" if row.closed else "open",
            created=seconds(row.created),
            deleted=row.deleted,
            metadata=row.user_metadata,
            task=TaskOut.named(row.task, definition.tasks),
            optsvc=Provenance.model_validate(row.provenance),
        )


class QueuedSuggestionIn(BaseModel):
    """A point to be handed out before any of the optimizer's; unknown keys are ignored."""

    model_config = ConfigDict(extra="ignore")

    assignments: dict[str, Any] = Field(description="The point: a value for each parameter.")
    task: TaskName | None = Field(None, description="Which task to run, where there are tasks.")

    @property
    def task_name(self) -> str | None:
        """The task's name."""
        return task_name(self.task)


class QueuedSuggestionOut(Out):
    """A point that waits to be handed out."""

    object: Literal["queued_suggestion"]
    id: IdOut
    experiment: IdOut = Field(description="Id of the experiment.")
    assignments: AssignmentsOut
    created: Time
    task: TaskOut | None = Field(
        exclude_if=lambda task: task is None, description="Which task to run; absent without tasks."
    )

    @classmethod
    def of(cls, row: QueuedSuggestion, definition: Definition) -> Self:
        """The stored entry as the contract writes it, in the experiment's present parameters."""
        return cls(
            object="queued_suggestion",
            id=str(row.id),
            experiment=str(row.experiment_id),
            assignments=definition.space.as_of_now(row.assignments),
            created=seconds(row.created),
            task=TaskOut.named(row.task, definition.tasks),
        )
