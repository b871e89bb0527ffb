"""The job that computes an analysis of an experiment."""

from optsvc.jobs import runtime
from optsvc.queueing import queues, wakeups
from optsvc.services.analyses import computing


def compute(experiment_id: int, kind: str, options: str, data_version: int) -> None:
    """Compute an analysis, unless it is there, and wake who waits for it, whatever came of it.

    Args:
        experiment_id: The experiment.
        kind: Its kind.
        options: Its options as canonical JSON.
        data_version: Of the data when it was asked for; it is computed from the present ones.
    """
    shared = runtime.current()
    try:
        computing.compute(shared.sessions, experiment_id, kind, options)
    finally:
        queues.analysis_ended(shared.redis, experiment_id, kind, options, data_version)
        wakeups.announce(shared.redis, experiment_id)
