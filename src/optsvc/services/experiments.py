"""Experiments: creating, listing, changing and archiving them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

from sqlalchemy.orm import Session

from optsvc.domain.metrics import Metric
from optsvc.domain.space import SearchSpace
from optsvc.services import access
from optsvc.services.access import Caller
from optsvc.storage.definitions import metrics_to_json, parameters_to_json
from optsvc.storage.experiments import ExperimentRepository, Progress, SortKey, State
from optsvc.storage.models import Experiment, now
from optsvc.storage.observations import ObservationRepository
from optsvc.storage.pages import Page, PageQuery
from optsvc.storage.suggestions import SuggestionRepository


@dataclass(frozen=True, slots=True)
class NewExperiment:
    """What a user says of an experiment when creating it."""

    name: str
    space: SearchSpace
    metrics: tuple[Metric, ...]
    observation_budget: int | None = None
    parallel_bandwidth: int | None = None
    metadata: Mapping[str, Any] | None = None


class ExperimentChanges(TypedDict, total=False):
    """What may be changed later; a key that is absent leaves its field as it is."""

    name: str
    deleted: bool
    observation_budget: int
    parallel_bandwidth: int | None
    metadata: dict[str, Any] | None


def create(session: Session, caller: Caller, new: NewExperiment, *, client_id: int | None = None) -> Experiment:
    """Store a new experiment for a client, for the token's own if none is named.

    Raises:
        NotFound, Forbidden: As in `access.client`.
    """
    experiment = Experiment(
        client_id=access.client(session, caller, client_id).id,
        development=caller.development,
        user_id=caller.user_id,
        name=new.name,
        parameters=parameters_to_json(new.space),
        metrics=metrics_to_json(new.metrics),
        observation_budget=new.observation_budget,
        parallel_bandwidth=new.parallel_bandwidth,
        user_metadata=None if new.metadata is None else dict(new.metadata),
    )
    session.add(experiment)
    session.flush()
    return experiment


def page(
    session: Session,
    caller: Caller,
    query: PageQuery,
    *,
    client_id: int | None = None,
    state: State,
    search: str | None,
    sort: SortKey,
) -> Page[Experiment]:
    """A page of the experiments of a client, of the token's own if none is named.

    Raises:
        NotFound, Forbidden: As in `access.client`.
    """
    seen = access.experiments_seen_in(session, caller, access.client(session, caller, client_id))
    return ExperimentRepository(session).page(query, seen, state=state, search=search, sort=sort)


def get(session: Session, caller: Caller, experiment_id: int) -> Experiment:
    """The experiment, deleted or not.

    Raises:
        NotFound: It is not there or not visible.
    """
    return access.experiment(session, caller, experiment_id)


def progress(session: Session, experiments: Iterable[Experiment]) -> dict[int, Progress]:
    """How far each experiment has come, by id."""
    return ExperimentRepository(session).progress(experiments)


def update(session: Session, caller: Caller, experiment_id: int, changes: ExperimentChanges) -> Experiment:
    """Change the fields that are named, and nothing else; an empty change still counts as an update.

    Raises:
        NotFound: The experiment is not there or not visible.
    """
    experiment = access.experiment(session, caller, experiment_id, lock=True)
    if "name" in changes:
        experiment.name = changes["name"]
    if "deleted" in changes:
        experiment.deleted = changes["deleted"]
    if "observation_budget" in changes:
        experiment.observation_budget = changes["observation_budget"]
    if "parallel_bandwidth" in changes:
        experiment.parallel_bandwidth = changes["parallel_bandwidth"]
    if "metadata" in changes:
        experiment.user_metadata = changes["metadata"]
    experiment.updated = now()
    return experiment


def delete(session: Session, caller: Caller, experiment_id: int, *, with_data: bool = False) -> None:
    """Archive an experiment: still readable, no longer listed, takes no new data. Twice is fine.

    Args:
        session: The transaction to work in.
        caller: Who asks.
        experiment_id: The experiment.
        with_data: Whether its suggestions and observations go too; they stay deleted when it comes back.

    Raises:
        NotFound: The experiment is not there or not visible.
    """
    experiment = update(session, caller, experiment_id, {"deleted": True})
    if with_data:
        SuggestionRepository(session, experiment).delete_all(open_only=False)
        ObservationRepository(session, experiment).delete_all()
        experiment.engine_state = None
        ExperimentRepository(session).data_moved_on(experiment, compute=False)
