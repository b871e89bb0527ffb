"""Suggestions, in and out."""

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from optsvc.api.schemas.common import AssignmentsOut, IdOut, Metadata, Out, Time, seconds
from optsvc.storage.models import Suggestion


class SuggestionIn(BaseModel):
    """A request for the next point; unknown keys are ignored."""

    model_config = ConfigDict(extra="ignore")

    assignments: dict[str, Any] | None = Field(None, description="A point of your own, instead of the optimizer's.")
    metadata: Metadata | None = None
    task: None = Field(None, description="Not supported yet: leave out.")


class SuggestionUpdateIn(BaseModel):
    """Changes to a suggestion; unknown keys are ignored."""

    model_config = ConfigDict(extra="ignore")

    metadata: Metadata | None = Field(None, description="Replaces what was there; null clears it.")


class Seed(Out):
    """All the randomness of a suggestion."""

    key: str
    ordinal: int


class Provenance(BaseModel):
    """Why this point: what made it, and what it was made from. Not part of the older contract."""

    model_config = ConfigDict(extra="allow")

    source: Literal["initial", "gp", "fallback", "user"] = Field(
        description="`initial`: the space-filling start; `gp`: the Gaussian process; "
        "`fallback`: a space-filling point, because nothing better could be had in time; `user`: your own."
    )
    reason: str = Field(description="One sentence.")
    engine_version: str | None = None
    seed: Seed | None = None
    observation_count: int | None = Field(None, description="How many observations were counted.")
    last_observation: str | None = Field(None, description="Id of the last observation counted.")
    pending: list[str] | None = Field(None, description="Ids of the open suggestions taken into account.")
    mean: float | None = Field(None, description="Predicted value of the metric; null without a model.")
    stddev: float | None = Field(None, description="Standard deviation of that prediction.")
    details: dict[str, Any] | None = Field(None, description="Acquisition function, length scales and other facts.")


class SuggestionOut(Out):
    """A point to evaluate."""

    object: Literal["suggestion"]
    id: IdOut
    experiment: IdOut
    assignments: AssignmentsOut
    state: Literal["open", "closed"]
    created: Time
    deleted: bool | None
    metadata: dict[str, Any] | None
    optsvc: Provenance

    @classmethod
    def of(cls, row: Suggestion) -> Self:
        """The stored suggestion as the contract writes it."""
        return cls(
            object="suggestion",
            id=str(row.id),
            experiment=str(row.experiment_id),
            assignments=row.assignments,
            state="closed" if row.closed else "open",
            created=seconds(row.created),
            deleted=row.deleted,
            metadata=row.user_metadata,
            optsvc=Provenance.model_validate(row.provenance),
        )
