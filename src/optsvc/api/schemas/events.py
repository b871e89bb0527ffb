"""What an event stream tells."""

from typing import Literal, Self

from pydantic import Field

from optsvc.api.schemas.common import IdOut, Out
from optsvc.services.changes import ClientChanges, ExperimentChanges, Kind


class ExperimentEventOut(Out):
    """What is to be looked at again in an experiment, and how far it is now."""

    object: Literal["experiment_event"]
    experiment: IdOut = Field(description="Id of the experiment.")
    changed: list[Kind] = Field(
        description="Of what something has changed. `observations`: some came, were changed or deleted, or the "
        "optimizer was told of another point; `suggestions`: opened or closed; `queue`: of the queued ones; "
        "`proposal`: the optimizer has its next point ready; `analyses`: one was computed, or importances; "
        "`definition`: name, project, parameters, metrics, budget or metadata; `state`: archived, or brought back; "
        "`runs`: one began or ended."
    )
    new_observations: list[IdOut] = Field(
        description="Ids of observations that came, oldest first, at most the newest hundred of a large import."
    )
    new_best: bool = Field(description="Whether another observation is the best one than before.")
    observation_count: int = Field(description="How many observations there are now.")
    best_observation: IdOut | None = Field(
        description="Id of the best one; null if there is none, or several metrics are optimized."
    )
    archived: bool = Field(description="Whether the experiment is archived.")

    @classmethod
    def of(cls, changes: ExperimentChanges) -> Self:
        """As the stream tells it."""
        return cls(
            object="experiment_event",
            experiment=str(changes.experiment_id),
            changed=list(changes.kinds),
            new_observations=[str(id_) for id_ in changes.new_observations],
            new_best=changes.new_best,
            observation_count=changes.observation_count,
            best_observation=None if changes.best_observation is None else str(changes.best_observation),
            archived=changes.archived,
        )


class ClientEventOut(Out):
    """Which experiments of a client are to be looked at again."""

    object: Literal["client_event"]
    client: IdOut = Field(description="Id of the client.")
    experiments: list[IdOut] = Field(
        description="Ids of those that came, were changed, archived, or got observations; at most a hundred, the "
        "newest first. An experiment may be named again."
    )

    @classmethod
    def of(cls, changes: ClientChanges) -> Self:
        """As the stream tells it."""
        ids = [str(id_) for id_ in changes.experiments]
        return cls(object="client_event", client=str(changes.client_id), experiments=ids)
