"""Experiments, in and out."""

from typing import Annotated, Any, Literal, Self

from pydantic import (
    ConfigDict,
    Discriminator,
    Field,
    SerializerFunctionWrapHandler,
    Tag,
    model_serializer,
    model_validator,
)
from pydantic.config import JsonDict

from optsvc.api.schemas.common import (
    Count,
    IdOut,
    In,
    Key,
    Metadata,
    MetadataOut,
    Name,
    Out,
    Time,
    seconds,
    text_or_object,
)
from optsvc.api.schemas.features import (
    ConditionalIn,
    ConditionalOut,
    LinearConstraintIn,
    LinearConstraintOut,
    TaskIn,
    TaskOut,
)
from optsvc.api.schemas.metrics import MetricIn, MetricOut
from optsvc.api.schemas.observations import ObservationOut
from optsvc.api.schemas.parameters import ParameterIn, ParameterOut
from optsvc.api.schemas.revisions import MetricUpdateIn, ParameterUpdateIn
from optsvc.domain.experiment import Definition, ExperimentType, Task
from optsvc.domain.metrics import Metric
from optsvc.domain.space import SearchSpace
from optsvc.services.experiment_changes import ExperimentChanges
from optsvc.services.experiments import NewExperiment
from optsvc.services.preflight import Preflight
from optsvc.services.standings import Standing
from optsvc.storage.models import Observation

_EXAMPLE: JsonDict = {
    "name": "Cake",
    "observation_budget": 40,
    "parallel_bandwidth": 2,
    "metrics": [{"name": "taste", "objective": "maximize"}],
    "parameters": [
        {"name": "sugar", "type": "double", "bounds": {"min": 0.1, "max": 10}, "transformation": "log"},
        {"name": "eggs", "type": "int", "bounds": {"min": 1, "max": 6}},
        {"name": "oven", "type": "categorical", "categorical_values": ["gas", "electric"]},
    ],
}

_AI_EXAMPLE = {"budget" if key == "observation_budget" else key: value for key, value in _EXAMPLE.items()}

_MetricOrName = Annotated[
    Annotated[Key, Tag("text")] | Annotated[MetricIn, Tag("object")], Discriminator(text_or_object)
]


class _DefinitionIn(In):
    """What all kinds of experiments are described with."""

    name: Name
    parameters: list[ParameterIn] = Field(min_length=1, description="The axes of the search space; each name once.")
    conditionals: list[ConditionalIn] | None = Field(None, description="Choices that parameters hang on.")
    linear_constraints: list[LinearConstraintIn] | None = Field(None, description="What every point keeps to.")
    parallel_bandwidth: Count | None = Field(None, description="How many evaluations run at the same time.")
    num_solutions: Count | None = Field(None, description="How many good and different points are sought.")
    type: ExperimentType | None = Field(
        None, description="`offline` (the default): optimized; `random`: random points; `grid`: all combinations."
    )
    metadata: Metadata | None = None

    def _definition(self, metrics: tuple[Metric, ...], budget: int | None, tasks: tuple[Task, ...] = ()) -> Definition:
        return Definition(
            space=SearchSpace(
                tuple(parameter.to_domain() for parameter in self.parameters),
                tuple(conditional.to_domain() for conditional in self.conditionals or []),
                tuple(constraint.to_domain() for constraint in self.linear_constraints or []),
            ),
            metrics=metrics,
            type=self.type or ExperimentType.OFFLINE,
            tasks=tasks,
            num_solutions=self.num_solutions,
            parallel_bandwidth=self.parallel_bandwidth,
            budget=budget,
        )


class ExperimentIn(_DefinitionIn):
    """A search space, metrics to optimize in it, and a budget."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    metrics: list[_MetricOrName] | None = Field(
        None, min_length=1, description="What is measured; left out: one metric without a name, maximized."
    )
    observation_budget: Count | None = Field(None, description="How many observations you plan to make.")
    budget: Count | None = Field(None, description="With `runs_only`, instead: how many runs you plan to make.")
    tasks: list[TaskIn] | None = Field(None, description="Ways to evaluate at a share of the full cost.")
    project: str | None = Field(None, description="The id of the project that it belongs to.")
    runs_only: bool | None = Field(None, description="Whether it is an AI experiment.", strict=True)

    @model_validator(mode="after")
    def _one_kind_of_budget(self) -> Self:
        if self.runs_only:
            if self.observation_budget is not None:
                raise ValueError("observation_budget: with runs_only, give budget instead")
            if self.tasks:
                raise ValueError("tasks: not allowed together with runs_only")
        elif self.budget is not None:
            raise ValueError("budget: only with runs_only; give observation_budget")
        return self

    def to_service(self) -> NewExperiment:
        """As the services take it."""
        metrics = (
            (Metric(),)
            if self.metrics is None
            else tuple(Metric(m) if isinstance(m, str) else m.to_domain() for m in self.metrics)
        )
        tasks = tuple(task.to_domain() for task in self.tasks or [])
        return NewExperiment(
            name=self.name,
            definition=self._definition(metrics, self.budget if self.runs_only else self.observation_budget, tasks),
            metadata=self.metadata,
            project=self.project,
            runs_only=bool(self.runs_only),
        )


class AIExperimentIn(_DefinitionIn):
    """An experiment whose evaluations are training runs."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_AI_EXAMPLE]})

    metrics: list[MetricIn] = Field(min_length=1, description="What is measured; each needs a name.")
    budget: Count | None = Field(None, description="How many runs you plan to make.")

    def to_service(self, project: str) -> NewExperiment:
        """As the services take it."""
        return NewExperiment(
            name=self.name,
            definition=self._definition(tuple(metric.to_domain() for metric in self.metrics), self.budget),
            metadata=self.metadata,
            project=project,
            runs_only=True,
        )


class AIExperimentUpdateIn(In):
    """Changes to an AI experiment: only the keys that are sent change."""

    name: Name = Field(default="", validate_default=False)
    state: Literal["active", "deleted"] = Field("active", description="`active` brings a deleted experiment back.")
    budget: Count | None = Field(None, description="Of an AI experiment; null clears it.")
    parallel_bandwidth: Count | None = Field(None, description="Null clears it.")
    metadata: Metadata | None = Field(None, description="Replaces what was there; null clears it.")
    parameters: list[ParameterUpdateIn] = Field(
        default=[], min_length=1, description="The complete new list: one that is left out is removed."
    )
    metrics: list[MetricUpdateIn] = Field(default=[], min_length=1, description="The complete list.")
    no_optimize: bool | None = Field(None, description="Do not start a computation because of this.", strict=True)

    def changes(self) -> ExperimentChanges:
        """Only the keys that were sent."""
        sent = self.model_fields_set
        changes: ExperimentChanges = {}
        if "name" in sent:
            changes["name"] = self.name
        if "state" in sent:
            changes["deleted"] = self.state == "deleted"
        if "budget" in sent:
            changes["budget"] = self.budget
        if "parallel_bandwidth" in sent:
            changes["parallel_bandwidth"] = self.parallel_bandwidth
        if "metadata" in sent:
            changes["metadata"] = self.metadata
        if "parameters" in sent:
            changes["parameters"] = [parameter.change() for parameter in self.parameters]
        if "metrics" in sent:
            changes["metrics"] = [metric.change() for metric in self.metrics]
        return changes


class ExperimentUpdateIn(AIExperimentUpdateIn):
    """Changes to an experiment: only the keys that are sent change."""

    observation_budget: Count | None = Field(None, description="Null is ignored.")
    project: str | None = Field(None, description="The id of another project; null takes it out of its project.")

    def changes(self) -> ExperimentChanges:
        """Only the keys that were sent."""
        changes = super().changes()
        if self.observation_budget is not None:
            changes["observation_budget"] = self.observation_budget
        if "project" in self.model_fields_set:
            changes["project"] = self.project
        return changes


class ProgressOut(Out):
    """How far an experiment has come."""

    object: Literal["progress"]
    observation_count: int = Field(description="How many observations there are, failed ones too, deleted ones not.")
    observation_budget_consumed: float = Field(
        description="How much of the budget is used: 1 for each observation, or the cost of its task."
    )
    first_observation: ObservationOut | None = Field(description="The oldest one; null if there is none.")
    last_observation: ObservationOut | None = Field(description="The newest one; null if there is none.")
    best_observation: ObservationOut | None = Field(
        description="The one with the best value of the optimized metric, whatever the thresholds; null if there is "
        "none, and unless exactly one metric is optimized."
    )

    @classmethod
    def of(cls, standing: Standing) -> Self:
        """The progress as the contract writes it."""

        def shown(row: Observation | None) -> ObservationOut | None:
            return None if row is None else ObservationOut.of(row, standing.definition)

        progress = standing.progress
        return cls(
            object="progress",
            observation_count=progress.observation_count,
            observation_budget_consumed=standing.budget_consumed,
            first_observation=shown(progress.first_observation),
            last_observation=shown(progress.last_observation),
            best_observation=shown(progress.best_observation),
        )


class RunProgressOut(Out):
    """How far an AI experiment has come."""

    object: Literal["progress"]
    active_run_count: int = Field(description="How many runs are active.")
    finished_run_count: int = Field(description="How many runs were completed or have failed.")
    total_run_count: int = Field(description="How many runs there are, deleted ones not.")
    remaining_budget: int | None = Field(description="May go below zero; null without a budget.")

    @classmethod
    def of(cls, standing: Standing) -> Self | None:
        """The progress as the contract writes it; None unless the experiment takes runs only."""
        runs, budget = standing.runs, standing.definition.budget
        if runs is None:
            return None
        return cls(
            object="progress",
            active_run_count=runs.active,
            finished_run_count=runs.finished,
            total_run_count=runs.total,
            remaining_budget=None if budget is None else budget - runs.total,
        )


class PreflightOut(Out):
    """What is known of an experiment before it is created. Not part of the older contract."""

    features: list[str] = Field(description="Which parts of the service it uses.")
    point_count: int | None = Field(description="How many points there are; null if a range is continuous.")
    feasible_share: float = Field(description="Which part of the bounds keeps to the linear constraints; an estimate.")
    advised_budget: int = Field(description="How many evaluations to plan.")


class _AnyExperimentOut(Out):
    id: IdOut | None = Field(description="Null in a dry run, which stores nothing.")
    client: IdOut = Field(description="Id of the client that it belongs to.")
    user: IdOut | None = Field(description="Id of its creator; null if that is nobody.")
    project: str | None = Field(description="Id of its project; null if it is in none.")
    name: str = Field(description="For people.")
    type: ExperimentType = Field(
        description="How points are chosen: `offline`: optimized; `random`: random points; `grid`: all combinations."
    )
    state: Literal["active", "deleted"] = Field(description="Whether it is active or archived.")
    created: Time
    updated: Time
    parameters: list[ParameterOut] = Field(description="The axes of the search space, by name.")
    metrics: list[MetricOut] = Field(description="What is measured, by name.")
    conditionals: list[ConditionalOut] = Field(description="Choices that parameters hang on.")
    linear_constraints: list[LinearConstraintOut] = Field(description="What every point keeps to.")
    num_solutions: int | None = Field(description="How many good and different points are sought; null: one.")
    parallel_bandwidth: int | None = Field(
        description="How many evaluations run at the same time; null if it was not said."
    )
    runs_only: bool = Field(description="Whether it is an AI experiment.")
    metadata: MetadataOut

    @staticmethod
    def _shared(standing: Standing) -> dict[str, Any]:
        row, definition = standing.row, standing.definition
        space = definition.space
        in_grid = definition.type is ExperimentType.GRID
        return {
            "id": None if row.id is None else str(row.id),
            "client": str(row.client_id),
            "user": None if row.user_id is None else str(row.user_id),
            "project": standing.project,
            "name": row.name,
            "type": definition.type,
            "state": "deleted" if row.deleted else "active",
            "created": seconds(row.created),
            "updated": seconds(row.updated),
            "parameters": [ParameterOut.of(parameter, in_grid=in_grid) for parameter in space.parameters],
            "metrics": [MetricOut.of(metric) for metric in definition.metrics],
            "conditionals": [ConditionalOut.of(conditional) for conditional in space.conditionals],
            "linear_constraints": [LinearConstraintOut.of(constraint) for constraint in space.linear_constraints],
            "num_solutions": definition.num_solutions,
            "parallel_bandwidth": definition.parallel_bandwidth,
            "runs_only": row.runs_only,
            "metadata": row.user_metadata,
        }


class ExperimentOut(_AnyExperimentOut):
    """A search space, metrics to optimize in it, and what has come of it so far."""

    sometimes_absent = frozenset({"observation_budget", "budget"})

    object: Literal["experiment"]
    development: bool = Field(description="Whether it is for trying the API only: nothing is optimized or counted.")
    observation_budget: int | None = Field(description="Absent if the experiment takes runs only.")
    budget: int | None = Field(description="Absent unless the experiment takes runs only.")
    tasks: list[TaskOut] = Field(description="Absent if there are none.", exclude_if=lambda tasks: not tasks)
    progress: ProgressOut | RunProgressOut = Field(description="How far it has come.")
    optsvc: PreflightOut | None = Field(description="Only in a dry run.", exclude_if=lambda preflight: not preflight)

    @model_serializer(mode="wrap")
    def _without_the_other_budget(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        written: dict[str, Any] = write(self)
        written.pop("observation_budget" if self.runs_only else "budget", None)
        return written

    @classmethod
    def of(cls, standing: Standing, preflight: Preflight | None = None) -> Self:
        """The experiment as the contract writes it."""
        definition = standing.definition
        return cls(
            object="experiment",
            development=standing.row.development,
            observation_budget=definition.budget,
            budget=definition.budget,
            tasks=[TaskOut.of(task) for task in definition.tasks],
            progress=RunProgressOut.of(standing) or ProgressOut.of(standing),
            optsvc=None if preflight is None else PreflightOut.model_validate(preflight, from_attributes=True),
            **cls._shared(standing),
        )


class AIExperimentOut(_AnyExperimentOut):
    """An experiment whose evaluations are training runs."""

    object: Literal["aiexperiment"]
    budget: int | None = Field(description="How many runs are planned; null if it was not said.")
    progress: RunProgressOut = Field(description="How far it has come.")

    @classmethod
    def of(cls, standing: Standing) -> Self:
        """The experiment as the contract writes it; only of one that takes runs only."""
        progress = RunProgressOut.of(standing)
        if progress is None:
            raise ValueError(f"experiment {standing.row.id} is no AI experiment")
        return cls(object="aiexperiment", budget=standing.definition.budget, progress=progress, **cls._shared(standing))
