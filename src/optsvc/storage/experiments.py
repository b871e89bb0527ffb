"""Queries for experiments and their progress."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sqlalchemy import BigInteger, ColumnElement, String, column, func, literal, or_, select, update, values
from sqlalchemy.orm import Session, selectinload

from optsvc.domain.metrics import Objective
from optsvc.storage.definitions import definition_of
from optsvc.storage.models import Experiment, MetricEvaluation, Observation, Project, TrainingRun, User, now
from optsvc.storage.pages import Page, PageQuery, fetch_page

State = Literal["active", "deleted", "all"]
SortKey = Literal["id", "recent"]


@dataclass(frozen=True, slots=True)
class ExperimentFilter:
    """Which experiments of a list are wanted.

    Args:
        state: Deleted ones or not.
        search: A part of the name or of the creator's name, in any case.
        user_id: Who made it.
        project_id: The project it belongs to.
        created_from: Not made before this moment.
        created_before: Made before this moment.
        development: Only development experiments, or only others; None for both.
        runs_only: Only AI experiments, or only others; None for both.
    """

    state: State = "active"
    search: str | None = None
    user_id: int | None = None
    project_id: int | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None
    development: bool | None = None
    runs_only: bool | None = None

    def conditions(self) -> Iterable[ColumnElement[bool]]:
        """As conditions on experiments."""
        if self.state != "all":
            yield Experiment.deleted == (self.state == "deleted")
        if self.search:
            of_creator = select(User.id).where(User.name.icontains(self.search, autoescape=True))
            yield or_(Experiment.name.icontains(self.search, autoescape=True), Experiment.user_id.in_(of_creator))
        if self.user_id is not None:
            yield Experiment.user_id == self.user_id
        if self.project_id is not None:
            yield Experiment.project_id == self.project_id
        if self.created_from is not None:
            yield Experiment.created >= self.created_from
        if self.created_before is not None:
            yield Experiment.created < self.created_before
        if self.development is not None:
            yield Experiment.development == self.development
        if self.runs_only is not None:
            yield Experiment.runs_only == self.runs_only


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an experiment has come; deleted observations count nowhere, failed ones do."""

    observation_count: int = 0
    first_observation: Observation | None = None
    last_observation: Observation | None = None
    best_observation: Observation | None = None
    observations_of_task: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunProgress:
    """How far an AI experiment has come; deleted runs count nowhere."""

    active: int = 0
    finished: int = 0

    @property
    def total(self) -> int:
        """All of its runs."""
        return self.active + self.finished


class ExperimentRepository:
    """All experiments; who may see which is decided in `optsvc.services.access`."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def get(self, experiment_id: int, *, lock: bool = False) -> Experiment | None:
        """The experiment, deleted or not; with `lock`, nobody else changes it until the transaction ends."""
        statement = select(Experiment).where(Experiment.id == experiment_id)
        if lock:
            statement = statement.with_for_update(key_share=True)
        return self.session.scalar(statement.execution_options(populate_existing=lock))

    def page(
        self, query: PageQuery, seen: ColumnElement[bool], wanted: ExperimentFilter, *, sort: SortKey = "id"
    ) -> Page[Experiment]:
        """A page of the experiments that fulfil `seen` and are `wanted`."""
        statement = select(Experiment).where(seen, *wanted.conditions())
        columns = [Experiment.id] if sort == "id" else [Experiment.updated, Experiment.id]
        return fetch_page(self.session, statement, columns, query)

    def touch(self, experiment: Experiment, *more_projects: int | None, moment: datetime | None = None) -> None:
        """Record that an experiment has changed, now or at this moment, and with it its project, and these."""
        experiment.updated = moment or now()
        projects = {experiment.project_id, *more_projects} - {None}
        if projects:
            self.session.execute(update(Project).where(Project.id.in_(projects)).values(updated=experiment.updated))

    def data_moved_on(self, experiment: Experiment, *, compute: bool) -> None:
        """Record that what the model must know has changed, and whether a computation is wanted for it."""
        experiment.data_version = experiment.data_version + 1
        if compute:
            experiment.wanted_version = experiment.data_version

    def stale(self, *, quiet_since: datetime, limit: int) -> Sequence[int]:
        """Ids of experiments that somebody wants computed, untouched since `quiet_since`, oldest first."""
        return self.session.scalars(
            select(Experiment.id)
            .where(Experiment.computed_version < Experiment.wanted_version, ~Experiment.deleted)
            .where(Experiment.updated < quiet_since)
            .order_by(Experiment.updated)
            .limit(limit)
        ).all()

    def computed(self, experiment_id: int, version: int) -> None:
        """Record that the computation for this data version is done, or need not be tried again."""
        self.session.execute(
            update(Experiment)
            .where(Experiment.id == experiment_id, Experiment.computed_version < version)
            .values(computed_version=version)
        )

    def failed(self, experiment_id: int, version: int) -> None:
        """Record that nothing could be computed from this data version, so that it need not be tried again."""
        self.computed(experiment_id, version)
        self.session.execute(
            update(Experiment)
            .where(Experiment.id == experiment_id, Experiment.failed_version < version)
            .values(failed_version=version)
        )

    def references(self, experiments: Iterable[Experiment]) -> dict[int, str]:
        """The references of the projects that the experiments belong to, by the projects' ids."""
        ids = {experiment.project_id for experiment in experiments} - {None}
        if not ids:
            return {}
        found = self.session.execute(select(Project.id, Project.reference).where(Project.id.in_(ids)))
        return {row.id: row.reference for row in found}

    def run_progress(self, experiments: Iterable[Experiment]) -> dict[int, RunProgress]:
        """The runs of each AI experiment among these, by its id."""
        ids = [experiment.id for experiment in experiments if experiment.runs_only]
        if not ids:
            return {}
        counted = self.session.execute(
            select(
                TrainingRun.experiment_id,
                func.count().filter(TrainingRun.completed.is_(None)).label("active"),
                func.count().filter(TrainingRun.completed.is_not(None)).label("finished"),
            )
            .where(TrainingRun.experiment_id.in_(ids), ~TrainingRun.deleted)
            .group_by(TrainingRun.experiment_id)
        )
        found = {row.experiment_id: RunProgress(row.active, row.finished) for row in counted}
        return {id_: found.get(id_, RunProgress()) for id_ in ids}

    def progress(self, experiments: Iterable[Experiment]) -> dict[int, Progress]:
        """The progress of each experiment, by its id, in a number of queries that does not grow with them."""
        experiments = list(experiments)
        ends = {
            row.experiment_id: row
            for row in self.session.execute(
                select(
                    Observation.experiment_id,
                    func.count().label("observation_count"),
                    func.min(Observation.id).label("first"),
                    func.max(Observation.id).label("last"),
                )
                .where(Observation.experiment_id.in_([e.id for e in experiments]), ~Observation.deleted)
                .group_by(Observation.experiment_id)
            )
        }
        best = self.best_observation_ids(experiments)
        wanted = {id_ for row in ends.values() for id_ in (row.first, row.last)} | set(best.values())
        observations = {
            observation.id: observation
            for observation in self.session.scalars(
                select(Observation).where(Observation.id.in_(wanted)).options(selectinload(Observation.values))
            )
        }
        of_task = self._observations_of_task(experiments)
        return {
            experiment.id: Progress(
                observation_count=row.observation_count,
                first_observation=observations[row.first],
                last_observation=observations[row.last],
                best_observation=observations.get(best.get(experiment.id, 0)),
                observations_of_task=of_task.get(experiment.id, {}),
            )
            if (row := ends.get(experiment.id))
            else Progress()
            for experiment in experiments
        }

    def _observations_of_task(self, experiments: Iterable[Experiment]) -> dict[int, dict[str, int]]:
        """How many observations each task has, by experiment and name."""
        ids = [experiment.id for experiment in experiments if experiment.tasks]
        found: dict[int, dict[str, int]] = {id_: {} for id_ in ids}
        if ids:
            counted = self.session.execute(
                select(Observation.experiment_id, Observation.task, func.count().label("observations"))
                .where(Observation.experiment_id.in_(ids), ~Observation.deleted)
                .group_by(Observation.experiment_id, Observation.task)
            )
            for row in counted:
                found[row.experiment_id][row.task] = row.observations
        return found

    def best_observation_ids(self, experiments: Iterable[Experiment]) -> dict[int, int]:
        """The observation with the best value of the one optimized metric, by experiment; among equals the newest.

        With tasks, only observations of full cost count.
        """
        by_objective: dict[Objective, list[tuple[int, str, str | None]]] = {objective: [] for objective in Objective}
        for experiment in experiments:
            definition = definition_of(experiment)
            if len(definition.optimized) == 1:
                [metric], full = definition.optimized, definition.full_task
                asked_for = (experiment.id, metric.name or "", full.name if full else None)
                by_objective[metric.objective].append(asked_for)
        found: dict[int, int] = {}
        for objective, triples in by_objective.items():
            if not triples:
                continue
            asked = values(
                column("experiment_id", BigInteger),
                column("metric", MetricEvaluation.metric.type),
                column("task", String),
                name="asked",
            ).data(triples)
            value = MetricEvaluation.value
            best = (
                select(MetricEvaluation.observation_id)
                .join(Observation, Observation.id == MetricEvaluation.observation_id)
                .where(
                    MetricEvaluation.experiment_id == asked.c.experiment_id,
                    MetricEvaluation.metric == asked.c.metric,
                    or_(asked.c.task.is_(None), Observation.task == asked.c.task),
                    ~Observation.deleted,
                )
                .order_by(
                    value.asc() if objective is Objective.MINIMIZE else value.desc(),
                    MetricEvaluation.observation_id.desc(),
                )
                .limit(1)
                .lateral("best")
            )
            rows = self.session.execute(
                select(asked.c.experiment_id, best.c.observation_id).select_from(asked).join(best, literal(True))
            )
            found.update((row.experiment_id, row.observation_id) for row in rows)
        return found
