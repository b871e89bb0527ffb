"""Experiments, in and out."""

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Discriminator, Field, Tag, field_validator, model_validator
from pydantic.config import JsonDict

from optsvc.api.schemas.common import Count, IdOut, In, Key, Metadata, Name, Out, Time, seconds, text_or_object
from optsvc.api.schemas.metrics import MetricIn, MetricOut
from optsvc.api.schemas.observations import ObservationOut
from optsvc.api.schemas.parameters import ParameterIn, ParameterOut
from optsvc.domain.metrics import Metric, Strategy
from optsvc.domain.space import SearchSpace
from optsvc.services.experiments import ExperimentChanges, NewExperiment
from optsvc.storage.definitions import metrics_from_json, space_from_json
from optsvc.storage.experiments import Progress
from optsvc.storage.models import Experiment, Observation

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


_MetricOrName = Annotated[
    Annotated[Key, Tag("text")] | Annotated[MetricIn, Tag("object")], Discriminator(text_or_object)
]


class ExperimentIn(In):
    """A search space, a metric to optimize in it, and a budget."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    name: Name
    parameters: list[ParameterIn] = Field(min_length=1)
    metrics: list[_MetricOrName] | None = Field(
        None, min_length=1, description="What is measured; left out: one metric without a name, maximized."
    )
    observation_budget: Count | None = Field(None, description="How many observations you plan to make.")
    parallel_bandwidth: Count | None = Field(None, description="How many evaluations run at the same time.")
    metadata: Metadata | None = None
    type: Literal["offline", "random", "grid"] | None = Field(
        None, description="Only `offline` (optimized) is supported yet."
    )
    project: str | None = Field(None, description="Not supported yet: leave out.")
    conditionals: list[Any] | None = Field(None, description="Not supported yet: leave out.")
    linear_constraints: list[Any] | None = Field(None, description="Not supported yet: leave out.")
    tasks: list[Any] | None = Field(None, description="Not supported yet: leave out.")
    num_solutions: Count | None = Field(None, description="Only 1 is supported yet.")
    runs_only: bool | None = Field(None, description="Only false is supported yet.", strict=True)
    budget: None = Field(None, description="Only with `runs_only`: leave out, and see `observation_budget`.")

    @field_validator("project", "conditionals", "linear_constraints", "tasks", "runs_only")
    @classmethod
    def _not_yet(cls, value: Any) -> Any:
        if value:
            raise ValueError("not supported yet: leave it out")
        return value

    @field_validator("type")
    @classmethod
    def _only_optimized(cls, value: str | None) -> str | None:
        if value not in (None, "offline"):
            raise ValueError(f"{value} experiments are not supported yet, only offline ones")
        return value

    @model_validator(mode="after")
    def _rules_between_fields(self) -> Self:
        names = [parameter.name for parameter in self.parameters]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"parameters: the name {twice[0]!r} occurs twice")
        if self.num_solutions not in (None, 1):
            raise ValueError(f"num_solutions: only 1 is supported yet, got {self.num_solutions}")
        metrics = self._metrics()
        if len(metrics) > 1:
            raise ValueError(f"metrics: several metrics are not supported yet, got {len(metrics)}")
        if metrics[0].strategy is not Strategy.OPTIMIZE:
            raise ValueError(f"metrics[0].strategy: only optimize is supported yet, got {metrics[0].strategy.value}")
        if metrics[0].threshold is not None:
            raise ValueError("metrics[0].threshold: not allowed on the only optimized metric")
        return self

    def _metrics(self) -> tuple[Metric, ...]:
        if self.metrics is None:
            return (Metric(),)
        return tuple(Metric(m) if isinstance(m, str) else m.to_domain() for m in self.metrics)

    def to_service(self) -> NewExperiment:
        """As the services take it."""
        return NewExperiment(
            name=self.name,
            space=SearchSpace(tuple(parameter.to_domain() for parameter in self.parameters)),
            metrics=self._metrics(),
            observation_budget=self.observation_budget,
            parallel_bandwidth=self.parallel_bandwidth,
            metadata=self.metadata,
        )


class ExperimentUpdateIn(In):
    """Changes to an experiment: only the keys that are sent change."""

    name: Name = Field(default="", validate_default=False)
    state: Literal["active", "deleted"] = Field("active", description="`active` brings a deleted experiment back.")
    observation_budget: Count | None = Field(None, description="Null is ignored.")
    parallel_bandwidth: Count | None = Field(None, description="Null clears it.")
    metadata: Metadata | None = Field(None, description="Replaces what was there; null clears it.")
    no_optimize: bool | None = Field(None, strict=True)
    project: str | None = Field(None, description="Not supported yet: leave out.")
    parameters: Any = Field(None, description="Not supported yet: leave out.")
    metrics: Any = Field(None, description="Not supported yet: leave out.")

    @field_validator("parameters", "metrics")
    @classmethod
    def _not_yet(cls, _: Any) -> Any:
        raise ValueError("changing it is not supported yet: leave it out")

    @field_validator("project")
    @classmethod
    def _no_project_yet(cls, value: str | None) -> str | None:
        if value is not None:
            raise ValueError("not supported yet: leave it out")
        return value

    def changes(self) -> ExperimentChanges:
        """Only the keys that were sent."""
        sent = self.model_fields_set
        changes: ExperimentChanges = {}
        if "name" in sent:
            changes["name"] = self.name
        if "state" in sent:
            changes["deleted"] = self.state == "deleted"
        if self.observation_budget is not None:
            changes["observation_budget"] = self.observation_budget
        if "parallel_bandwidth" in sent:
            changes["parallel_bandwidth"] = self.parallel_bandwidth
        if "metadata" in sent:
            changes["metadata"] = self.metadata
        return changes


class ProgressOut(Out):
    """How far an experiment has come."""

    object: Literal["progress"]
    observation_count: int
    observation_budget_consumed: float
    first_observation: ObservationOut | None
    last_observation: ObservationOut | None
    best_observation: ObservationOut | None

    @classmethod
    def of(cls, progress: Progress) -> Self:
        """The progress as the contract writes it."""

        def shown(row: Observation | None) -> ObservationOut | None:
            return None if row is None else ObservationOut.of(row)

        return cls(
            object="progress",
            observation_count=progress.observation_count,
            observation_budget_consumed=float(progress.observation_count),
            first_observation=shown(progress.first_observation),
            last_observation=shown(progress.last_observation),
            best_observation=shown(progress.best_observation),
        )


class ExperimentOut(Out):
    """A search space, a metric to optimize in it, and what has come of it so far."""

    object: Literal["experiment"]
    id: IdOut
    client: IdOut
    user: IdOut | None
    project: str | None
    name: str
    type: Literal["offline"]
    state: Literal["active", "deleted"]
    created: Time
    updated: Time
    development: bool
    parameters: list[ParameterOut]
    metrics: list[MetricOut]
    conditionals: list[Any]
    linear_constraints: list[Any]
    num_solutions: int | None
    parallel_bandwidth: int | None
    observation_budget: int | None
    runs_only: bool
    metadata: dict[str, Any] | None
    progress: ProgressOut

    @classmethod
    def of(cls, row: Experiment, progress: Progress) -> Self:
        """The stored experiment as the contract writes it."""
        return cls(
            object="experiment",
            id=str(row.id),
            client=str(row.client_id),
            user=None if row.user_id is None else str(row.user_id),
            project=None,
            name=row.name,
            type="offline",
            state="deleted" if row.deleted else "active",
            created=seconds(row.created),
            updated=seconds(row.updated),
            development=False,
            parameters=[ParameterOut.of(parameter) for parameter in space_from_json(row.parameters).parameters],
            metrics=[MetricOut.of(metric) for metric in metrics_from_json(row.metrics)],
            conditionals=[],
            linear_constraints=[],
            num_solutions=None,
            parallel_bandwidth=row.parallel_bandwidth,
            observation_budget=row.observation_budget,
            runs_only=False,
            metadata=row.user_metadata,
            progress=ProgressOut.of(progress),
        )
