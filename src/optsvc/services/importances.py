"""How much each parameter matters for each metric: asked for through the API, computed by the workers."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from optsvc import engine
from optsvc.domain import advice
from optsvc.domain.errors import Unprocessable
from optsvc.domain.observation import Observation
from optsvc.queueing.queues import importances_after_commit
from optsvc.services import access
from optsvc.services.access import Caller
from optsvc.services.snapshot import problem_of
from optsvc.storage.definitions import definition_of
from optsvc.storage.experiments import ExperimentRepository
from optsvc.storage.importances import ImportancesRepository
from optsvc.storage.models import Experiment
from optsvc.storage.observations import ObservationRepository, to_domain

logger = logging.getLogger(__name__)

_LOCK_SPACE = 1_380_074
"""Beside that of refreshes."""
_GROWTH = 0.1
"""They are computed anew without being asked for when the number of observations has changed by this share."""


@dataclass(frozen=True, slots=True)
class Importances:
    """How much each parameter matters for a metric, from 0 to 1, together 1; None for one of which nothing is known."""

    metric: str | None
    of_parameters: dict[str, float | None]


def of_experiment(session: Session, caller: Caller, experiment_id: int) -> list[Importances]:
    """How much each parameter matters for each metric, by metric name, as computed last.

    Raises:
        NotFound: The experiment is not there or not visible.
        Unprocessable: Nothing was computed yet.
    """
    experiment = access.experiment(session, caller, experiment_id)
    definition = definition_of(experiment)
    names = [parameter.name for parameter in definition.space.parameters]
    if len(names) == 1:
        return [Importances(metric.name, {names[0]: 1.0}) for metric in definition.metrics]
    stored = ImportancesRepository(session, experiment).all()
    if not stored:
        what_to_do = _why_not(session, experiment) or (
            f"ask for them with PUT /experiments/{experiment.id}/metric_importances, and again a little later"
        )
        raise Unprocessable(f"the importances of experiment {experiment.id} have not been computed yet: {what_to_do}")
    return [
        Importances(metric.name, {name: stored[metric.name or ""].get(name) for name in names})
        for metric in definition.metrics
        if (metric.name or "") in stored
    ]


def of_objective(session: Session, caller: Caller, experiment_id: int) -> Importances:
    """How much each parameter matters for the one optimized metric.

    Raises:
        NotFound, Unprocessable: As in `of_experiment`; or there is not exactly one.
    """
    found = of_experiment(session, caller, experiment_id)
    optimized = definition_of(access.experiment(session, caller, experiment_id)).optimized
    if len(optimized) != 1:
        raise Unprocessable(
            f"experiment {experiment_id} has {len(optimized)} optimized metrics, not one: "
            f"read /experiments/{experiment_id}/metric_importances"
        )
    return next(importances for importances in found if importances.metric == optimized[0].name)


def request(session: Session, caller: Caller, experiment_id: int) -> None:
    """Have the importances computed from the present data, unless they are.

    Raises:
        NotFound: The experiment is not there or not visible.
        Unprocessable: They cannot be computed for this experiment, or not now.
    """
    experiment = access.experiment(session, caller, experiment_id)
    why_not = _why_not(session, experiment)
    if why_not is not None:
        raise Unprocessable(f"no importances for experiment {experiment_id}: {why_not}")
    ImportancesRepository(session, experiment).want(experiment.data_version)
    importances_after_commit(session, experiment_id)


def want_if_due(sessions: sessionmaker[Session], experiment_id: int) -> bool:
    """Have the importances computed without being asked for, if there is enough to tell and much has changed.

    Returns:
        Whether a job is to be queued.
    """
    with sessions.begin() as session:
        experiment = ExperimentRepository(session).get(experiment_id)
        if experiment is None or experiment.deleted or _why_not(session, experiment) is not None:
            return False
        count = ObservationRepository(session, experiment).count()
        repository = ImportancesRepository(session, experiment)
        seen = repository.observation_count()
        if seen is not None and abs(count - seen) < _GROWTH * seen:
            return False
        version = experiment.data_version
        if max(experiment.importances_wanted, experiment.importances_computed) >= version:
            return False
        repository.want(version)
    return True


def compute(sessions: sessionmaker[Session], experiment_id: int) -> None:
    """Compute and store the importances of an experiment, if anybody wants newer ones than there are.

    Only one worker computes for an experiment at a time. May run twice or die half-way: what counts is only what is
    stored, in one transaction, and a wish stays one until then.
    """
    # A transaction of its own, so that the lock goes with its connection when this process is killed.
    with sessions.begin() as holder:
        if not holder.scalar(select(func.pg_try_advisory_xact_lock(_LOCK_SPACE, experiment_id))):
            return
        work = _to_compute(sessions, experiment_id)
        if work is None:
            return
        try:
            found = work.run()
        except Exception:
            logger.exception("experiment %s: no importances from data version %s", experiment_id, work.data_version)
            _store(sessions, work, {})
            raise
        _store(sessions, work, found)


@dataclass(frozen=True, slots=True)
class _Work:
    """All that the importances depend on."""

    experiment_id: int
    data_version: int
    problems: Mapping[str, engine.Problem]
    history: Sequence[Observation]
    seed: engine.Seed

    def run(self) -> dict[str, dict[str, float | None]]:
        """By metric, then by parameter; None for each where nothing can be told."""
        found: dict[str, dict[str, float | None]] = {}
        for metric, problem in self.problems.items():
            names = [parameter.name for parameter in problem.space.parameters]
            shares = engine.importances(problem, self.history, seed=self.seed)
            found[metric] = dict.fromkeys(names) if shares is None else {name: shares[name] for name in names}
        return found


def _why_not(session: Session, experiment: Experiment) -> str | None:
    count = ObservationRepository(session, experiment).count()
    return advice.why_no_importances(count, definition_of(experiment), development=experiment.development)


def _to_compute(sessions: sessionmaker[Session], experiment_id: int) -> _Work | None:
    """What to compute from, None if nothing is wanted."""
    with sessions.begin() as session:
        experiment = ExperimentRepository(session).get(experiment_id)
        if experiment is None or experiment.importances_computed >= experiment.importances_wanted:
            return None
        definition = definition_of(experiment)
        problem = problem_of(definition)
        return _Work(
            experiment_id=experiment_id,
            data_version=experiment.data_version,
            problems={metric.name or "": replace(problem, metrics=(metric,)) for metric in definition.metrics},
            history=[to_domain(row) for row in ObservationRepository(session, experiment).history()],
            seed=engine.Seed(experiment.seed_key.int, 0),
        )


def _store(sessions: sessionmaker[Session], work: _Work, found: Mapping[str, Mapping[str, float | None]]) -> None:
    """Store what was found; if nothing was, the same data would give nothing again: only note that they were tried."""
    with sessions.begin() as session:
        experiment = ExperimentRepository(session).get(work.experiment_id)
        if experiment is None:
            return
        repository = ImportancesRepository(session, experiment)
        if found:
            repository.replace(found, data_version=work.data_version, observation_count=len(work.history))
        repository.computed(work.data_version)
