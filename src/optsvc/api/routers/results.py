"""What an experiment has found, and advice on how to go on."""

from fastapi import APIRouter

from optsvc.api.deps import CallerDep, ExperimentId, SessionDep
from optsvc.api.errors import NOT_NOW, RESPONSES
from optsvc.api.route import ContractRoute, needs
from optsvc.api.schemas.common import EmptyOut, Pagination
from optsvc.api.schemas.results import (
    BestAssignmentsOut,
    BestPracticesOut,
    ImportancesOut,
    MetricImportancesOut,
    StoppingCriteriaOut,
)
from optsvc.domain.rights import Right
from optsvc.services import experiments, importances, results

router = APIRouter(
    prefix="/experiments/{experiment_id}", route_class=ContractRoute, tags=["results"], responses=RESPONSES
)


@router.get("/best_assignments")
@needs(Right.READ, development=True, guest=True)
def best_assignments(
    session: SessionDep, caller: CallerDep, experiment_id: ExperimentId
) -> Pagination[BestAssignmentsOut]:
    """The best points observed so far, best first; an empty list while none meets all thresholds.

    Of one optimized metric the single best; of several the whole Pareto front; without any, all that meet their
    thresholds; of several solutions the best of so many clusters of good ones.
    """
    best = results.best_observations(session, caller, experiment_id)
    definition = experiments.definition(session, experiment_id)
    return Pagination.whole([BestAssignmentsOut.of(row, definition) for row in best])


@router.get("/stopping_criteria")
@needs(Right.READ, development=True, guest=True)
def stopping_criteria(session: SessionDep, caller: CallerDep, experiment_id: ExperimentId) -> StoppingCriteriaOut:
    """Whether to stop, and why: the budget is exceeded, or nothing better has come for long."""
    reasons = results.stopping_reasons(session, caller, experiment_id)
    return StoppingCriteriaOut(object="stopping_criteria", should_stop=bool(reasons), reasons=reasons)


@router.get("/best_practices")
@needs(Right.READ, development=True, guest=True)
def best_practices(session: SessionDep, caller: CallerDep, experiment_id: ExperimentId) -> BestPracticesOut:
    """What is unwise about the experiment or its use, in words."""
    return BestPracticesOut(object="best_practices", violations=results.remarks(session, caller, experiment_id))


@router.get("/metric_importances", responses=NOT_NOW)
@needs(Right.READ, development=True, guest=True)
def metric_importances(
    session: SessionDep, caller: CallerDep, experiment_id: ExperimentId
) -> Pagination[MetricImportancesOut]:
    """How much each parameter matters for each metric, by metric name, as computed last.

    422 until they were computed for the first time: the workers do so by themselves in an experiment with the
    optimizer, once it has five observations per parameter, and again when a tenth has come to them.
    """
    found = importances.of_experiment(session, caller, experiment_id)
    return Pagination.whole([MetricImportancesOut.of(of_metric) for of_metric in found])


@router.get("/importances", responses=NOT_NOW)
@needs(Right.READ, development=True, guest=True)
def importances_for_the_objective(
    session: SessionDep, caller: CallerDep, experiment_id: ExperimentId
) -> ImportancesOut:
    """How much each parameter matters for the one optimized metric: the older form of `metric_importances`."""
    found = importances.of_objective(session, caller, experiment_id)
    return ImportancesOut(object="importances", importances=found.of_parameters)


@router.put("/metric_importances")
@needs(Right.WRITE, development=True)
def compute_metric_importances(session: SessionDep, caller: CallerDep, experiment_id: ExperimentId) -> EmptyOut:
    """Have the importances computed from the present observations, in the background.

    422 for a development experiment, with conditionals, with a single parameter, and with fewer than five observations
    per parameter.
    """
    importances.request(session, caller, experiment_id)
    return EmptyOut()


@router.delete("/hyperparameters")
@needs(Right.WRITE, development=True)
def delete_hyperparameters(session: SessionDep, caller: CallerDep, experiment_id: ExperimentId) -> dict[str, str]:
    """Forget the fitted model and start again from the data."""
    results.forget_model(session, caller, experiment_id)
    return {}
