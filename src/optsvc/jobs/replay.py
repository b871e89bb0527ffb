"""The job that computes a stored suggestion again."""

from dataclasses import asdict
from typing import Any

import numpy as np

from optsvc.jobs import runtime
from optsvc.queueing import wakeups
from optsvc.services.replay import replay as replay_suggestion


def replay(suggestion_id: int, experiment_id: int) -> dict[str, Any]:
    """Compute a suggestion again and say what came out; RQ keeps the answer for those who wait for it."""
    shared = runtime.current()
    with shared.sessions.begin() as session:
        answer = asdict(replay_suggestion(session, suggestion_id, shared.batches.xp if shared.batches else np))
    wakeups.announce(shared.redis, experiment_id)
    return answer
