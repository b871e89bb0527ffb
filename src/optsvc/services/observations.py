"""Observations: taking results in, correcting them, and telling the workers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypedDict

from sqlalchemy import select
from sqlalchemy.orm import Session

from optsvc.domain.errors import InvalidObservation, InvalidRequest, NotFound, OptsvcError
from optsvc.domain.experiment import Definition
from optsvc.domain.metrics import Metric
from optsvc.domain.observation import MetricEvaluation
from optsvc.queueing.queues import refresh_after_commit
from optsvc.queueing.wakeups import changed_after_commit
from optsvc.services import access
from optsvc.services.access import Caller
from optsvc.services.snapshot import uses_model
from optsvc.services.suggestions import check_task, refuse_outside_runs
from optsvc.storage.definitions import definition_of
from optsvc.storage.experiments import ExperimentRepository
from optsvc.storage.models import Experiment, Observation, Suggestion, now
from optsvc.storage.models import MetricEvaluation as MetricEvaluationRow
from optsvc.storage.observations import ObservationRepository, ObservationSort
from optsvc.storage.pages import Page, PageQuery


@dataclass(frozen=True, slots=True)
class Report:
    """What a user says of one evaluation: its point (one of the first two), and its result (one of the next two)."""

    suggestion_id: int | None = None
    assignments: Mapping[str, object] | None = None
    values: Sequence[MetricEvaluation] = ()
    failed: bool = False
    task: str | None = None
    metadata: dict[str, Any] | None = field(default=None)


class ObservationChanges(TypedDict, total=False):
    """What may be corrected; an absent key leaves its field as it is, None clears it."""

    suggestion_id: int | None
    assignments: Mapping[str, object] | None
    values: Sequence[MetricEvaluation] | None
    keep_stddev: frozenset[str]
    failed: bool
    task: str | None
    metadata: dict[str, Any] | None


def create(
    session: Session,
    caller: Caller,
    experiment_id: int,
    reports: Sequence[Report],
    *,
    compute: bool = True,
    store: bool = True,
    for_run: bool = False,
) -> list[Observation]:
    """Store results, all or none, in the order given; close their suggestions; have the next suggestion computed.

    Args:
        session: The transaction to work in.
        caller: Who reports.
        experiment_id: The experiment.
        reports: The results.
        compute: Whether to compute the next suggestion from them now.
        store: Whether to store them, or only to see what would be stored.
        for_run: Whether they come from training runs, the only way to observe in an AI experiment.

    Raises:
        NotFound: The experiment is not there or not visible.
        InvalidRequest: The experiment is deleted, or a report is wrong; the message names its place among several.
        Forbidden: The experiment takes runs only.
    """
    experiment = access.active_experiment(session, caller, experiment_id)
    refuse_outside_runs(experiment, for_run=for_run)
    definition = definition_of(experiment)
    suggestions = suggestions_of(session, experiment, reports)
    created = []
    for index, report in enumerate(reports):
        try:
            created.append(described(experiment, definition, report, suggestions))
        except OptsvcError as error:
            if len(reports) > 1:
                raise type(error)(f"observations[{index}]: {error}") from error
            raise
    if not store:
        return created
    for suggestion in suggestions.values():
        suggestion.closed = True
    session.add_all(created)
    moved_on(session, experiment, compute=compute)
    session.flush()
    return created


def page(
    session: Session,
    caller: Caller,
    experiment_id: int,
    query: PageQuery,
    *,
    deleted: bool = False,
    sort: str = "id",
) -> Page[Observation]:
    """A page of observations, newest first, or sorted by what the contract calls `sort`.

    Raises:
        NotFound: The experiment is not there or not visible.
        InvalidRequest: There is nothing of this name to sort by.
    """
    experiment = access.experiment(session, caller, experiment_id)
    by = None if sort == "id" else _sort(sort, definition_of(experiment))
    return ObservationRepository(session, experiment).page(query, deleted=deleted, sort=by)


def get(session: Session, caller: Caller, experiment_id: int, observation_id: int) -> Observation:
    """One observation.

    Raises:
        NotFound: The experiment or the observation is not there, deleted, or not visible.
    """
    return _get(session, access.experiment(session, caller, experiment_id), observation_id)


def update(
    session: Session,
    caller: Caller,
    experiment_id: int,
    observation_id: int,
    changes: ObservationChanges,
    *,
    compute: bool = True,
) -> Observation:
    """Correct a result.

    Raises:
        NotFound: As in `get`.
        InvalidRequest: The experiment is deleted, or the corrected observation would contradict itself.
    """
    experiment = access.active_experiment(session, caller, experiment_id)
    definition = definition_of(experiment)
    observation = _get(session, experiment, observation_id)
    report = _corrected(definition, observation, changes)
    values = _values(experiment, definition, report)
    if report.suggestion_id is not None and report.suggestion_id != observation.suggestion_id:
        suggestion = _suggestion(experiment, report, suggestions_of(session, experiment, [report]))
        suggestion.closed = True
        observation.assignments, observation.task = suggestion.assignments, suggestion.task
    elif (given := changes.get("assignments")) is not None:
        observation.assignments = definition.space.validate(given)
    if report.suggestion_id is None:
        check_task(definition, report.task)
        observation.task = report.task
    observation.suggestion_id = report.suggestion_id
    observation.failed = report.failed
    if "values" in changes:
        observation.values.clear()
        session.flush()  # the old rows go before the new ones take their keys
        observation.values.extend(values)
    observation.user_metadata = report.metadata
    moved_on(session, experiment, compute=compute)
    return observation


def delete(session: Session, caller: Caller, experiment_id: int, observation_id: int, *, compute: bool = True) -> None:
    """Take one result out; bests and progress follow at once. Its suggestion stays closed.

    Raises:
        NotFound: As in `get`.
    """
    experiment = access.experiment(session, caller, experiment_id, lock=True)
    _get(session, experiment, observation_id).deleted = True
    moved_on(session, experiment, compute=compute)


def delete_all(session: Session, caller: Caller, experiment_id: int) -> None:
    """Take all results out, and with them what was learned from them."""
    experiment = access.experiment(session, caller, experiment_id, lock=True)
    ObservationRepository(session, experiment).delete_all()
    experiment.engine_state = None
    moved_on(session, experiment, compute=True)


def _get(session: Session, experiment: Experiment, observation_id: int) -> Observation:
    observation = ObservationRepository(session, experiment).get(observation_id)
    if observation is None:
        raise NotFound(f"no observation with id {observation_id} in experiment {experiment.id}")
    return observation


def moved_on(session: Session, experiment: Experiment, *, compute: bool) -> None:
    """Record that the results of an experiment have changed; have the next suggestion computed if wanted."""
    compute = compute and uses_model(experiment)
    repository = ExperimentRepository(session)
    repository.data_moved_on(experiment, compute=compute)
    repository.touch(experiment)
    changed_after_commit(session, experiment.id, experiment.client_id)
    if compute:
        refresh_after_commit(session, experiment.id)


def _sort(sort: str, definition: Definition) -> ObservationSort:
    kind, _, name = sort.partition("-")
    if kind in ("timestamp", "task") and not name:
        return ObservationSort("timestamp" if kind == "timestamp" else "task")
    if kind in ("value", "value_stddev"):
        for metric in definition.metrics:
            if metric.name == name or "-" not in sort:
                return ObservationSort("value" if kind == "value" else "stddev", metric=metric.name)
    if kind == "parameter":
        for parameter in definition.space.parameters:
            if parameter.name == name:
                return ObservationSort("parameter", parameter=parameter)
    raise InvalidRequest(
        f"sort: cannot sort by {sort!r}: use id, timestamp, task, value-METRIC, value_stddev-METRIC or "
        "parameter-PARAMETER"
    )


def suggestions_of(session: Session, experiment: Experiment, reports: Sequence[Report]) -> dict[int, Suggestion]:
    """The suggestions that the reports refer to, by id, as far as they exist in this experiment."""
    ids = [report.suggestion_id for report in reports if report.suggestion_id is not None]
    rows = session.scalars(
        select(Suggestion).where(Suggestion.id.in_(ids), Suggestion.experiment_id == experiment.id, ~Suggestion.deleted)
    )
    return {suggestion.id: suggestion for suggestion in rows}


def _suggestion(experiment: Experiment, report: Report, suggestions: Mapping[int, Suggestion]) -> Suggestion:
    suggestion = suggestions.get(report.suggestion_id or 0)
    if suggestion is None:
        raise InvalidObservation(
            f"suggestion: experiment {experiment.id} has no suggestion with id {report.suggestion_id}"
        )
    return suggestion


def described(
    experiment: Experiment, definition: Definition, report: Report, suggestions: Mapping[int, Suggestion]
) -> Observation:
    """The observation that a report describes, not stored yet.

    Raises:
        InvalidRequest: It breaks a rule.
    """
    values = _values(experiment, definition, report)
    match report.suggestion_id, report.assignments:
        case int(), None:
            suggestion = _suggestion(experiment, report, suggestions)
            if report.task is not None:
                raise InvalidObservation("task: not allowed with suggestion, which has its own")
            assignments, task = suggestion.assignments, suggestion.task
        case None, given if given is not None:
            assignments, task = definition.space.validate(given), report.task
            check_task(definition, task)
        case _:
            raise InvalidObservation("an observation needs exactly one of suggestion and assignments")
    return Observation(
        experiment_id=experiment.id,
        suggestion_id=report.suggestion_id,
        assignments=assignments,
        task=task,
        failed=report.failed,
        user_metadata=report.metadata,
        values=values,
        created=now(),
    )


def _values(experiment: Experiment, definition: Definition, report: Report) -> list[MetricEvaluationRow]:
    """Exactly one value per metric, or none for a failure."""
    if report.failed:
        if report.values:
            raise InvalidObservation("a failed observation has no values: leave out values or failed")
        return []
    metrics = definition.metrics
    if len(report.values) != len(metrics):
        raise InvalidObservation(
            f"the number of values and of metrics must be equal: got {len(report.values)} values, the experiment has "
            f"{len(metrics)} (or send failed: true)"
        )
    named = {_metric_of(evaluation, metrics).name or "": evaluation for evaluation in report.values}
    if len(named) != len(metrics):
        raise InvalidObservation("values name a metric twice")
    return [
        MetricEvaluationRow(metric=name, experiment_id=experiment.id, value=given.value, stddev=given.stddev)
        for name, given in sorted(named.items())
    ]


def _metric_of(evaluation: MetricEvaluation, metrics: Sequence[Metric]) -> Metric:
    if not evaluation.name and len(metrics) == 1:
        return metrics[0]
    for metric in metrics:
        if metric.name == evaluation.name:
            return metric
    known = ", ".join(f'"{metric.name}"' for metric in metrics if metric.name) or "one metric without a name"
    raise InvalidObservation(f'values name the metric "{evaluation.name}"; the experiment has {known}')


def _corrected(definition: Definition, observation: Observation, changes: ObservationChanges) -> Report:
    """The whole observation as it would be after the changes.

    Raises:
        InvalidObservation: The changes leave its point or its result unclear.
    """
    suggestion_id = changes.get("suggestion_id", observation.suggestion_id)
    assignments = changes.get("assignments")
    if suggestion_id is not None and assignments is not None:
        raise InvalidObservation(
            "suggestion and assignments exclude each other: set the one that is to go to null in the same request"
        )
    if suggestion_id is not None and observation.suggestion_id is None and "assignments" not in changes:
        raise InvalidObservation("to give this observation a suggestion, set its assignments to null with it")
    if suggestion_id is None and assignments is None:
        if observation.suggestion_id is not None or changes.get("assignments", observation.assignments) is None:
            raise InvalidObservation("an observation needs a suggestion or assignments: give the one it is to have")
        assignments = observation.assignments
    task = changes.get("task", observation.task)
    if suggestion_id is not None and changes.get("task") is not None:
        raise InvalidObservation("task: not allowed with suggestion, which has its own")
    if definition.tasks and suggestion_id is None and observation.suggestion_id is not None and "task" not in changes:
        raise InvalidObservation("task: needed with the assignments that replace the suggestion")
    if ("failed" in changes) != ("values" in changes) and changes.get(
        "failed", observation.failed
    ) != observation.failed:
        raise InvalidObservation("failed and values must change together: send both")
    values: Sequence[MetricEvaluation] = changes.get("values", _present_values(observation)) or ()
    if observation.failed and values and changes.get("failed", True):
        raise InvalidObservation("this observation failed: send failed: false together with its values")
    keep = changes.get("keep_stddev", frozenset())
    old = {row.metric: row.stddev for row in observation.values}
    only = definition.metrics[0].name or "" if len(definition.metrics) == 1 else None
    return Report(
        suggestion_id=suggestion_id,
        assignments=assignments,
        values=[
            MetricEvaluation(v.name, v.value, old.get(v.name or only or "") if (v.name or "") in keep else v.stddev)
            for v in values
        ],
        failed=changes.get("failed", observation.failed),
        task=task,
        metadata=changes.get("metadata", observation.user_metadata),
    )


def _present_values(observation: Observation) -> list[MetricEvaluation]:
    return [MetricEvaluation(row.metric or None, row.value, row.stddev) for row in observation.values]
