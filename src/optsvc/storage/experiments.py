"""Queries for experiments and their progress."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import BigInteger, ColumnElement, column, func, literal, select, update, values
from sqlalchemy.orm import Session, selectinload

from optsvc.domain.metrics import Objective, Strategy
from optsvc.storage.definitions import metrics_from_json
from optsvc.storage.models import Experiment, MetricEvaluation, Observation, now
from optsvc.storage.pages import Page, PageQuery, fetch_page

State = Literal["active", "deleted", "all"]
SortKey = Literal["id", "recent"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an experiment has come; deleted observations count nowhere, failed ones do."""

    observation_count: int = 0
    first_observation: Observation | None = None
    last_observation: Observation | None = None
    best_observation: Observation | None = None


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
        self, query: PageQuery, seen: ColumnElement[bool], *, state: State, search: str | None, sort: SortKey
    ) -> Page[Experiment]:
        """A page of the experiments that fulfil `seen`; `search` is a part of the name, in any case."""
        statement = select(Experiment).where(seen)
        if state != "all":
            statement = statement.where(Experiment.deleted == (state == "deleted"))
        if search:
            statement = statement.where(Experiment.name.icontains(search, autoescape=True))
        columns = [Experiment.id] if sort == "id" else [Experiment.updated, Experiment.id]
        return fetch_page(self.session, statement, columns, query)

    def data_moved_on(self, experiment: Experiment, *, compute: bool) -> None:
        """Record that what the model must know has changed, and whether a computation is wanted for it."""
        experiment.data_version = experiment.data_version + 1
        if compute:
            experiment.wanted_version = experiment.data_version
        experiment.updated = now()

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
        best = self._best_observation_ids(experiments)
        wanted = {id_ for row in ends.values() for id_ in (row.first, row.last)} | set(best.values())
        observations = {
            observation.id: observation
            for observation in self.session.scalars(
                select(Observation).where(Observation.id.in_(wanted)).options(selectinload(Observation.values))
            )
        }
        return {
            experiment.id: Progress(
                observation_count=row.observation_count,
                first_observation=observations[row.first],
                last_observation=observations[row.last],
                best_observation=observations.get(best.get(experiment.id, 0)),
            )
            if (row := ends.get(experiment.id))
            else Progress()
            for experiment in experiments
        }

    def _best_observation_ids(self, experiments: Iterable[Experiment]) -> dict[int, int]:
        """The observation with the best value of the one optimized metric, by experiment; among equals the newest."""
        by_objective: dict[Objective, list[tuple[int, str]]] = {objective: [] for objective in Objective}
        for experiment in experiments:
            optimized = [m for m in metrics_from_json(experiment.metrics) if m.strategy is Strategy.OPTIMIZE]
            if len(optimized) == 1:
                by_objective[optimized[0].objective].append((experiment.id, optimized[0].name or ""))
        found: dict[int, int] = {}
        for objective, pairs in by_objective.items():
            if not pairs:
                continue
            asked = values(
                column("experiment_id", BigInteger), column("metric", MetricEvaluation.metric.type), name="asked"
            )
            asked = asked.data(pairs)
            value = MetricEvaluation.value
            best = (
                select(MetricEvaluation.observation_id)
                .join(Observation, Observation.id == MetricEvaluation.observation_id)
                .where(
                    MetricEvaluation.experiment_id == asked.c.experiment_id,
                    MetricEvaluation.metric == asked.c.metric,
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
