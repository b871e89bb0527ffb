"""Refreshing an experiment: the workers' part in the life of a suggestion."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from optsvc import engine
from optsvc.services.computing import ALONE, Computing
from optsvc.services.snapshot import Snapshot, provenance, uses_model
from optsvc.storage.experiments import ExperimentRepository
from optsvc.storage.models import Proposal, now
from optsvc.storage.suggestions import SuggestionRepository

logger = logging.getLogger(__name__)

_LOCK_SPACE = 1_380_073
"""Keeps our advisory locks apart from those of others in the same database."""
_MAX_ROUNDS = 10
"""So that an experiment whose data never rest does not keep a worker to itself."""

_LONG_ENOUGH_S = 30.0
"""After so long the rest is left to another job, lest this one be stopped amid an innocent experiment."""


def refresh(sessions: sessionmaker[Session], experiment_id: int, announce: Callable[[int], None]) -> bool:
    """`refresh_many` for one experiment: whether somebody should carry on."""
    return bool(refresh_many(sessions, [experiment_id], announce))


def refresh_many(
    sessions: sessionmaker[Session],
    experiment_ids: Sequence[int],
    announce: Callable[[int], None],
    computing: Computing = ALONE,
) -> list[int]:
    """Compute and store the next proposals of experiments, and again for those whose data have moved on meanwhile.

    Only one worker computes for an experiment at a time; another one that comes along leaves it at once, since the
    first looks again before it ends. May run twice or die half-way: what counts is only what is stored, in one
    transaction for each experiment.

    Args:
        sessions: Where the experiments are.
        experiment_ids: Which ones; one that is gone or deleted is nothing to do.
        announce: Called with an id each time that something was stored for it, and when nothing can be had.
        computing: What makes the proposals.

    Returns:
        Those that somebody should carry on with: their data kept moving on, or it took too long to do all.

    Raises:
        Exception: The first that the engine raised for an experiment by itself. That experiment is given up until its
            data move on; the others are done.
    """
    # A transaction of its own, so that the locks go with its connection when this process is killed.
    with sessions.begin() as holder:
        done = {
            experiment_id: -1
            for experiment_id in sorted(set(experiment_ids))
            if holder.scalar(select(func.pg_try_advisory_xact_lock(_LOCK_SPACE, experiment_id)))
        }
        rounds = _Rounds(sessions, announce, computing)
        for _ in range(_MAX_ROUNDS):
            done = rounds.another(done)
            if not done or rounds.long_enough:
                break
    if rounds.failures:
        raise rounds.failures[0]
    return list(done)


class _Rounds:
    """Each computes for all experiments whose data are newer than what was computed from."""

    def __init__(self, sessions: sessionmaker[Session], announce: Callable[[int], None], computing: Computing) -> None:
        self.failures: list[Exception] = []
        self._sessions, self._announce, self._computing = sessions, announce, computing
        self._until = time.monotonic() + _LONG_ENOUGH_S

    @property
    def long_enough(self) -> bool:
        return time.monotonic() > self._until

    def another(self, done: Mapping[int, int]) -> dict[int, int]:
        """The experiments that something was missing for, and the data versions that are done, as `done` has them."""
        found = [_to_compute(self._sessions, one, newer_than=version) for one, version in done.items()]
        snapshots = [snapshot for snapshot in found if snapshot is not None]
        now_done = {snapshot.experiment_id: done[snapshot.experiment_id] for snapshot in snapshots}
        for group in self._computing.groups([snapshot.request for snapshot in snapshots]):
            if not self.long_enough:
                now_done |= self._compute_and_store([snapshots[place] for place in group], self._computing)
        return now_done

    def _compute_and_store(self, snapshots: Sequence[Snapshot], computing: Computing) -> dict[int, int]:
        try:
            answers = computing.compute([snapshot.request for snapshot in snapshots])
        except Exception as error:
            if computing is ALONE:
                [snapshot] = snapshots
                _give_up(self._sessions, snapshot)
                self._announce(snapshot.experiment_id)  # whoever waits need not wait any longer
                self.failures.append(error)
                return {}
            ids = [snapshot.experiment_id for snapshot in snapshots]
            logger.exception("experiments %s: together they failed, now each alone", ids)
            return self._each_alone(snapshots)
        stored = {}
        for snapshot, (proposals, state) in zip(snapshots, answers, strict=True):
            if _store(self._sessions, snapshot, proposals, state):
                self._announce(snapshot.experiment_id)
                stored[snapshot.experiment_id] = snapshot.data_version
        return stored

    def _each_alone(self, snapshots: Sequence[Snapshot]) -> dict[int, int]:
        """One that fails, or a device that does, must not cost the others their proposals."""
        stored: dict[int, int] = {}
        for snapshot in snapshots:
            if not self.long_enough:
                stored |= self._compute_and_store([snapshot], ALONE)
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
                inputs=snapshot.inputs("suggest", proposal),
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
