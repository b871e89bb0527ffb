"""The client for asyncio: the same as `blocking`, with ``await`` where that one waits."""

import asyncio
from collections.abc import AsyncIterator, Generator, Iterable, Sequence
from contextlib import aclosing
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
    """Carries out requests; may be shared by the tasks of one event loop."""

    def __init__(self, settings: Settings, retry: RetryPolicy) -> None:
        self.http = httpx.AsyncClient(**settings.http_options())
        self._retry = retry

    async def send(self, request: Request, *, into: AnyPath | None = None) -> Json:
        """The answer to `request`, after as many attempts as it takes; a file goes to the path `into`."""
        attempts = exchange(request, self._retry)
        try:
            attempt = next(attempts)
            while True:
                await asyncio.sleep(attempt.after_s)
                attempt = attempts.send(await self._attempt(attempt.request, into))
        except StopIteration as done:
            answer: Json = done.value
            return answer

    async def run(self, flow: Generator[Request, Json, ResultT]) -> ResultT:
        """Send what `flow` asks for until it returns."""
        try:
            request = next(flow)
            while True:
                request = flow.send(await self.send(request))
        except StopIteration as done:
            result: ResultT = done.value
            return result

    async def entries(self, request: Request | None) -> AsyncIterator[Json]:
        """The entries of a list, page by page."""
        while request is not None:
            page = await self.send(request)
            for entry in page["data"]:
                yield entry
            request = requests.next_page(request, page)

    async def _attempt(self, request: Request, into: AnyPath | None) -> Reply | Broken:
        try:
            if into is not None:
                return await self._fetch(request, into)
            return reply(await self.http.send(http_request(self.http, request)))
        except httpx.RequestError as error:
            return broken(self.http, error)

    async def _fetch(self, request: Request, into: AnyPath) -> Reply:
        async with aclosing(await self.http.send(http_request(self.http, request), stream=True)) as answer:
            if not answer.is_success:
                await answer.aread()
                return reply(answer)
            with arriving(into) as file:
                async for part in answer.aiter_bytes():
                    file.write(part)
            return Reply(answer.status_code)


class AsyncObservation(ObservationRecord[Connection]):
    """What came back from an evaluation; its attributes are those of `ObservationRecord`."""

    async def update(self, value: float | None = None, **changes: Unpack[Result]) -> Self:
        """As `Observation.update`."""
        request = requests.update_observation(self.experiment_id, self.id, value, changes)
        self._read(await self._connection.send(request))
        return self

    async def delete(self) -> None:
        """As `Observation.delete`."""
        await self._connection.send(requests.delete_observation(self.experiment_id, self.id))


class AsyncSuggestion(SuggestionRecord[Connection]):
    """A point to evaluate; its attributes are those of `SuggestionRecord`."""

    async def observe(self, value: float | None = None, **result: Unpack[Result]) -> AsyncObservation:
        """As `Suggestion.observe`."""
        observation = await self._connection.send(
            requests.observe(self.experiment_id, suggestion=self.id, value=value, **result)
        )
        self._read({**self.raw, "state": "closed"})
        return AsyncObservation(self._connection, observation)

    async def update(self, *, metadata: Metadata | None) -> Self:
        """As `Suggestion.update`."""
        self._read(await self._connection.send(requests.update_suggestion(self.experiment_id, self.id, metadata)))
        return self

    async def delete(self) -> None:
        """As `Suggestion.delete`."""
        await self._connection.send(requests.delete_suggestion(self.experiment_id, self.id))


class AsyncExperiment(ExperimentRecord[Connection]):
    """What is optimized, and how far it is; its attributes are those of `ExperimentRecord`."""

    async def refresh(self) -> Self:
        """As `Experiment.refresh`."""
        self._read(await self._connection.send(requests.experiment(self.id)))
        return self

    async def update(self, **changes: Unpack[ExperimentChanges]) -> Self:
        """As `Experiment.update`."""
        self._read(await self._connection.send(requests.update_experiment(self.id, changes)))
        return self

    async def delete(self) -> None:
        """As `Experiment.delete`."""
        await self._connection.send(requests.delete_experiment(self.id))
        self._read({**self.raw, "state": "deleted"})

    async def suggest(
        self, assignments: Assignments | None = None, *, metadata: Metadata | None = None
    ) -> AsyncSuggestion:
        """As `Experiment.suggest`."""
        return AsyncSuggestion(
            self._connection, await self._connection.send(requests.suggest(self.id, assignments, metadata))
        )

    async def loop(self, *, evaluations: int | None = None, resume: bool = False) -> AsyncIterator[AsyncSuggestion]:
        """As `Experiment.loop`."""
        loop = Loop(self, evaluations, resume)
        while (raw := await self._connection.run(loop.turn())) is not None:
            suggestion = AsyncSuggestion(self._connection, raw)
            loop.hand_out(suggestion)
            yield suggestion

    async def observe(
        self, assignments: Assignments, value: float | None = None, **result: Unpack[Result]
    ) -> AsyncObservation:
        """As `Experiment.observe`."""
        request = requests.observe(self.id, assignments=assignments, value=value, **result)
        return AsyncObservation(self._connection, await self._connection.send(request))

    async def observe_many(self, reports: Iterable[Report]) -> list[AsyncObservation]:
        """As `Experiment.observe_many`."""
        pages = [await self._connection.send(request) for request in requests.observe_many(self.id, reports)]
        return [AsyncObservation(self._connection, raw) for page in pages for raw in page["data"]]

    async def export_observations(self, path: AnyPath) -> None:
        """As `Experiment.export_observations`."""
        await self._connection.send(requests.export_observations(self.id, path), into=path)

    async def import_observations(self, path: AnyPath, *, dry_run: bool = False) -> int:
        """As `Experiment.import_observations`."""
        answer = await self._connection.send(requests.import_observations(self.id, path, dry_run=dry_run))
        return int(answer["observation_count"])

    async def observations(self) -> AsyncIterator[AsyncObservation]:
        """As `Experiment.observations`."""
        async for raw in self._connection.entries(requests.observations(self.id)):
            yield AsyncObservation(self._connection, raw)

    async def observation(self, observation_id: Id) -> AsyncObservation:
        """As `Experiment.observation`."""
        return AsyncObservation(
            self._connection, await self._connection.send(requests.observation(self.id, observation_id))
        )

    async def suggestions(self, *, state: Literal["open"] | None = None) -> AsyncIterator[AsyncSuggestion]:
        """As `Experiment.suggestions`."""
        async for raw in self._connection.entries(requests.suggestions(self.id, state)):
            yield AsyncSuggestion(self._connection, raw)

    async def suggestion(self, suggestion_id: Id) -> AsyncSuggestion:
        """As `Experiment.suggestion`."""
        return AsyncSuggestion(
            self._connection, await self._connection.send(requests.suggestion(self.id, suggestion_id))
        )

    async def analysis(self, kind: str, **options: Option) -> Analysis:
        """As `Experiment.analysis`."""
        return Analysis.from_json(await self._connection.send(requests.analysis(self.id, kind, options)))

    async def plot(self, kind: str, **options: Option) -> Plot:
        """As `Experiment.plot`."""
        return Plot.from_json(await self._connection.send(requests.plot(self.id, kind, options)))

    async def best_assignments(self) -> Sequence[BestAssignments]:
        """As `Experiment.best_assignments`."""
        return [
            BestAssignments.from_json(raw) async for raw in self._connection.entries(requests.best_assignments(self.id))
        ]


class AsyncClient:
    """The optimization service, for asyncio; arguments and errors as in `Client`.

    A client keeps its connections open: use it with ``async with``, or close it. The tasks of one event loop may share
    one.
    """

    def __init__(
        self,
        url: str | None = None,
        token: str | None = None,
        timeout_s: float = 150.0,
        retry_s: float = 60.0,
    ) -> None:
        self._connection = Connection(Settings.resolve(url, token, timeout_s), RetryPolicy(retry_s, timeout_s))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """As `Client.close`."""
        await self._connection.http.aclose()

    async def create_experiment(
        self,
        *,
        name: str,
        parameters: Sequence[AnyParameter],
        metric: AnyMetric | None = None,
        metrics: Sequence[AnyMetric] | None = None,
        observation_budget: int | None = None,
        parallel_bandwidth: int | None = None,
        metadata: Metadata | None = None,
    ) -> AsyncExperiment:
        """As `Client.create_experiment`."""
        request = requests.create_experiment(
            name, parameters, metrics, metric, observation_budget, parallel_bandwidth, metadata
        )
        return AsyncExperiment(self._connection, await self._connection.send(request))

    async def experiment(self, experiment_id: Id) -> AsyncExperiment:
        """As `Client.experiment`."""
        return AsyncExperiment(self._connection, await self._connection.send(requests.experiment(experiment_id)))

    async def experiments(
        self, *, state: Literal["active", "deleted", "all"] | None = None, search: str | None = None
    ) -> AsyncIterator[AsyncExperiment]:
        """As `Client.experiments`."""
        async for raw in self._connection.entries(requests.experiments(state, search)):
            yield AsyncExperiment(self._connection, raw)
