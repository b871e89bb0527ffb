"""The client against the running service, with a real worker behind it."""

import asyncio
import itertools
import multiprocessing
import socket
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from optsvc import AsyncClient, Categorical, Client, Double, Int, Metric
from optsvc.client import BadRequest, Experiment, Forbidden, NotFound, Suggestion, UsageError, plots
from tests.support import patient

SPACE = [Double("sugar", 0.1, 10, log=True), Int("eggs", 1, 6), Categorical("oven", ["gas", "electric"])]
CAKE = {"sugar": 1.0, "eggs": 3, "oven": "gas"}


@pytest.fixture(scope="module", autouse=True)
def computing(worker: subprocess.Popen[bytes]) -> subprocess.Popen[bytes]:
    """A worker; without one every suggestion would wait for its deadline."""
    return worker


@pytest.fixture
def client(server_url: str, token: str) -> Iterator[Client]:
    with Client(server_url, token) as client:
        yield client


@pytest.fixture
def experiment(client: Client) -> Experiment:
    return client.create_experiment(
        name="Cake",
        parameters=SPACE,
        metric=Metric("taste"),
        observation_budget=6,
        parallel_bandwidth=2,
        metadata={"kitchen": "north", "shelf": 3},
    )


def taste(suggestion: Suggestion) -> float:
    return -abs(suggestion.assignments["sugar"] - 1) - abs(suggestion.assignments["eggs"] - 4)


def test_an_experiment_comes_back_as_it_was_described(client, experiment):
    again = client.experiment(experiment.id)

    assert again.raw == experiment.raw
    assert (again.name, again.state, again.observation_budget, again.parallel_bandwidth) == ("Cake", "active", 6, 2)
    assert [parameter["name"] for parameter in again.parameters] == ["eggs", "oven", "sugar"]
    assert [metric["name"] for metric in again.metrics] == ["taste"]
    assert again.metadata == {"kitchen": "north", "shelf": 3}
    assert (again.progress.observation_count, again.progress.budget_consumed) == (0, 0.0)


def test_a_loop_is_the_whole_of_a_tuning_job(experiment):
    for suggestion in experiment.loop():
        suggestion.observe(taste(suggestion))

    assert experiment.progress.observation_count == 6
    observations = list(experiment.observations())
    [best] = experiment.best_assignments()
    assert best.value == max(observation.value for observation in observations)
    assert best.observation_id in {observation.id for observation in observations}


def test_a_loop_goes_on_after_a_failure_that_is_reported(experiment):
    for suggestion in experiment.loop(evaluations=3):
        if suggestion.assignments["oven"] == "gas":
            suggestion.observe(1.0)
        else:
            suggestion.observe(failed=True)

    assert len(list(experiment.observations())) == 3


def test_an_exception_in_a_loop_comes_through_and_leaves_the_suggestion_open(experiment):
    def diverging_job() -> None:
        for suggestion in experiment.loop():
            raise ArithmeticError(suggestion.id)

    with pytest.raises(ArithmeticError):
        diverging_job()

    assert len(list(experiment.suggestions(state="open"))) == 1


def test_an_interrupted_job_is_taken_up_again(experiment):
    interrupted = next(experiment.loop())

    resumed = []
    for suggestion in experiment.loop(resume=True):
        suggestion.observe(taste(suggestion))
        resumed.append(suggestion.id)

    assert resumed[0] == interrupted.id
    assert experiment.refresh().progress.observation_count == 6
    assert not list(experiment.suggestions(state="open"))


def test_a_loop_asks_for_a_report_before_the_next_turn(experiment):
    with pytest.raises(UsageError, match="was not reported"):
        for _ in experiment.loop():
            pass


def test_a_suggestion_of_a_loop_may_be_deleted_or_reported_by_its_id(experiment):
    for turn, suggestion in enumerate(experiment.loop(evaluations=3)):
        if turn == 0:
            suggestion.delete()
        elif turn == 1:
            experiment.observe_many([{"suggestion": suggestion.id, "value": 1.0}])
        else:
            experiment.suggestion(suggestion.id).observe(1.0)

    assert experiment.refresh().progress.observation_count == 2


def test_a_loop_without_a_budget_needs_a_number(client):
    experiment = client.create_experiment(name="Open end", parameters=SPACE, metric="taste")

    with pytest.raises(UsageError, match="observation_budget"):
        next(experiment.loop())
    assert next(experiment.loop(evaluations=1)).state == "open"


def test_threads_share_the_budget_of_one_experiment(client, experiment):
    experiment.update(observation_budget=8)
    evaluated: list[str] = []

    def work() -> None:
        for suggestion in client.experiment(experiment.id).loop():
            suggestion.observe(taste(suggestion))
            evaluated.append(suggestion.id)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 8 <= len(evaluated) <= 8 + len(threads) - 1
    assert len(set(evaluated)) == len(evaluated)
    assert experiment.refresh().progress.observation_count == len(evaluated)


def loop_in_a_process(url: str, token: str, experiment_id: str) -> None:
    with Client(url, token) as client:
        for suggestion in client.experiment(experiment_id).loop():
            suggestion.observe(taste(suggestion))


def test_processes_share_the_budget_of_one_experiment(server_url, token, experiment):
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=loop_in_a_process, args=(server_url, token, experiment.id)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()

    assert [process.exitcode for process in processes] == [0, 0]
    assert 6 <= experiment.refresh().progress.observation_count <= 7


def test_a_suggestion_tells_why_it_was_made(experiment):
    suggestion = experiment.suggest()

    assert suggestion.assignments.keys() == CAKE.keys()
    assert suggestion.state == "open"
    assert suggestion.experiment_id == experiment.id
    assert suggestion.provenance["source"] in {"initial", "fallback"}
    assert suggestion.provenance["reason"]


def test_a_suggestion_can_be_a_point_of_ones_own(experiment):
    suggestion = experiment.suggest(CAKE, metadata={"cook": "Ada"})

    assert suggestion.assignments == CAKE
    assert suggestion.metadata == {"cook": "Ada"}
    assert experiment.suggestion(suggestion.id).raw == suggestion.raw | {"deleted": False}


def test_a_suggestion_is_closed_by_its_observation(experiment):
    suggestion = experiment.suggest(CAKE)

    observation = suggestion.observe(0.5, stddev=0.1, metadata={"oven": "old"})

    assert suggestion.state == "closed"
    assert observation.suggestion_id == suggestion.id
    assert observation.assignments == CAKE
    assert (observation.value, observation.values[0].stddev, observation.failed) == (0.5, 0.1, False)
    assert observation.metadata == {"oven": "old"}
    assert experiment.observation(observation.id).raw == observation.raw


def test_values_may_be_given_by_name_or_as_objects(experiment):
    by_name = experiment.observe(CAKE, values={"taste": 0.25})
    as_object = experiment.observe(CAKE, values=[{"name": "taste", "value": 0.5, "value_stddev": 0.1}])

    assert [(each.values[0].value, each.values[0].stddev) for each in (by_name, as_object)] == [
        (0.25, None),
        (0.5, 0.1),
    ]


def test_a_failed_observation_has_no_value(experiment):
    observation = experiment.observe(CAKE, failed=True)

    assert observation.failed
    assert observation.value is None
    assert observation.suggestion_id is None


def test_many_observations_are_stored_in_order(experiment):
    reports = [{"assignments": CAKE | {"sugar": 1 + i}, "value": float(i)} for i in range(5)]

    observations = experiment.observe_many([*reports, {"assignments": CAKE, "failed": True}])

    assert [observation.value for observation in observations] == [0, 1, 2, 3, 4, None]
    newest_first = [observation.id for observation in experiment.observations()]
    assert newest_first == [observation.id for observation in reversed(observations)]


def test_lists_of_several_pages_come_whole(experiment):
    experiment.observe_many({"assignments": CAKE, "value": float(i)} for i in range(1203))

    values = [observation.value for observation in experiment.observations()]

    assert values == [float(i) for i in reversed(range(1203))]


def test_an_observation_can_be_corrected_failed_repaired_and_deleted(experiment):
    observation = experiment.observe(CAKE, 0.5, stddev=0.1, metadata={"n": 1})

    observation.update(0.75)
    assert (observation.value, observation.values[0].stddev, observation.metadata) == (0.75, None, {"n": 1})
    observation.update(failed=True, metadata=None)
    assert (observation.failed, observation.value, observation.metadata) == (True, None, None)
    observation.update(0.25)
    assert (observation.failed, observation.value) == (False, 0.25)
    observation.delete()
    with pytest.raises(NotFound):
        experiment.observation(observation.id)


def test_a_suggestion_can_be_annotated_and_deleted(experiment):
    suggestion = experiment.suggest(CAKE)

    suggestion.update(metadata={"note": "x"})
    assert experiment.suggestion(suggestion.id).metadata == {"note": "x"}
    suggestion.delete()
    with pytest.raises(NotFound):
        experiment.suggestion(suggestion.id)


def test_an_experiment_can_be_changed_deleted_and_brought_back(client, experiment):
    experiment.update(name="Pie", metadata=None, observation_budget=9)
    assert (experiment.name, experiment.metadata, experiment.observation_budget) == ("Pie", None, 9)

    experiment.delete()
    assert experiment.state == "deleted"
    assert [each.id for each in client.experiments()] == []
    assert [each.id for each in client.experiments(state="deleted", search="pi")] == [experiment.id]

    assert experiment.update(state="active").state == "active"
    assert [each.id for each in client.experiments()] == [experiment.id]


def test_there_is_no_best_before_the_first_result(experiment):
    assert experiment.best_assignments() == []


@pytest.fixture
def measured(experiment):
    experiment.observe_many(
        {"assignments": {"sugar": 1.0 + i % 4, "eggs": 1 + i % 6, "oven": "gas"}, "value": float(i % 6)}
        for i in range(12)
    )
    return experiment


def test_an_analysis_is_waited_for(measured):
    importances = measured.analysis("importances", metric="taste")

    assert (importances.kind, importances.options, importances.fresh) == ("importances", {"metric": "taste"}, True)
    assert importances.observation_count == 12
    assert importances.result["parameters"][0]["name"] == "eggs"
    assert importances.raw["object"] == "analysis"


def test_an_analysis_that_is_not_there_or_cannot_be_is_an_error(experiment, measured):
    with pytest.raises(NotFound, match="one of best_so_far, "):
        measured.analysis("horoscope")
    with pytest.raises(BadRequest, match="metric: must be one of"):
        measured.analysis("importances", metric="smell")
    experiment.delete()
    assert experiment.analysis("best_so_far").result["best"][-1] == 5.0


def test_an_analysis_is_waited_for_in_asyncio(server_url, token, measured):
    async def ask():
        async with AsyncClient(server_url, token) as client:
            return await (await client.experiment(measured.id)).analysis("contour", parameters=["eggs", "oven"])

    assert asyncio.run(ask()).result["names"] == ["eggs", "oven"]


def test_a_chart_shows_itself_in_a_notebook_with_and_without_plotly(measured, monkeypatch):
    monkeypatch.setattr(plots, "_SHOWN", itertools.count())
    plot = measured.plot("history")
    first, second = plot._repr_mimebundle_(), plot._repr_mimebundle_()
    monkeypatch.setattr(plots, "find_spec", lambda _: None)
    without = plot._repr_mimebundle_()

    assert (plot.kind, plot.title, plot.pending) == ("history", "taste over 12 observations", [])
    assert without == {"text/plain": repr(plot), plots.MIME_TYPE: plot.to_dict()}
    assert first.keys() == second.keys() == {*without, "text/html"}
    sizes = [len(bundle["text/html"]) for bundle in (first, second)]
    assert (sizes[0] > 1_000_000, sizes[1] < 100_000) == (True, True)  # the library comes along once
    assert second["text/html"].count("src=") == 0
    assert "The best value, 5" in repr(plot)


def test_a_chart_waits_for_what_it_needs_and_takes_options(server_url, token, measured):
    async def ask():
        async with AsyncClient(server_url, token) as client:
            return await (await client.experiment(measured.id)).plot("slices", parameters=["eggs"], theme="dark")

    bars = measured.plot("importances", metric="taste", complete=True).to_dict()["data"][0]

    assert bars["y"][-1] == "eggs"
    assert asyncio.run(ask()).raw["options"] == {"metric": "taste", "parameters": ["eggs"], "theme": "dark"}
    with pytest.raises(NotFound, match="one of history, "):
        measured.plot("horoscope")


class LossyProxy(ThreadingHTTPServer):
    """Passes requests on to the service, but loses the first answer to each of them on its way back."""

    daemon_threads = True

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), LossyHandler)
        self.target = target
        self.seen: set[str] = set()


class LossyHandler(BaseHTTPRequestHandler):
    server: LossyProxy

    def handle_any(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name: value for name, value in self.headers.items() if name not in {"Host", "Accept-Encoding"}}
        answer = patient.request(self.command, self.server.target + self.path, headers=headers, content=content)
        if (request := f"{self.command} {self.path} {content!r}") not in self.server.seen:
            self.server.seen.add(request)
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(answer.status_code)
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    do_GET = do_POST = do_PUT = do_DELETE = handle_any

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def lossy_url(server_url: str) -> Iterator[str]:
    with LossyProxy(server_url) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, args=[0.01])
        thread.start()
        yield f"http://127.0.0.1:{proxy.server_port}"
        proxy.shutdown()
        thread.join()


def test_nothing_happens_twice_when_every_first_answer_is_lost(lossy_url, token, client):
    with Client(lossy_url, token) as unlucky:
        experiment = unlucky.create_experiment(name="Cake", parameters=SPACE, metric="taste")
        suggestion = experiment.suggest()
        suggestion.observe(1.0)
        experiment.observe_many([{"assignments": CAKE, "value": 2.0}])
        experiment.observe(CAKE, 3.0).delete()

    assert [each.id for each in client.experiments()] == [experiment.id]
    assert [each.id for each in client.experiment(experiment.id).suggestions()] == [suggestion.id]
    assert [each.value for each in client.experiment(experiment.id).observations()] == [2.0, 1.0]


def test_a_mistake_is_told_in_the_words_of_the_service(client, experiment):
    with pytest.raises(BadRequest, match="eggs"):
        experiment.observe({"sugar": 1.0, "oven": "gas"}, 1.0)
    with pytest.raises(NotFound):
        client.experiment(2**40)


def test_a_wrong_token_is_forbidden(server_url):
    with Client(server_url, "wrong-" * 5) as client, pytest.raises(Forbidden):
        list(client.experiments())


def test_the_asynchronous_client_does_the_same(server_url, token):
    async def main() -> None:
        async with AsyncClient(server_url, token) as client:
            experiment = await client.create_experiment(
                name="Cake", parameters=SPACE, metric="taste", observation_budget=4
            )

            async def work() -> None:
                async for suggestion in experiment.loop():
                    await suggestion.observe(float(suggestion.assignments["eggs"]))

            await asyncio.gather(work(), work())
            await experiment.refresh()
            assert 4 <= experiment.progress.observation_count <= 5

            by_hand = await experiment.suggest(CAKE)
            observation = await by_hand.observe(9.0)
            await observation.update(10.0, metadata={"n": 1})
            await experiment.observe(CAKE, failed=True)
            await experiment.observe_many([{"assignments": CAKE, "value": 1.0}])
            [best] = await experiment.best_assignments()
            assert best.observation_id == observation.id
            assert (await experiment.observation(observation.id)).value == 10.0
            assert [each.id async for each in experiment.observations()][2] == observation.id

            left = await experiment.suggest(CAKE)
            await left.update(metadata={"n": 2})
            assert (await experiment.suggestion(left.id)).metadata == {"n": 2}
            assert [each.id async for each in experiment.suggestions(state="open")] == [left.id]
            await left.delete()
            await observation.delete()

            await experiment.update(name="Pie")
            assert [each.name async for each in client.experiments()] == ["Pie"]
            await experiment.delete()
            assert (await client.experiment(experiment.id)).state == "deleted"

    asyncio.run(main())
