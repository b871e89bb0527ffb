"""Training runs, in and out."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self, cast

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from optsvc.api.fields import FieldNames
from optsvc.api.schemas.common import (
    AssignmentsOut,
    IdOut,
    In,
    Metadata,
    MetadataOut,
    Out,
    Pagination,
    Time,
    no_control_characters,
    paginate,
    seconds,
)
from optsvc.api.schemas.projects import ProjectReference
from optsvc.api.schemas.run_parts import (
    AssignmentMetaIn,
    AssignmentMetaOut,
    AssignmentsIn,
    AssignmentSourceIn,
    AssignmentSourceOut,
    DatasetIn,
    DatasetOut,
    EvaluationIn,
    EvaluationOut,
    LogIn,
    LogOut,
    ModelIn,
    ModelOut,
    SourceCodeIn,
    SourceCodeOut,
    SourceName,
    SysMetadataIn,
)
from optsvc.domain.training_run import RunState
from optsvc.services.run_changes import RunChanges, is_finished
from optsvc.storage.defined_fields import DefinedField
from optsvc.storage.models import TrainingRun
from optsvc.storage.pages import Page
from optsvc.storage.training_runs import RunExtras

MOST_IN_BATCH = 10_000
RunName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, strict=True),
    AfterValidator(no_control_characters),
]
_PLAIN = {"name", "state", "favorite", "deleted", "project"}


class _RunBody(In):
    """What may be said of a run at any time."""

    assignments: AssignmentsIn | None = None
    assignments_meta: dict[str, AssignmentMetaIn] | None = Field(
        None, description="Where values came from, by the name of the assignment."
    )
    assignments_sources: dict[SourceName, AssignmentSourceIn] | None = Field(
        None, description="How the assignments of a source are shown, by its name."
    )
    values: dict[str, EvaluationIn] | None = Field(
        None, description="What was measured, by metric.", examples=[{"accuracy": {"value": 0.93}}]
    )
    metadata: Metadata | None = None
    dev_metadata: Metadata | None = Field(None, description="As `metadata`, of tools.")
    sys_metadata: SysMetadataIn | None = Field(None, description="What integrations report.")
    model: ModelIn | None = Field(None, description="The model that was trained.")
    source_code: SourceCodeIn | None = Field(None, description="The program.")
    datasets: dict[str, DatasetIn] | None = Field(None, description="By name.", examples=[{"mnist": {}}])
    logs: dict[str, LogIn] | None = Field(
        None, description="By stream.", examples=[{"stdout": {"content": "epoch 1: 0.93"}}]
    )

    def changes(self, *, merge: bool = False) -> RunChanges:
        """Only the keys that were sent. A map that is null is emptied, or left alone by a merge."""
        changes: dict[str, Any] = {}
        for key in self.model_fields_set - {"fields"}:
            value = getattr(self, key)
            if value is not None or key == "metadata":
                changes[key] = _sent(value)
            elif key not in _PLAIN and not merge:
                changes[key] = {}
        return cast("RunChanges", changes)


class RunIn(_RunBody):
    """One execution of a program."""

    name: RunName = Field(examples=["baseline"], description="For people.")
    state: RunState | None = Field(None, description="Left out: `active`.")
    favorite: bool | None = Field(None, strict=True, description="Whether it is marked by a star.")
    deleted: bool | None = Field(None, strict=True, description="Whether it is deleted at once.")


class RunBatchIn(In):
    """Many runs at once: all are stored, or none."""

    runs: list[RunIn] = Field(min_length=1, max_length=MOST_IN_BATCH, description="The runs, in order.")
    fields: FieldNames | None = Field(
        None, description="Answer with these fields of each run only.", examples=["id,state"]
    )


class RunUpdateIn(_RunBody):
    """Changes to a run: only the keys that are sent change."""

    name: RunName = Field(default="", validate_default=False, description="For people.")
    state: RunState = Field(RunState.ACTIVE, description="A run that has ended does not become active again.")
    favorite: bool = Field(False, strict=True, description="Whether it is marked by a star.")
    deleted: bool = Field(False, strict=True, description="`true` deletes it, `false` brings it back.")
    project: ProjectReference = Field(default="", validate_default=False, description="Moves the run there.")


class RunOut(Out):
    """One execution of a program."""

    object: Literal["training_run"]
    id: IdOut
    client: IdOut = Field(description="Id of the client that it belongs to.")
    user: IdOut | None = Field(description="Id of its creator; null if that is nobody.")
    project: str = Field(description="Id of its project.")
    experiment: IdOut | None = Field(description="Id of its AI experiment; null if it has none.")
    suggestion: IdOut | None = Field(description="Id of the suggestion that it evaluates; null if there is none.")
    observation: IdOut | None = Field(
        description="Id of the observation that came of it; null before it ends, and without an experiment."
    )
    name: str = Field(description="For people.")
    state: RunState = Field(description="How it stands.")
    finished: bool = Field(description="Whether it was completed or has failed.")
    created: Time
    updated: Time
    completed: Time | None = Field(description="When it ended, in seconds since 1970 UTC; null before.")
    assignments: AssignmentsOut
    assignments_meta: dict[str, AssignmentMetaOut] = Field(
        description="Where values came from, by the name of the assignment."
    )
    assignments_sources: dict[str, AssignmentSourceOut] = Field(
        description="How the assignments of a source are shown, by its name."
    )
    values: dict[str, EvaluationOut] = Field(description="What was measured, by metric.")
    metadata: MetadataOut
    dev_metadata: dict[str, Any] = Field(description="As `metadata`, of tools.")
    sys_metadata: dict[str, Any] = Field(description="What integrations report.")
    model: ModelOut = Field(description="The model that was trained.")
    source_code: SourceCodeOut = Field(description="The program.")
    datasets: dict[str, DatasetOut] = Field(description="Data sets that the program used, by name.")
    logs: dict[str, LogOut] = Field(description="Texts by stream.")
    tags: list[IdOut] = Field(description="Ids of its tags.")
    files: list[IdOut] = Field(description="Ids of its files.")
    checkpoint_count: int = Field(description="How many checkpoints it has.")
    favorite: bool = Field(description="Whether it is marked by a star.")
    deleted: bool = Field(description="Whether it is deleted.")

    @classmethod
    def of(cls, row: TrainingRun, extras: RunExtras) -> Self:
        """The stored run as the contract writes it."""
        return cls(
            object="training_run",
            id=str(row.id),
            client=str(row.client_id),
            user=_id(row.user_id),
            project=extras.project,
            experiment=_id(row.experiment_id),
            suggestion=_id(row.suggestion_id),
            observation=_id(row.observation_id),
            name=row.name,
            state=RunState(row.state),
            finished=is_finished(row),
            created=seconds(row.created),
            updated=seconds(row.updated),
            completed=None if row.completed is None else seconds(row.completed),
            assignments=row.assignments,
            assignments_meta={
                name: AssignmentMetaOut(object="assignments_meta", source=stored["source"])
                for name, stored in row.assignments_meta.items()
            },
            assignments_sources={
                name: AssignmentSourceOut(
                    object="assignments_sources",
                    sort=stored.get("sort"),
                    default_show=stored.get("default_show", True),
                )
                for name, stored in row.assignments_sources.items()
            },
            values={name: EvaluationOut.of(name, stored) for name, stored in row.values.items()},
            metadata=row.user_metadata,
            dev_metadata=row.dev_metadata,
            sys_metadata=row.sys_metadata,
            model=ModelOut(object="model", type=row.model_type),
            source_code=SourceCodeOut(object="source_code", content=row.source_code_content, hash=row.source_code_hash),
            datasets={name: DatasetOut(object="dataset") for name in row.datasets},
            logs={name: LogOut(object="log", content=stored["content"]) for name, stored in row.logs.items()},
            tags=[str(id_) for id_ in extras.tags],
            files=[str(id_) for id_ in extras.files],
            checkpoint_count=row.checkpoint_count,
            favorite=row.favorite,
            deleted=row.deleted,
        )


class DefinedFieldOut(Out):
    """A field that occurs in the runs of a list."""

    object: Literal["field"]
    key: str = Field(description="Its name in `filters` and `sort`.", examples=["values.accuracy.value"])
    name: str = Field(description="Its name for people.")
    type: Literal["id", "timestamp", "numeric", "string", "object", "boolean", "unknown"] = Field(
        description="What kind of values it has."
    )
    sortable: bool = Field(description="Whether lists can be sorted by it.")
    count: int = Field(description="How many of the matching runs have it.")

    @classmethod
    def of(cls, field: DefinedField) -> Self:
        """The field as the contract writes it."""
        return cls.model_validate(
            {
                "object": "field",
                "key": field.key,
                "name": field.name,
                "type": str(field.type),
                "sortable": field.sortable,
                "count": field.count,
            }
        )


class RunPagination(Pagination[RunOut]):
    """A page of runs, and what can be asked of all that match."""

    defined_fields: list[DefinedFieldOut] = Field(description="The fields that occur in the matching runs.")

    @classmethod
    def of(
        cls, page: Page[TrainingRun], extras: Mapping[int, RunExtras], fields: Sequence[DefinedField]
    ) -> "RunPagination":
        """The page as the contract writes it."""
        shown = paginate(page, lambda row: RunOut.of(row, extras[row.id]))
        return cls(**dict(shown), defined_fields=[DefinedFieldOut.of(field) for field in fields])


def _id(number: int | None) -> str | None:
    return None if number is None else str(number)


def _sent(value: Any) -> Any:
    """What was sent, as plain data; the names that we put into our own answers are no news."""
    if isinstance(value, BaseModel):
        sent = value.model_dump(exclude_unset=True, exclude_none=isinstance(value, SysMetadataIn))
        sent.pop("object", None)
        if isinstance(value, EvaluationIn):
            sent.pop("name", None)
        return sent
    if isinstance(value, Mapping):
        return {key: _sent(entry) for key, entry in value.items()}
    return value
