"""Every request that the client makes, and what is checked before it is sent."""

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypedDict, Unpack
from urllib.parse import quote

from optsvc.client.errors import UsageError
from optsvc.client.exchange import Json, Request
from optsvc.client.files import CONTENT_TYPES, AnyPath, format_of
from optsvc.client.parameters import AnyMetric, AnyParameter, metric_json, parameter_json
from optsvc.client.records import Assignments, Metadata

Id: TypeAlias = str | int
Values: TypeAlias = Mapping[str, float] | Sequence[Mapping[str, Any]]
"""Values of several metrics by name, or as the API's objects: ``name``, ``value``, ``value_stddev``."""

Option: TypeAlias = str | int | float | Sequence[str] | None
"""An option of an analysis or a plot; a truth value is an `int`."""

LARGEST_BATCH = 2500
"""Most observations that the service takes in one request."""


class Result(TypedDict, total=False):
    """What can be said about an evaluation besides the value of its only metric."""

    stddev: float | None
    values: Values | None
    failed: bool
    metadata: Metadata | None


class Report(Result, total=False):
    """An observation to report: ``suggestion`` or ``assignments``, and what came of it."""

    suggestion: Id
    assignments: Assignments
    value: float | None


class ExperimentChanges(TypedDict, total=False):
    """What can be changed in an experiment; what is left out stays, None clears where that is possible."""

    name: str
    state: Literal["active", "deleted"]
    parameters: Sequence[AnyParameter]
    metrics: Sequence[AnyMetric]
    observation_budget: int
    parallel_bandwidth: int | None
    metadata: Metadata | None


def create_experiment(
    name: str,
    parameters: Sequence[AnyParameter],
    metrics: Sequence[AnyMetric] | None,
    metric: AnyMetric | None,
    observation_budget: int | None,
    parallel_bandwidth: int | None,
    metadata: Metadata | None,
) -> Request:
    """Create an experiment."""
    if metric is not None and metrics is not None:
        raise UsageError("give either metric or metrics, not both")
    all_metrics = metrics if metric is None else [metric]
    body = {
        "name": name,
        "parameters": [parameter_json(parameter) for parameter in parameters],
        "metrics": None if all_metrics is None else [metric_json(each) for each in all_metrics],
        "observation_budget": observation_budget,
        "parallel_bandwidth": parallel_bandwidth,
        "metadata": metadata,
    }
    return Request("POST", "/v1/experiments", body={key: value for key, value in body.items() if value is not None})


def experiments(state: str | None, search: str | None) -> Request:
    """List experiments, newest first."""
    return Request("GET", "/v1/experiments", {"state": state, "search": search})


def experiment(experiment_id: Id) -> Request:
    """Read an experiment."""
    return Request("GET", _path(experiment_id))


def update_experiment(experiment_id: Id, changes: ExperimentChanges) -> Request:
    """Change the given keys of an experiment."""
    body: Json = dict(changes)
    if "parameters" in changes:
        body["parameters"] = [parameter_json(parameter) for parameter in changes["parameters"]]
    if "metrics" in changes:
        body["metrics"] = [metric_json(metric) for metric in changes["metrics"]]
    return Request("PUT", _path(experiment_id), body=body)


def delete_experiment(experiment_id: Id) -> Request:
    """Delete an experiment; it stays readable and can be brought back."""
    return Request("DELETE", _path(experiment_id))


def best_assignments(experiment_id: Id) -> Request:
    """Read the best points so far."""
    return Request("GET", _path(experiment_id, "best_assignments"))


def analysis(experiment_id: Id, kind: str, options: Mapping[str, Option]) -> Request:
    """Ask for an analysis; options with the value None are left out."""
    params = {name: _option(value) for name, value in options.items()}
    return Request("GET", _path(experiment_id, "analyses", kind), params)


def plot(experiment_id: Id, kind: str, options: Mapping[str, Option]) -> Request:
    """Ask for a chart; options with the value None are left out."""
    params = {name: _option(value) for name, value in options.items()}
    return Request("GET", _path(experiment_id, "plots", kind), params)


def suggest(experiment_id: Id, assignments: Assignments | None = None, metadata: Metadata | None = None) -> Request:
    """Ask for a suggestion, or make one with the given values."""
    body = {"assignments": assignments, "metadata": metadata}
    given = {key: value for key, value in body.items() if value is not None}
    return Request("POST", _path(experiment_id, "suggestions"), body=given)


def suggestions(
    experiment_id: Id, state: str | None = None, only: Id | None = None, limit: int | None = None
) -> Request:
    """List suggestions, newest first.

    Args:
        experiment_id: Of the experiment.
        state: ``"open"`` for those not yet observed, None for all.
        only: The id of the one to list.
        limit: Most to list in a page; the answer counts all of them even so.
    """
    return Request("GET", _path(experiment_id, "suggestions"), {"state": state, "id": only, "limit": limit})


def suggestion(experiment_id: Id, suggestion_id: Id) -> Request:
    """Read a suggestion."""
    return Request("GET", _path(experiment_id, "suggestions", suggestion_id))


def update_suggestion(experiment_id: Id, suggestion_id: Id, metadata: Metadata | None) -> Request:
    """Replace the metadata of a suggestion."""
    return Request("PUT", _path(experiment_id, "suggestions", suggestion_id), body={"metadata": metadata})


def delete_suggestion(experiment_id: Id, suggestion_id: Id) -> Request:
    """Delete a suggestion: it no longer counts as being evaluated."""
    return Request("DELETE", _path(experiment_id, "suggestions", suggestion_id))


def observe(experiment_id: Id, **report: Unpack[Report]) -> Request:
    """Report an observation."""
    return Request("POST", _path(experiment_id, "observations"), body=_observation(report))


def observe_many(experiment_id: Id, reports: Iterable[Report]) -> Iterator[Request]:
    """Report any number of observations, in as few requests as the service allows.

    All are checked before the first request is made.
    """
    bodies = [_observation(report) for report in reports]
    return (
        Request(
            "POST",
            _path(experiment_id, "observations", "batch"),
            body={"observations": bodies[start : start + LARGEST_BATCH]},
        )
        for start in range(0, len(bodies), LARGEST_BATCH)
    )


def observations(experiment_id: Id) -> Request:
    """List observations, newest first."""
    return Request("GET", _path(experiment_id, "observations"))


def export_observations(experiment_id: Id, path: AnyPath) -> Request:
    """Fetch the file of all observations, in the format that `path` ends with."""
    return Request("GET", _path(experiment_id, "observations", "export"), {"format": format_of(path)})


def import_observations(experiment_id: Id, path: AnyPath, *, dry_run: bool) -> Request:
    """Send the file at `path`."""
    kind = format_of(path)
    return Request(
        "POST",
        _path(experiment_id, "observations", "import"),
        {"format": kind, "dry_run": "true" if dry_run else None},
        body=Path(path).read_bytes(),
        content_type=CONTENT_TYPES[kind],
    )


def observation(experiment_id: Id, observation_id: Id) -> Request:
    """Read an observation."""
    return Request("GET", _path(experiment_id, "observations", observation_id))


def update_observation(experiment_id: Id, observation_id: Id, value: float | None, changes: Result) -> Request:
    """Replace the result of an observation, its metadata, or both."""
    is_new_result = value is not None or not changes.keys() <= {"metadata"}
    body = _result(value, changes) if is_new_result else {}
    if "metadata" in changes:
        body["metadata"] = changes["metadata"]
    return Request("PUT", _path(experiment_id, "observations", observation_id), body=body)


def delete_observation(experiment_id: Id, observation_id: Id) -> Request:
    """Delete an observation: it no longer counts for anything."""
    return Request("DELETE", _path(experiment_id, "observations", observation_id))


def next_page(request: Request, page: Json) -> Request | None:
    """The request for what follows `page`, which answered `request`; None if nothing does."""
    before = page["paging"]["before"]
    return None if before is None else replace(request, params={**request.params, "before": before})


def _path(experiment_id: Id, *parts: Id) -> str:
    return "/".join(["/v1/experiments", *(quote(str(part), safe="") for part in (experiment_id, *parts))])


def _option(value: Option) -> str | int | float | None:
    """An option as a query has it."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(list(value)) if isinstance(value, Sequence) else value


def _observation(report: Report) -> Json:
    if ("suggestion" in report) == ("assignments" in report):
        raise UsageError("an observation needs either suggestion or assignments")
    subject: Json = {key: report[key] for key in ("suggestion", "assignments") if key in report}
    metadata = {"metadata": report["metadata"]} if report.get("metadata") is not None else {}
    return {**subject, **_result(report.get("value"), report), **metadata}


def _result(value: float | None, result: Result) -> Json:
    values, stddev, failed = result.get("values"), result.get("stddev"), result.get("failed", False)
    if (value is not None) + (values is not None) + failed != 1:
        raise UsageError("report exactly one of value, values or failed=True")
    if stddev is not None and value is None:
        raise UsageError("stddev belongs to value; with values, give each its own value_stddev")
    if value is not None:
        return {"failed": False, "values": [_evaluation(value, stddev)]}
    if values is None:
        return {"failed": True, "values": None}
    if isinstance(values, Mapping):
        return {
            "failed": False,
            "values": [{"name": name, **_evaluation(each, None)} for name, each in values.items()],
        }
    return {
        "failed": False,
        "values": [{**each, **_evaluation(each["value"], each.get("value_stddev"))} for each in values],
    }


def _evaluation(value: float, stddev: float | None) -> Json:
    # An unknown deviation is null and not left out: in an update that would keep the old measurement's.
    return {"value": _finite(value), "value_stddev": None if stddev is None else _finite(stddev)}


def _finite(number: float) -> float:
    if not math.isfinite(number):
        raise UsageError(f"{number} is not a finite number: report an evaluation that diverged with failed=True")
    return float(number)
