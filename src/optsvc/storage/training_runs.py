"""Queries for training runs."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from optsvc.storage.models import File, RunTag, TrainingRun
from optsvc.storage.pages import Page, PageQuery, SortColumn, fetch_page, walk
from optsvc.storage.projects import ProjectRepository
from optsvc.storage.run_fields import Comparison, FilterValue, RunField

_CHUNK = 200
"""Runs that are read at once to walk through them; with their logs and source code they can be large."""


@dataclass(frozen=True, slots=True)
class RunExtras:
    """What is shown with a run and stored elsewhere.

    Args:
        project: What users call its project.
        tags: Ids of its tags, ascending.
        files: Ids of its files, ascending.
    """

    project: str
    tags: Sequence[int] = ()
    files: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class RunFilter:
    """A condition that the runs of a list fulfil: a field, how it is compared, and with what."""

    field: RunField
    comparison: Comparison
    value: FilterValue = None


@dataclass(frozen=True, slots=True)
class WantedRuns:
    """Which runs of a list are wanted, and in which order.

    Args:
        filters: What all of them fulfil.
        search: A part of the name, in any case.
        sort: By which field; runs without it are left out. None: by id.
    """

    filters: Sequence[RunFilter] = ()
    search: str | None = None
    sort: RunField | None = None

    def among(self, seen: ColumnElement[bool]) -> Select[TrainingRun]:
        """Those of the runs that fulfil `seen`."""
        statement = select(TrainingRun).where(seen)
        for wanted in self.filters:
            statement = statement.where(wanted.field.compared(wanted.comparison, wanted.value))
        if self.search:
            statement = statement.where(TrainingRun.name.icontains(self.search, autoescape=True))
        if self.sort is not None:
            statement = statement.where(self.sort.column.is_not(None))
        return statement

    @property
    def order(self) -> Sequence[SortColumn]:
        """The columns to sort by, the id last."""
        if self.sort is None or self.sort.column is TrainingRun.id:
            return [TrainingRun.id]
        return [self.sort.column, TrainingRun.id]


class TrainingRunRepository:
    """All training runs; who may see which is decided in `optsvc.services.access`."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def page(
        self, statement: Select[TrainingRun], query: PageQuery, sort: Sequence[SortColumn] = (TrainingRun.id,)
    ) -> Page[TrainingRun]:
        """A page of the runs that the statement selects."""
        return fetch_page(self.session, statement, sort, query)

    def walk(self, statement: Select[TrainingRun]) -> Iterator[list[TrainingRun]]:
        """All runs that the statement selects, oldest first, in chunks."""
        return walk(self.session, statement, TrainingRun.id, chunk=_CHUNK)

    def extras(self, runs: Iterable[TrainingRun]) -> dict[int, RunExtras]:
        """What is shown with each run, by its id, in a number of queries that does not grow with them."""
        runs = list(runs)
        ids = [run.id for run in runs]
        references = ProjectRepository(self.session).references(run.project_id for run in runs)
        tags: dict[int, list[int]] = {}
        of_tags = select(RunTag.training_run_id, RunTag.tag_id).where(RunTag.training_run_id.in_(ids))
        for row in self.session.execute(of_tags.order_by(RunTag.tag_id)):
            tags.setdefault(row.training_run_id, []).append(row.tag_id)
        files: dict[int, list[int]] = {}
        of_files = select(File.training_run_id, File.id).where(File.training_run_id.in_(ids))
        for row in self.session.execute(of_files.order_by(File.id)):
            files.setdefault(row.training_run_id, []).append(row.id)
        return {
            run.id: RunExtras(references[run.project_id], tags.get(run.id, ()), files.get(run.id, ())) for run in runs
        }


def of_observations(observation_ids: Collection[int]) -> Select[TrainingRun]:
    """The runs that became these observations and are not deleted."""
    return select(TrainingRun).where(TrainingRun.observation_id.in_(observation_ids), ~TrainingRun.deleted)
