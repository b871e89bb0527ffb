"""Checkpoints: values of metrics in the middle of a run."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from optsvc.domain.errors import Forbidden, NotFound
from optsvc.domain.observation import MetricEvaluation
from optsvc.domain.training_run import MOST_CHECKPOINTS
from optsvc.services import access
from optsvc.services.access import Caller
from optsvc.storage.checkpoints import CheckpointRepository
from optsvc.storage.models import Checkpoint, now
from optsvc.storage.pages import Page, PageQuery


def create(
    session: Session,
    caller: Caller,
    run_id: int,
    values: Sequence[MetricEvaluation],
    metadata: dict[str, Any] | None = None,
) -> Checkpoint:
    """Store a checkpoint of a run.

    Raises:
        NotFound: The run is not there or not visible.
        Forbidden: It has become an observation already, or has as many checkpoints as a run may have.
    """
    run = access.training_run(session, caller, run_id, lock=True)
    if run.observation_id is not None:
        raise Forbidden(f"training run {run_id} has ended and become an observation: it takes no more checkpoints")
    if run.checkpoint_count >= MOST_CHECKPOINTS:
        raise Forbidden(f"training run {run_id} has {MOST_CHECKPOINTS} checkpoints, and no run may have more")
    checkpoint = Checkpoint(
        training_run_id=run.id,
        values=[
            {"name": value.name, "value": value.value, "value_stddev": value.stddev}
            for value in sorted(values, key=lambda value: value.name or "")
        ],
        user_metadata=metadata,
    )
    session.add(checkpoint)
    run.checkpoint_count = run.checkpoint_count + 1
    run.updated = now()
    session.flush()
    return checkpoint


def page(session: Session, caller: Caller, run_id: int, query: PageQuery) -> Page[Checkpoint]:
    """A page of the checkpoints of a run, newest first.

    Raises:
        NotFound: The run is not there or not visible.
    """
    return CheckpointRepository(session, access.training_run(session, caller, run_id)).page(query)


def get(session: Session, caller: Caller, run_id: int, checkpoint_id: int) -> Checkpoint:
    """One checkpoint.

    Raises:
        NotFound: The run or the checkpoint is not there or not visible.
    """
    found = CheckpointRepository(session, access.training_run(session, caller, run_id)).get(checkpoint_id)
    if found is None:
        raise NotFound(f"no checkpoint with id {checkpoint_id} in training run {run_id}")
    return found
