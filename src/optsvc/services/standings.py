"""How experiments stand: what they ask for, and how far they have come."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from optsvc.domain.experiment import Definition
from optsvc.storage.definitions import definition_of
from optsvc.storage.experiments import ExperimentRepository, Progress, RunProgress
from optsvc.storage.models import Experiment


@dataclass(frozen=True, slots=True)
class Standing:
    """An experiment and how it stands.

    Args:
        row: As it is stored.
        definition: What it asks for.
        project: The reference of its project.
        progress: Of its observations.
        runs: Of its runs; None unless it takes runs only.
    """

    row: Experiment
    definition: Definition
    project: str | None
    progress: Progress
    runs: RunProgress | None

    @property
    def budget_consumed(self) -> float:
        """Evaluations so far, each counted by its cost; in an AI experiment the runs."""
        if self.runs is not None:
            return float(self.runs.total)
        if not self.definition.tasks:
            return float(self.progress.observation_count)
        counts = self.progress.observations_of_task
        return sum(counts.get(task.name, 0) * task.cost for task in self.definition.tasks)


def of(session: Session, experiments: Iterable[Experiment]) -> list[Standing]:
    """How experiments stand, in the order given, in a number of queries that does not grow with them."""
    rows = list(experiments)
    repository = ExperimentRepository(session)
    stored = [row for row in rows if row.id is not None]
    progress, runs, projects = repository.progress(stored), repository.run_progress(stored), repository.references(rows)
    return [
        Standing(
            row=row,
            definition=definition_of(row),
            project=None if row.project_id is None else projects[row.project_id],
            progress=progress.get(row.id, Progress()),
            runs=runs.get(row.id, RunProgress()) if row.runs_only else None,
        )
        for row in rows
    ]
