"""The client for ordinary programs: carries out what `requests`, `loop` and `exchange` beside it decide."""

import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from types import TracebackType
from typing import Literal, Self, TypeVar, Unpack

import httpx

from optsvc.client import requests
from optsvc.client.exchange import Broken, Json, Reply, Request, RetryPolicy, exchange
from optsvc.client.files import AnyPath, arriving
from optsvc.client.loop import Loop
from optsvc.client.parameters import AnyMetric, AnyParameter
from optsvc.client.plots import Plot
from optsvc.client.records import (
    Analysis,
    Assignments,
    BestAssignments,
    ExperimentRecord,
    Metadata,
    ObservationRecord,
    SuggestionRecord,
)
from optsvc.client.requests import ExperimentChanges, Id, Option, Report, Result
from optsvc.client.settings import Settings, broken, http_request, reply

ResultT = TypeVar("ResultT")


class Connection:
    """Carries out requests; may be shared by threads."""

    def __init__(self, settings: Settings, retry: RetryPolicy) -> None:
        self.http = httpx.Client(**settings.http_options())
        self._retry = retry

    def send(self, request: Request, *, into: AnyPath | None = None) -> Json:
        """The answer to `request`, after as many attempts as it takes; a file goes to the path `into`."""
        attempts = exchange(request, self._retry)
        try:
            attempt = next(attempts)
            while True:
                time.sleep(attempt.after_s)
                attempt = attempts.send(self._attempt(attempt.request, into))
        except StopIteration as done:
            answer: Json = done.value
            return answer

    def run(self, flow: Generator[Request, Json, ResultT]) -> ResultT:
        """Send what `flow` asks for until it returns."""
        try:
            request = next(flow)
            while True:
                request = flow.send(self.send(request))
        except StopIteration as done:
            result: ResultT = done.value
            return result

    def entries(self, request: Request | None) -> Iterator[Json]:
        """The entries of a list, page by page."""
        while request is not None:
            page = self.send(request)
            yield from page["data"]
            request = requests.next_page(request, page)

    def _attempt(self, request: Request, into: AnyPath | None) -> Reply | Broken:
        try:
            if into is not None:
                return self._fetch(request, into)
            return reply(self.http.send(http_request(self.http, request)))
        except httpx.RequestError as error:
            return broken(self.http, error)

    def _fetch(self, request: Request, into: AnyPath) -> Reply:
        with closing(self.http.send(http_request(self.http, request), stream=True)) as answer:
            if not answer.is_success:
                answer.read()
                return reply(answer)
            with arriving(into) as file:
                for part in answer.iter_bytes():
                    file.write(part)
            return Reply(answer.status_code)


class Observation(ObservationRecord[Connection]):
    """What came back from an evaluation; its attributes are those of `ObservationRecord`."""

    def update(self, value: float | None = None, **changes: Unpack[Result]) -> Self:
        """Correct the result, the metadata or both; arguments as in `Suggestion.observe`."""
        request = requests.update_observation(self.experiment_id, self.id, value, changes)
        self._read(self._connection.send(request))
        return self

    def delete(self) -> None:
        """Delete it: it no longer counts for anything."""
        self._connection.send(requests.delete_observation(self.experiment_id, self.id))


class Suggestion(SuggestionRecord[Connection]):
    """A point to evaluate; its attributes are those of `SuggestionRecord`."""

    def observe(self, value: float | None = None, **result: Unpack[Result]) -> Observation:
        """Report what came back: exactly one of `value`, `values` and ``failed=True``.

        Args:
            value: Of the only metric.
            **result: ``stddev``, the standard deviation of `value` as a measurement. ``values``, for several
                metrics: a mapping of name to value, or the API's objects with ``name``, ``value`` and
                ``value_stddev``. ``failed=True`` if the point could not be evaluated: the optimizer learns to
                stay away. ``metadata``, notes of your own.

        Raises:
            UsageError: Not exactly one of the three, or a value is not finite.
        """
        observation = self._connection.send(
            requests.observe(self.experiment_id, suggestion=self.id, value=value, **result)
        )
        self._read({**self.raw, "state": "closed"})
        return Observation(self._connection, observation)

    def update(self, *, metadata: Metadata | None) -> Self:
        """Replace the metadata; None clears it."""
        self._read(self._connection.send(requests.update_suggestion(self.experiment_id, self.id, metadata)))
        return self

    def delete(self) -> None:
        """Delete it: it no longer counts as being evaluated."""
        self._connection.send(requests.delete_suggestion(self.experiment_id, self.id))


class Experiment(ExperimentRecord[Connection]):
    """What is optimized, and how far it is; its attributes are those of `ExperimentRecord`."""

    def refresh(self) -> Self:
        """Read it again, in place."""
        self._read(self._connection.send(requests.experiment(self.id)))
        return self

    def update(self, **changes: Unpack[ExperimentChanges]) -> Self:
        """Change the given keys; what is left out stays, None clears where that is possible.

        Args:
            **changes: ``name``, ``state``, ``parameters`` and ``metrics`` (complete lists both),
                ``observation_budget``, ``parallel_bandwidth``, ``metadata``.
        """
        self._read(self._connection.send(requests.update_experiment(self.id, changes)))
        return self

    def delete(self) -> None:
        """Delete it; it stays readable, and ``update(state="active")`` brings it back."""
        self._connection.send(requests.delete_experiment(self.id))
        self._read({**self.raw, "state": "deleted"})

    def suggest(self, assignments: Assignments | None = None, *, metadata: Metadata | None = None) -> Suggestion:
        """Ask for the next point to evaluate.

        Args:
            assignments: A point of your own to make the suggestion from, instead of the optimizer's.
            metadata: Notes of your own.
        """
        return Suggestion(self._connection, self._connection.send(requests.suggest(self.id, assignments, metadata)))

    def loop(self, *, evaluations: int | None = None, resume: bool = False) -> Iterator[Suggestion]:
        """Suggestions to evaluate and report, one after the other, until the observation budget is consumed.

        Threads, processes and machines may loop over the same experiment at once and share its budget:
        suggestions that are open anywhere count as if they were reported. k loops overshoot the budget by k - 1
        at most, and only when they ask in the same instant.

        An exception in the loop's body ends the loop and leaves its suggestion open. So does ``break``. To go
        on after an evaluation that failed, catch its exception and call ``suggestion.observe(failed=True)``.

        Args:
            evaluations: End after this many, even if the budget allows more. Needed if there is no budget.
            resume: First hand out what is open already, oldest first: for a program that was interrupted and
                starts again. Not beside another loop, whose open suggestions would be evaluated twice.

        Raises:
            UsageError: There is neither a budget nor `evaluations`; or a suggestion was neither reported nor
                deleted before the next turn.
        """
        loop = Loop(self, evaluations, resume)
        while (raw := self._connection.run(loop.turn())) is not None:
            suggestion = Suggestion(self._connection, raw)
            loop.hand_out(suggestion)
            yield suggestion

    def observe(self, assignments: Assignments, value: float | None = None, **result: Unpack[Result]) -> Observation:
        """Report a point of your own; arguments as in `Suggestion.observe`."""
        request = requests.observe(self.id, assignments=assignments, value=value, **result)
        return Observation(self._connection, self._connection.send(request))

    def observe_many(self, reports: Iterable[Report]) -> list[Observation]:
        """Report many observations at once.

        Args:
            reports: For each the arguments of `observe` as a dictionary, or with ``suggestion``, the id of
                one, in place of ``assignments``. Each 2500 are stored together or not at all.
        """
        pages = [self._connection.send(request) for request in requests.observe_many(self.id, reports)]
        return [Observation(self._connection, raw) for page in pages for raw in page["data"]]

    def export_observations(self, path: AnyPath) -> None:
        """Write all observations to a file, oldest first: CSV if it ends with ``.csv``, JSON lines if with ``.ndjson``.

        A file that is there is replaced once the new one is complete.

        Raises:
            UsageError: The name of the file has another ending.
        """
        self._connection.send(requests.export_observations(self.id, path), into=path)

    def import_observations(self, path: AnyPath, *, dry_run: bool = False) -> int:
        """Report the past results in a file, all or none; answers how many.

        Args:
            path: A file of the format that `export_observations` writes.
            dry_run: Only check it.

        Raises:
            UsageError: The name of the file has another ending.
            BadRequest: Rows are wrong; the message names the first ones with their lines.
        """
        answer = self._connection.send(requests.import_observations(self.id, path, dry_run=dry_run))
        return int(answer["observation_count"])

    def observations(self) -> Iterator[Observation]:
        """All observations, newest first."""
        for raw in self._connection.entries(requests.observations(self.id)):
            yield Observation(self._connection, raw)

    def observation(self, observation_id: Id) -> Observation:
        """One observation."""
        return Observation(self._connection, self._connection.send(requests.observation(self.id, observation_id)))

    def suggestions(self, *, state: Literal["open"] | None = None) -> Iterator[Suggestion]:
        """All suggestions, or only those not yet observed; newest first."""
        for raw in self._connection.entries(requests.suggestions(self.id, state)):
            yield Suggestion(self._connection, raw)

    def suggestion(self, suggestion_id: Id) -> Suggestion:
        """One suggestion."""
        return Suggestion(self._connection, self._connection.send(requests.suggestion(self.id, suggestion_id)))

    def analysis(self, kind: str, **options: Option) -> Analysis:
        """What the service has learnt from the observations, computed from the present ones unless it is already.

        Args:
            kind: Such as ``"importances"``; ``GET /v1/experiments/ID/analyses`` lists them with their options.
            **options: Of the kind, such as ``metric="accuracy"``. ``stale=True`` takes what was computed last, from
                older data if need be, if anything was.

        Raises:
            NotFound: There is no such analysis.
            BadRequest: An option is wrong.
            Unprocessable: It cannot be had of this experiment, or not from the present observations.
            NotReady: It was not there within the client's `timeout_s`; ask again later.
        """
        return Analysis.from_json(self._connection.send(requests.analysis(self.id, kind, options)))

    def plot(self, kind: str, **options: Option) -> Plot:
        """A chart; what it needs is computed now if it is not there yet. In a notebook, it shows itself.

        Args:
            kind: ``"history"``, ``"pareto"``, ``"importances"``…; `GET …/plots` lists all with their options.
            **options: Of the kind, such as ``metric="accuracy"``, and of all of them ``theme="dark"``. With
                ``complete=True`` what only adds to the chart is waited for, too; with ``stale=True`` analyses of older
                data will do.

        Raises:
            NotFound: There is no such chart.
            BadRequest: An option is wrong.
            Unprocessable: It cannot be had of this experiment, or not from the present observations.
            NotReady: It was not there within the client's `timeout_s`; ask again later.
        """
        return Plot.from_json(self._connection.send(requests.plot(self.id, kind, options)))

    def best_assignments(self) -> Sequence[BestAssignments]:
        """The best points so far: one for one metric, the Pareto front for several, none before a result."""
        return [BestAssignments.from_json(raw) for raw in self._connection.entries(requests.best_assignments(self.id))]


class Client:
    """The optimization service.

    A client keeps its connections open: use it as a context manager, or close it. Threads may share one.

    Args:
        url: Address of the service; by default ``OPTSVC_URL`` of the environment, else ``http://127.0.0.1:8000``.
        token: API token; by default ``OPTSVC_TOKEN`` of the environment.
        timeout_s: Longest wait for an answer, and for what is to be computed first, in seconds.
        retry_s: How long to go on trying after a failure that may pass, in seconds: a broken connection, no
            answer in time, 429, 502, 503 and 504. No request takes effect twice.

    Raises:
        UsageError: There is no token, or the address cannot be one.
    """

    def __init__(
        self,
        url: str | None = None,
        token: str | None = None,
        timeout_s: float = 150.0,
        retry_s: float = 60.0,
    ) -> None:
        self._connection = Connection(Settings.resolve(url, token, timeout_s), RetryPolicy(retry_s, timeout_s))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._connection.http.close()

    def create_experiment(
        self,
        *,
        name: str,
        parameters: Sequence[AnyParameter],
        metric: AnyMetric | None = None,
        metrics: Sequence[AnyMetric] | None = None,
        observation_budget: int | None = None,
        parallel_bandwidth: int | None = None,
        metadata: Metadata | None = None,
    ) -> Experiment:
        """Create an experiment.

        Args:
            name: For people.
            parameters: `Double`, `Int`, `Categorical`, or the API's objects.
            metric: The only metric: a `Metric`, the API's object, or the name of a metric to maximize.
            metrics: In place of `metric`, if there are several.
            observation_budget: How many observations you plan to make.
            parallel_bandwidth: How many evaluations you plan to run at the same time.
            metadata: Notes of your own.
        """
        request = requests.create_experiment(
            name, parameters, metrics, metric, observation_budget, parallel_bandwidth, metadata
        )
        return Experiment(self._connection, self._connection.send(request))

    def experiment(self, experiment_id: Id) -> Experiment:
        """One experiment."""
        return Experiment(self._connection, self._connection.send(requests.experiment(experiment_id)))

    def experiments(
        self, *, state: Literal["active", "deleted", "all"] | None = None, search: str | None = None
    ) -> Iterator[Experiment]:
        """All experiments that are not deleted, newest first.

        Args:
            state: Others than the active ones.
            search: Part of the name.
        """
        for raw in self._connection.entries(requests.experiments(state, search)):
            yield Experiment(self._connection, raw)
