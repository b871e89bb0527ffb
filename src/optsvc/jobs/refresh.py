"""The job that keeps a proposal ready for an experiment."""

from functools import partial

from optsvc.jobs import runtime
from optsvc.queueing import queues, wakeups
from optsvc.services import importances
from optsvc.services.computing import ALONE
from optsvc.services.refresh import refresh_many

_COLLECT_S = 0.02


def refresh(experiment_id: int) -> None:
    """Compute the next proposal of an experiment, if it has none from its newest data; have the rest computed later.

    Where batches are computed, whatever other refreshes wait are done with it.
    """
    shared = runtime.current()
    batches, experiment_ids = shared.batches, [experiment_id]
    if batches:
        experiment_ids += queues.take_refreshes(shared.redis, batches.limit - 1, _COLLECT_S)
    queues.started(shared.redis, *experiment_ids)
    announce = partial(wakeups.announce, shared.redis)
    for moving in refresh_many(shared.sessions, experiment_ids, announce, batches or ALONE):
        queues.enqueue_refresh(shared.redis, moving, urgent=False)
    for each in experiment_ids:
        if importances.want_if_due(shared.sessions, each):
            queues.enqueue_importances(shared.redis, each)
