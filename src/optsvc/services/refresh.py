"""Refreshing an experiment: the workers' part in the life of a suggestion."""

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from optsvc import engine
from optsvc.services.snapshot import Snapshot, provenance, uses_model
from optsvc.storage.experiments import ExperimentRepository
from optsvc.storage.models import Proposal, now
from optsvc.storage.suggestions import SuggestionRepository

logger = logging.getLogger(__name__)

_LOCK_SPACE = 1_380_073
"""Keeps our advisory locks apart from those of others in the same database."""
_MAX_ROUNDS = 10
"""So that an experiment whose data never rest does not keep a worker to itself."""

Compute = Callable[[Sequence[engine.Request]], Sequence[tuple[list[engine.Proposal], engine.EngineState]]]


def one_by_one(requests: Sequence[engine.Request]) -> Sequence[tuple[list[engine.Proposal], engine.EngineState]]:
    """Proposals for each experiment by itself, on the processor."""
    return [
        engine.suggest(one.problem, one.history, one.pending, seed=one.seed, count=one.count, state=one.state)
        for one in requests
    ]


def refresh(sessions: sessionmaker[Session], experiment_id: int, announce: Callable[[int], None]) -> bool:
    """`refresh_many` for one experiment: whether somebody should carry on."""
    return bool(refresh_many(sessions, [experiment_id], announce))


def refresh_many(
    sessions: sessionmaker[Session],
    experiment_ids: Sequence[int],
    announce: Callable[[int], None],
    compute: Compute = one_by_one,
) -> list[int]:
    """Compute and store the next proposals of experiments, and again for those whose data have moved on meanwhile.

    Only one worker computes for an experiment at a time; another one that comes along leaves it at once, since the
    first looks again before it ends. May run twice or die half-way: what counts is only what is stored, in one
    transaction for each experiment.

    Args:
        sessions: Where the experiments are.
        experiment_ids: Which ones; one that is gone or deleted is nothing to do.
        announce: Called with an id each time that something was stored for it, and when nothing can be had.
        compute: What makes the proposals.

    Returns:
        Those whose data kept moving on for so long that somebody should carry on.

    Raises:
        Exception: What the engine raised for an experiment. It is given up until its data move on; all others are done.
    """
    # A transaction of its own, so that the locks go with its connection when this process is killed.
    with sessions.begin() as holder:
        done = {
            experiment_id: -1
            for experiment_id in sorted(set(experiment_ids))
            if holder.scalar(select(func.pg_try_advisory_xact_lock(_LOCK_SPACE, experiment_id)))
        }
        for _ in range(_MAX_ROUNDS):
            found = (
                _to_compute(sessions, experiment_id, newer_than=version) for experiment_id, version in done.items()
            )
            snapshots = [snapshot for snapshot in found if snapshot is not None]
            if not snapshots:
                return []
            stored = _compute_and_store(sessions, snapshots, announce, compute)
            done = {
                one.experiment_id: one.data_version if one.experiment_id in stored else done[one.experiment_id]
                for one in snapshots
            }
    return list(done)


def _compute_and_store(
    sessions: sessionmaker[Session],
    snapshots: Sequence[Snapshot],
    announce: Callable[[int], None],
    compute: Compute,
) -> set[int]:
    """The experiments for which something was stored."""
    requests = [
        engine.Request(*snapshot.model_input, seed=snapshot.seed, state=snapshot.state) for snapshot in snapshots
    ]
    try:
        answers = compute(requests)
    except Exception as error:
        if len(snapshots) == 1:
            _give_up(sessions, snapshots[0])
            announce(snapshots[0].experiment_id)  # whoever waits need not wait any longer
            raise
        logger.warning("%d experiments together failed, now one by one: %s", len(snapshots), error)
        return _each_alone(sessions, snapshots, announce)
    stored = set()
    for snapshot, (proposals, state) in zip(snapshots, answers, strict=True):
        if _store(sessions, snapshot, proposals, state):
            announce(snapshot.experiment_id)
            stored.add(snapshot.experiment_id)
    return stored


def _each_alone(
    sessions: sessionmaker[Session], snapshots: Sequence[Snapshot], announce: Callable[[int], None]
) -> set[int]:
    """One that fails must not cost the others their proposals."""
    stored: set[int] = set()
    failures = []
    for snapshot in snapshots:
        try:
            stored |= _compute_and_store(sessions, [snapshot], announce, one_by_one)
        except Exception as error:
            failures.append(error)
    if failures:
        raise ExceptionGroup("no proposals for some experiments", failures)
    return stored


def _to_compute(sessions: sessionmaker[Session], experiment_id: int, *, newer_than: int) -> Snapshot | None:
    """What to compute from, None if nothing is missing or the data version is no newer."""
    with sessions.begin() as session:
        repository = ExperimentRepository(session)
        experiment = repository.get(experiment_id)
        if experiment is None or experiment.deleted or experiment.data_version <= newer_than:
            return None
        if experiment.failed_version == experiment.data_version:
            return None
        if SuggestionRepository(session, experiment).ready(min_version=experiment.data_version):
            return None
        if uses_model(experiment):
            snapshot = Snapshot.take(session, experiment)
            if engine.needs_model(*snapshot.model_input):
                return snapshot
        repository.computed(experiment_id, experiment.data_version)
        return None


def _store(
    sessions: sessionmaker[Session],
    snapshot: Snapshot,
    proposals: Sequence[engine.Proposal],
    state: engine.EngineState,
) -> bool:
    """Keep what was computed, unless it was handed out meanwhile: whether there is anything new now.

    An older proposal that was taken while this one was computed is not among the pending points of its snapshot.
    """
    with sessions.begin() as session:
        repository = ExperimentRepository(session)
        experiment = repository.get(snapshot.experiment_id, lock=True)
        if experiment is None:
            return True
        suggestions = SuggestionRepository(session, experiment)
        since = experiment.issued - snapshot.seed.ordinal  # nothing was ready then, or there was nothing to compute
        given = [row.assignments for row in suggestions.latest(since)]
        if any(dict(proposal.assignments) in given for proposal in proposals):
            return False
        suggestions.discard_ready(older_than=snapshot.data_version)
        session.add_all(
            Proposal(
                experiment_id=experiment.id,
                data_version=snapshot.data_version,
                assignments=dict(proposal.assignments),
                provenance=provenance(proposal, snapshot),
                inputs=snapshot.inputs("suggest"),
            )
            for proposal in proposals
        )
        experiment.engine_state = state.to_dict()
        experiment.computed_version = max(experiment.computed_version, snapshot.data_version)
    return True


def _give_up(sessions: sessionmaker[Session], snapshot: Snapshot) -> None:
    """The same data would fail in the same way: try again only when they have moved on."""
    logger.exception("experiment %s: no proposal from data version %s", snapshot.experiment_id, snapshot.data_version)
    with sessions.begin() as session:
        ExperimentRepository(session).failed(snapshot.experiment_id, snapshot.data_version)


def experiments_left_behind(session: Session, *, quiet_s: float, limit: int = 100) -> Sequence[int]:
    """Experiments whose wanted computation nobody has done, although they have been quiet for this many seconds."""
    return ExperimentRepository(session).stale(quiet_since=now() - timedelta(seconds=quiet_s), limit=limit)
