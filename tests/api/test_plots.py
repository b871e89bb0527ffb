"""Charts over HTTP, those that need analyses with a real worker."""

import random
import time

import plotly.graph_objects as go
import pytest
from redis import Redis

from optsvc.api.app import create_app
from optsvc.domain.rights import TokenKind
from optsvc.queueing.queues import ANALYSES, open_queue
from optsvc.services import tokens
from optsvc.services.plots.catalog import PLOTS
from tests.support import patient
from tests.support.examples import experiment_body, ok, refused, taste
from tests.support.service import live_server, make_tenant

METRICS = [{"name": "taste"}, {"name": "price", "objective": "minimize"}]


def observe(api, path, count, failed=3):
    rng = random.Random(count)
    points = [
        {"sugar": 10 ** rng.uniform(-1, 1), "eggs": rng.randint(1, 6), "oven": rng.choice(["gas", "electric"])}
        for _ in range(count)
    ]
    made = [
        {
            "assignments": p,
            "values": [{"name": "taste", "value": taste(p)}, {"name": "price", "value": 0.3 * p["eggs"]}],
        }
        for p in points[failed:]
    ]
    made += [{"assignments": p, "failed": True} for p in points[:failed]]
    ok(api.post(f"{path}/observations/batch", json={"observations": made}))


@pytest.fixture(scope="module")
def everybody(sessions, server_url):
    """An HTTP client, and an experiment with two metrics, for those tests that only read."""
    _, secret = make_tenant(sessions)
    with patient.Client(base_url=f"{server_url}/v1", auth=(secret, "")) as api:
        path = (
            f"/experiments/{ok(api.post('/experiments', json=experiment_body(metrics=METRICS, type='random')))['id']}"
        )
        observe(api, path, 30)
        yield api, path


def plot(api, path, kind, **options):
    """What a patient caller gets."""
    deadline = time.monotonic() + 60
    while (answer := api.get(f"{path}/plots/{kind}", params=options)).status_code == 202:
        assert time.monotonic() < deadline
    return ok(answer)


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize("kind", PLOTS)
def test_every_kind_is_drawn_and_is_a_figure_of_plotly(everybody, kind):
    answer = plot(*everybody, kind)

    assert (answer["object"], answer["kind"], answer["observation_count"]) == ("plot", kind, 30)
    assert answer["fresh"]
    assert bool(answer["figure"]["data"]) == (kind != "predictions")  # no model has suggested anything
    assert answer["description"]
    go.Figure(answer["figure"])


def test_marks_know_the_observations_that_they_are_of(everybody):
    api, path = everybody
    ids = {observation["id"] for observation in ok(api.get(f"{path}/observations"))["data"]}
    bests = {observation["id"] for observation in ok(api.get(f"{path}/best_assignments"))["data"]}

    drawn = {trace["name"]: trace.get("customdata", ()) for trace in plot(*everybody, "pareto")["figure"]["data"]}
    shown = [trace.get("customdata", ()) for trace in plot(*everybody, "history")["figure"]["data"]]

    assert set(drawn["Pareto front"]) == bests
    assert {id_ for trace in shown for id_ in trace} == ids


@pytest.mark.usefixtures("worker")
def test_what_adds_to_a_chart_is_waited_for_only_when_asked(everybody):
    complete = plot(*everybody, "pareto", complete="true")

    assert complete["pending"] == []
    front = next(trace for trace in complete["figure"]["data"] if trace["name"] == "Pareto front")
    assert all("true front" in text for text in front["text"])


def test_a_chart_is_drawn_at_once_though_no_worker_is_there_and_says_what_is_missing(
    settings, quiet_redis_url, token, api
):
    made = ok(api.post("/experiments", json=experiment_body(metrics=METRICS, type="random")))["id"]
    observe(api, f"/experiments/{made}", 12)
    changes = {"suggestion_deadline_s": 0.2, "redis_url": quiet_redis_url}
    with (
        Redis.from_url(quiet_redis_url) as redis,
        live_server(create_app(settings.model_copy(update=changes))) as address,
        patient.Client(base_url=f"{address}/v1", auth=(token, "")) as lonely,
    ):
        redis.flushdb()
        drawn = ok(lonely.get(f"/experiments/{made}/plots/pareto"))
        waiting = lonely.get(f"/experiments/{made}/plots/importances")
        jobs = {job.args[1] for job in open_queue(redis, ANALYSES).jobs}
        redis.flushdb()

    assert set(drawn["pending"]) == jobs - {"importances"}
    assert "belief" in drawn["pending"]
    assert waiting.status_code == 202
    assert (waiting.json()["object"], waiting.headers["retry-after"]) == ("pending_plot", "1")


def test_the_list_says_which_charts_make_sense(api, path, everybody):
    listed = {kind["kind"]: kind for kind in ok(api.get(f"{path}/plots"))["data"]}
    of_two = {kind["kind"]: kind for kind in ok(everybody[0].get(f"{everybody[1]}/plots"))["data"]}

    assert list(listed) == list(PLOTS)
    assert (listed["pareto"]["available"], listed["pareto"]["why_not"]) == (False, "there is only one metric")
    assert (of_two["pareto"]["available"], of_two["pareto"]["why_not"]) == (True, None)
    assert [option["name"] for option in listed["scatter"]["options"]] == ["theme", "x", "y", "colour"]


def test_of_an_experiment_without_observations_what_needs_none_is_drawn(api, path):
    assert plot(api, path, "history")["figure"]["data"] == []
    assert "nothing has been observed yet" in refused(api.get(f"{path}/plots/importances"), 422)


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("no_such", 404, "there is no plot 'no_such': one of history, "),
        ("history?metric=smell", 400, "metric: must be one of ['price', 'taste'], got 'smell'"),
        ("history?metrik=taste", 400, "Unknown query parameters: metrik; known here: "),
        ("history?theme=pink", 400, "theme: 'pink' is not one of the allowed values"),
        ("pareto?metrics=taste", 400, "metrics: must be two or three different ones, got ['taste']"),
        ("pareto?metrics=taste,taste", 400, "metrics: must be two or three different ones, got ['taste', 'taste']"),
        ("scatter?x=salt", 400, "x: must be one of ['number', 'time', 'eggs', 'oven', 'sugar', 'price', 'taste', "),
        ("scatter?y=parameter:salt", 400, "y: there is no parameter 'salt', there are ['eggs', 'oven', 'sugar']"),
        ("scatter?colour=time", 400, "colour: the time cannot be a colour"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(everybody, address, status, words):
    api, path = everybody

    assert refused(api.get(f"{path}/plots/{address}"), status).startswith(words)


def test_nothing_is_computed_for_a_development_experiment_but_its_history_is_drawn(api, caller, sessions):
    with sessions.begin() as session:
        place = {"client_id": caller.client_id, "user_id": caller.user_id}
        _, secret = tokens.issue(session, "test", kind=TokenKind.DEVELOPMENT, **place)
    made = ok(api.post("/experiments", json=experiment_body(), auth=(secret, "")))["id"]

    assert ok(api.get(f"/experiments/{made}/plots/history", auth=(secret, "")))["title"] == "taste"
    answer = api.get(f"/experiments/{made}/plots/importances", auth=(secret, ""))
    assert "development experiment" in refused(answer, 422)
