"""Queries for projects."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from optsvc.storage.models import Experiment, Project, TrainingRun
from optsvc.storage.pages import Page, PageQuery, fetch_page

SortKey = Literal["updated", "created"]


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a project holds: all its experiments, and its runs that are not deleted."""

    experiments: int = 0
    training_runs: int = 0


class ProjectRepository:
    """All projects; who may see which is decided in `optsvc.services.access`."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def page(
        self, query: PageQuery, seen: ColumnElement[bool], *, user_id: int | None, archived: bool, sort: SortKey
    ) -> Page[Project]:
        """A page of the projects that fulfil `seen`, of one user if one is named; with `archived`, deleted ones too."""
        statement = select(Project).where(seen)
        if user_id is not None:
            statement = statement.where(Project.user_id == user_id)
        if not archived:
            statement = statement.where(~Project.deleted)
        column = Project.updated if sort == "updated" else Project.created
        return fetch_page(self.session, statement, [column, Project.id], query)

    def counts(self, projects: Iterable[Project]) -> dict[int, Counts]:
        """What each project holds, by its id, in a number of queries that does not grow with them."""
        ids = [project.id for project in projects]
        experiments = (
            select(Experiment.project_id, func.count())
            .where(Experiment.project_id.in_(ids))
            .group_by(Experiment.project_id)
        )
        runs = (
            select(TrainingRun.project_id, func.count())
            .where(TrainingRun.project_id.in_(ids), ~TrainingRun.deleted)
            .group_by(TrainingRun.project_id)
        )
        of_experiments = {row[0]: row[1] for row in self.session.execute(experiments)}
        of_runs = {row[0]: row[1] for row in self.session.execute(runs)}
        return {id_: Counts(of_experiments.get(id_, 0), of_runs.get(id_, 0)) for id_ in ids}

    def references(self, project_ids: Iterable[int | None]) -> dict[int, str]:
        """What users call these projects, by the ids that the database has for them."""
        ids = {id_ for id_ in project_ids if id_ is not None}
        rows = self.session.execute(select(Project.id, Project.reference).where(Project.id.in_(ids)))
        return {row.id: row.reference for row in rows}
