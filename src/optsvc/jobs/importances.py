"""The job that finds out how much each parameter matters."""

from optsvc.jobs import runtime
from optsvc.queueing import queues, wakeups
from optsvc.services import importances


def compute(experiment_id: int) -> None:
    """Compute the importances of an experiment, if somebody wants newer ones than there are; tell who looks at it."""
    shared = runtime.current()
    queues.importances_started(shared.redis, experiment_id)
    importances.compute(shared.sessions, experiment_id)
    wakeups.announce(shared.redis, experiment_id)
