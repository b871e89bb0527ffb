"""The job that keeps a proposal ready for an experiment."""

from functools import partial

from optsvc.jobs import runtime
from optsvc.queueing import queues, wakeups
from optsvc.services import importances
from optsvc.services.refresh import refresh as refresh_experiment


def refresh(experiment_id: int) -> None:
    """Compute the next proposal of an experiment, if it has none from its newest data; have the rest computed later."""
    shared = runtime.current()
    queues.started(shared.redis, experiment_id)
    if refresh_experiment(shared.sessions, experiment_id, partial(wakeups.announce, shared.redis)):
        queues.enqueue_refresh(shared.redis, experiment_id, urgent=False)
    if importances.want_if_due(shared.sessions, experiment_id):
        queues.enqueue_importances(shared.redis, experiment_id)
