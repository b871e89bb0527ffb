"""The job that finds out how much each parameter matters."""

from optsvc.jobs import runtime
from optsvc.queueing import queues
from optsvc.services import importances


def compute(experiment_id: int) -> None:
    """Compute the importances of an experiment, if somebody wants newer ones than there are."""
    shared = runtime.current()
    queues.importances_started(shared.redis, experiment_id)
    importances.compute(shared.sessions, experiment_id)
