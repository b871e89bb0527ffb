"""How experiments stand, in a few numbers: when one of them moves, something of its kind has changed.

Nothing is written for this, so nothing can be forgotten: whoever knows the numbers of yesterday learns what to look at
again today. Numbers that are dear to have are read only if the experiment's data version or its time of change moved.
"""

import json
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, func, select
from sqlalchemy.orm import Session, defer

from optsvc.storage.experiments import ExperimentRepository, RunProgress
from optsvc.storage.models import (
    Analysis,
    Experiment,
    Observation,
    Proposal,
    QueuedSuggestion,
    Suggestion,
)

NEWEST = 100
"""So many of the newest observations of an experiment, and of the experiments changed last, are told apart."""


class ExperimentMark(NamedTuple):
    """The numbers of an experiment; ids and counts are 0 where there is nothing."""

    data_version: int
    observations: int
    newest: int
    best: int
    issued: int
    open: int
    queued: int
    last_queued: int
    proposal: int
    analyses: int
    analysed: int
    importances: int
    definition: int
    deleted: int
    runs: int
    finished_runs: int


@dataclass(frozen=True, slots=True)
class ExperimentState:
    """An experiment's numbers, when it was changed last, and the ids of its newest observations, newest first."""

    mark: ExperimentMark
    updated: datetime
    newest: tuple[int, ...]


class ClientMark(NamedTuple):
    """The numbers of a client's experiments: when one was changed last, in microseconds, and a checksum of which."""

    updated: int
    checksum: int


@dataclass(frozen=True, slots=True)
class ClientState:
    """A client's numbers, and when each of the experiments that were changed last was, in microseconds, by its id."""

    mark: ClientMark
    updated: dict[int, int]


def experiment_states(
    session: Session, ids: Collection[int], known: Mapping[int, ExperimentState]
) -> dict[int, ExperimentState]:
    """How experiments stand, by id, in a number of queries that does not grow with them.

    Args:
        session: The transaction to work in.
        ids: Which experiments.
        known: How they stood when they were looked at before, as far as they were.
    """
    rows = session.execute(_QUICK.where(Experiment.id.in_(ids))).all()
    moved = [
        row.id
        for row in rows
        if (state := known.get(row.id)) is None
        or (state.mark.data_version, state.updated) != (row.data_version, row.updated)
    ]
    dear = _dear(session, moved) if moved else {}
    found = {}
    for row in rows:
        numbers, newest = dear.get(row.id) or _kept(known[row.id])
        mark = ExperimentMark(
            data_version=row.data_version,
            issued=row.issued,
            open=row.open,
            queued=row.queued,
            last_queued=row.last_queued or 0,
            proposal=row.proposal or 0,
            analyses=row.analyses,
            analysed=0 if row.analysed is None else _microseconds(row.analysed),
            importances=row.importances_computed + 1,
            deleted=int(row.deleted),
            **numbers,
        )
        found[row.id] = ExperimentState(mark, row.updated, newest)
    return found


def client_state(session: Session, seen: ColumnElement[bool]) -> ClientState:
    """How those experiments stand that fulfil a condition, which names one client."""
    rows = session.execute(
        select(Experiment.id, Experiment.updated)
        .where(seen)
        .order_by(Experiment.updated.desc(), Experiment.id.desc())
        .limit(NEWEST)
    ).all()
    updated = {row.id: _microseconds(row.updated) for row in rows}
    checksum = zlib.crc32(repr(sorted(updated.items())).encode())
    return ClientState(ClientMark(max(updated.values(), default=0), checksum), updated)


def _dear(session: Session, ids: Collection[int]) -> dict[int, tuple[dict[str, int], tuple[int, ...]]]:
    """The numbers that take longer, and the newest observations, by experiment."""
    experiments = session.scalars(
        select(Experiment).where(Experiment.id.in_(ids)).options(defer(Experiment.engine_state, raiseload=True))
    ).all()
    repository = ExperimentRepository(session)
    best, runs = repository.best_observation_ids(experiments), repository.run_progress(experiments)
    count = _number(func.count(), Observation, ~Observation.deleted)
    ids_of_newest = (
        select(Observation.id)
        .where(Observation.experiment_id == Experiment.id, ~Observation.deleted)
        .order_by(Observation.id.desc())
        .limit(NEWEST)
    )
    newest = func.array(ids_of_newest.correlate(Experiment).scalar_subquery())
    rows = session.execute(select(Experiment.id, count, newest).where(Experiment.id.in_(ids))).all()
    of_observations = {id_: (number, tuple(newest_ids)) for id_, number, newest_ids in rows}
    found = {}
    for experiment in experiments:
        number, newest_ids = of_observations[experiment.id]
        run_progress = runs.get(experiment.id, RunProgress())
        numbers = {
            "observations": number,
            "newest": newest_ids[0] if newest_ids else 0,
            "best": best.get(experiment.id, 0),
            "definition": _definition_checksum(experiment),
            "runs": run_progress.total,
            "finished_runs": run_progress.finished,
        }
        found[experiment.id] = (numbers, newest_ids)
    return found


def _kept(state: ExperimentState) -> tuple[dict[str, int], tuple[int, ...]]:
    mark = state.mark
    names = ("observations", "newest", "best", "definition", "runs", "finished_runs")
    return {name: getattr(mark, name) for name in names}, state.newest


def _definition_checksum(experiment: Experiment) -> int:
    parts = [
        experiment.name,
        experiment.project_id,
        experiment.parameters,
        experiment.metrics,
        experiment.observation_budget,
        experiment.parallel_bandwidth,
        experiment.user_metadata,
    ]
    return zlib.crc32(json.dumps(parts, sort_keys=True).encode())


def _number(expression: ColumnElement[Any], model: type[Any], *conditions: ColumnElement[bool]) -> ScalarSelect[Any]:
    """Something about the rows of an experiment."""
    statement = select(expression).select_from(model).where(model.experiment_id == Experiment.id, *conditions)
    return statement.correlate(Experiment).scalar_subquery()


def _microseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000)


_QUICK = select(
    Experiment.id,
    Experiment.data_version,
    Experiment.updated,
    Experiment.deleted,
    Experiment.issued,
    Experiment.importances_computed,
    _number(func.count(), Suggestion, ~Suggestion.closed, ~Suggestion.deleted).label("open"),
    _number(func.count(), QueuedSuggestion).label("queued"),
    _number(func.max(QueuedSuggestion.id), QueuedSuggestion).label("last_queued"),
    _number(func.max(Proposal.id), Proposal).label("proposal"),
    _number(func.count(), Analysis).label("analyses"),
    _number(func.max(Analysis.updated), Analysis).label("analysed"),
)
