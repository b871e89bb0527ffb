"""What an experiment has found, and advice on how to go on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from optsvc.domain import advice, best
from optsvc.domain.advice import StoppingReason
from optsvc.domain.experiment import Definition
from optsvc.domain.space import Assignments
from optsvc.plots.fronts import pareto_front
from optsvc.queueing.queues import refresh_after_commit
from optsvc.queueing.wakeups import changed_after_commit
from optsvc.services import access, standings
from optsvc.services.access import Caller
from optsvc.services.plots.reading import table
from optsvc.services.snapshot import uses_model
from optsvc.storage.definitions import definition_of
from optsvc.storage.experiments import ExperimentRepository
from optsvc.storage.models import Observation
from optsvc.storage.observations import ObservationRepository
from optsvc.storage.suggestions import SuggestionRepository


@dataclass(frozen=True, slots=True)
class _Measured:
    """A stored observation, as the rules compare it."""

    row: Observation
    assignments: Assignments
    results: dict[str | None, float]
    full_cost: bool


def best_observations(session: Session, caller: Caller, experiment_id: int) -> Sequence[Observation]:
    """The best observations, by the rules of `optsvc.domain.best`; empty while none will do.

    Raises:
        NotFound: The experiment is not there or not visible.
    """
    experiment = access.experiment(session, caller, experiment_id)
    definition = definition_of(experiment)
    plain = len(definition.optimized) == 1 and not definition.constraints and (definition.num_solutions or 1) == 1
    if plain:  # one index lookup; nothing else is read
        found = ExperimentRepository(session).progress([experiment])[experiment.id].best_observation
        return [] if found is None else [found]
    rows = ObservationRepository(session, experiment)
    if definition.optimized and (definition.num_solutions or 1) == 1:  # few of many can be best: only these are read
        everything = table(session, experiment, definition)
        gains = np.column_stack([everything.gains(metric) for metric in definition.optimized])
        places = pareto_front(gains, everything.counting(definition))
        candidates = rows.these(everything.ids[places].tolist())
    else:
        candidates = rows.history()
    return [measured.row for measured in best.best(_measured(candidates, definition), definition)]


def stopping_reasons(session: Session, caller: Caller, experiment_id: int) -> list[StoppingReason]:
    """Why the experiment might be stopped; empty to go on.

    Raises:
        NotFound: The experiment is not there or not visible.
    """
    experiment = access.experiment(session, caller, experiment_id)
    definition = definition_of(experiment)
    history = ObservationRepository(session, experiment).history()
    return advice.stopping_reasons(_measured(history, definition), definition)


def remarks(session: Session, caller: Caller, experiment_id: int) -> list[str]:
    """What is unwise about the experiment or its use, in words.

    Raises:
        NotFound: The experiment is not there or not visible.
    """
    experiment = access.experiment(session, caller, experiment_id)
    [standing] = standings.of(session, [experiment])
    usage = advice.Usage(
        observations=standing.progress.observation_count,
        consumed=standing.budget_consumed,
        open_suggestions=SuggestionRepository(session, experiment).pending_count(),
    )
    return advice.remarks(usage, standing.definition)


def forget_model(session: Session, caller: Caller, experiment_id: int) -> None:
    """Forget the fitted model and what was prepared with it, and start again from the data.

    Raises:
        NotFound: The experiment is not there or not visible.
    """
    experiment = access.experiment(session, caller, experiment_id, lock=True)
    experiment.engine_state = None
    SuggestionRepository(session, experiment).discard_ready()
    compute = uses_model(experiment) and not experiment.deleted
    ExperimentRepository(session).data_moved_on(experiment, compute=compute)
    changed_after_commit(session, experiment.id, experiment.client_id)
    if compute:
        refresh_after_commit(session, experiment.id)


def _measured(rows: Sequence[Observation], definition: Definition) -> list[_Measured]:
    full = definition.full_task
    return [
        _Measured(
            row=row,
            assignments=definition.space.as_of_now(row.assignments),
            results={value.metric or None: value.value for value in row.values},
            full_cost=full is None or row.task == full.name,
        )
        for row in rows
    ]
