"""The workers' part in an analysis: reading what it depends on, computing it once, storing what came out."""

import json
import logging
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from optsvc import engine
from optsvc.domain.errors import OptsvcError
from optsvc.services.analyses.asking import key_of
from optsvc.services.analyses.catalog import KINDS
from optsvc.services.analyses.kind import Kind, Material
from optsvc.services.analyses.options import Options
from optsvc.services.analyses.plain import plain
from optsvc.services.snapshot import problem_of
from optsvc.storage.analyses import AnalysisKey, AnalysisRepository
from optsvc.storage.definitions import definition_of
from optsvc.storage.experiments import ExperimentRepository
from optsvc.storage.models import Experiment
from optsvc.storage.observations import ObservationRepository, to_domain
from optsvc.storage.suggestions import SuggestionRepository

logger = logging.getLogger(__name__)

_LOCK_SPACE = 1_380_075
"""Beside those of refreshes and importances."""
_FAILED = "the computation from the present data has failed, the worker's log says why; new data are tried again"


def compute(sessions: sessionmaker[Session], experiment_id: int, kind_name: str, options_text: str) -> None:
    """Compute and store an analysis, unless that was done from the present data, with or without success.

    Only one worker computes the same one at a time. May run twice or die half-way: what counts is only what is stored,
    in one transaction.

    Args:
        sessions: Where the experiment is.
        experiment_id: The experiment; one that is gone is nothing to do.
        kind_name: The kind.
        options_text: Its options as canonical JSON.

    Raises:
        Exception: What the analysis raised unawares. It is stored as failed until the data move on.
    """
    kind = KINDS[kind_name]
    options = kind.options.model_validate(json.loads(options_text))
    key = key_of(kind, options)
    # A transaction of its own, so that the lock goes with its connection when this process is killed.
    with sessions.begin() as holder:
        name = func.hashtext(f"{experiment_id} {key.digest}")
        if not holder.scalar(select(func.pg_try_advisory_xact_lock(_LOCK_SPACE, name))):
            return
        found = _to_compute(sessions, experiment_id, key)
        if found is None:
            return
        data_version, material = found
        try:
            result = _computed(kind, material, options)
        except OptsvcError as error:
            _store_failure(sessions, experiment_id, key, str(error), data_version)
        except Exception:
            logger.exception("experiment %s: no analysis %s from data version %s", experiment_id, key, data_version)
            _store_failure(sessions, experiment_id, key, _FAILED, data_version)
            raise
        else:
            _store(sessions, experiment_id, key, result, data_version, len(material.history))


def _computed(kind: Kind, material: Material, options: Options) -> Mapping[str, Any]:
    result: dict[str, Any] = plain(kind.compute(material, options))
    return result


def _to_compute(sessions: sessionmaker[Session], experiment_id: int, key: AnalysisKey) -> tuple[int, Material] | None:
    """The present data and their version, None if there is nothing to do."""
    with sessions.begin() as session:
        experiment = ExperimentRepository(session).get(experiment_id)
        if experiment is None:
            return None
        stored = AnalysisRepository(session, experiment).get(key)
        if stored is not None and experiment.data_version in (stored.data_version, stored.failed_version):
            return None
        return experiment.data_version, _material(session, experiment)


def _material(session: Session, experiment: Experiment) -> Material:
    definition = definition_of(experiment)
    full = definition.full_task
    rows = ObservationRepository(session, experiment).history()
    problem = problem_of(definition)
    predictions = SuggestionRepository(session, experiment).predictions(problem.metrics[0].name)
    return Material(
        definition=definition,
        problem=problem,
        history=[to_domain(row) for row in rows],
        ids=[str(row.id) for row in rows],
        full_cost=[full is None or row.task == full.name for row in rows],
        predictions=[predictions.get(row.suggestion_id or 0, {}) for row in rows],
        seed=engine.Seed(experiment.seed_key.int, 0),
        state=engine.EngineState.from_dict(experiment.engine_state) if experiment.engine_state else None,
    )


def _store(
    sessions: sessionmaker[Session],
    experiment_id: int,
    key: AnalysisKey,
    result: Mapping[str, Any],
    data_version: int,
    observation_count: int,
) -> None:
    with sessions.begin() as session:
        if (experiment := ExperimentRepository(session).get(experiment_id)) is not None:
            repository = AnalysisRepository(session, experiment)
            repository.store(key, result, data_version=data_version, observation_count=observation_count)


def _store_failure(
    sessions: sessionmaker[Session], experiment_id: int, key: AnalysisKey, error: str, data_version: int
) -> None:
    with sessions.begin() as session:
        if (experiment := ExperimentRepository(session).get(experiment_id)) is not None:
            AnalysisRepository(session, experiment).failed(key, error, data_version=data_version)
