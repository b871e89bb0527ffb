"""What an experiment has found, and advice, out."""

from typing import Literal, Self

from pydantic import Field

from optsvc.api.schemas.common import AssignmentsOut, IdOut, MetadataOut, Out
from optsvc.api.schemas.metrics import MetricEvaluationOut
from optsvc.domain.advice import StoppingReason
from optsvc.domain.experiment import Definition
from optsvc.services.importances import Importances
from optsvc.storage.models import Observation


class BestAssignmentsOut(Out):
    """One of the best points found."""

    object: Literal["best_assignments"]
    id: IdOut = Field(description="Of the observation.")
    assignments: AssignmentsOut
    values: list[MetricEvaluationOut] = Field(description="One value per metric.")
    metadata: MetadataOut
    task: str | None = Field(description="The task's name.", exclude_if=lambda task: task is None)

    @classmethod
    def of(cls, row: Observation, definition: Definition) -> Self:
        """The stored observation as one of the best."""
        return cls(
            object="best_assignments",
            id=str(row.id),
            assignments=definition.space.as_of_now(row.assignments),
            values=[MetricEvaluationOut.of(value) for value in sorted(row.values, key=lambda value: value.metric)],
            metadata=row.user_metadata,
            task=row.task,
        )


class StoppingCriteriaOut(Out):
    """Whether to go on."""

    object: Literal["stopping_criteria"]
    should_stop: bool = Field(description="Whether there is a reason to stop.")
    reasons: list[StoppingReason] = Field(description="Why; empty if there is none.")


class BestPracticesOut(Out):
    """What is unwise about an experiment or its use; it stops nothing."""

    object: Literal["best_practices"]
    violations: list[str] = Field(description="One sentence each; empty if nothing is unwise.")


class ImportancesOut(Out):
    """How much each parameter matters for the optimized metric."""

    object: Literal["importances"]
    importances: dict[str, float | None] = Field(description="As in the importances of each metric.")


class MetricImportancesOut(Out):
    """How much each parameter matters for a metric."""

    object: Literal["metric_importances"]
    metric: str | None = Field(description="The metric; null if it was given no name.")
    importances: dict[str, float | None] = Field(
        description="By parameter, from 0 to 1, together 1. Null for a parameter added since they were computed, and "
        "for all parameters where too little is known of the metric to tell."
    )

    @classmethod
    def of(cls, importances: Importances) -> Self:
        """The importances as the contract writes them."""
        return cls(object="metric_importances", metric=importances.metric, importances=importances.of_parameters)
