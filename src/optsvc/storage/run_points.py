"""A few fields of many runs, as charts need them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from optsvc.storage.models import TrainingRun
from optsvc.storage.run_fields import RunField


@dataclass(frozen=True, slots=True)
class RunPoints:
    """Some runs, oldest first, with fields of theirs.

    Args:
        ids: Of the runs.
        states: Of the runs.
        values: Of each field, in the order asked for: of each run, None where it has none.
        total: How many runs there are in all.
    """

    ids: Sequence[int]
    states: Sequence[str]
    values: Sequence[Sequence[Any]]
    total: int


def run_points(session: Session, statement: Select[TrainingRun], fields: Sequence[RunField], *, most: int) -> RunPoints:
    """Fields of the newest of the runs that a statement selects, however large these are otherwise."""
    columns = [field.column.label(f"field_{place}") for place, field in enumerate(fields)]
    newest = statement.with_only_columns(TrainingRun.id, TrainingRun.state, *columns)
    rows = session.execute(newest.order_by(None).order_by(TrainingRun.id.desc()).limit(most)).all()[::-1]
    counted = session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    return RunPoints(
        ids=[row[0] for row in rows],
        states=[row[1] for row in rows],
        values=[[row[place + 2] for row in rows] for place in range(len(fields))],
        total=counted,
    )
