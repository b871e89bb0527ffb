"""Analyses over HTTP, computed by a real worker."""

import random
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from redis import Redis

from optsvc.api.app import create_app
from optsvc.api.described import model_of
from optsvc.domain.rights import TokenKind
from optsvc.queueing.queues import ANALYSES, open_queue
from optsvc.services import tokens
from optsvc.services.analyses import computing
from optsvc.services.analyses.catalog import KINDS
from tests.support import patient
from tests.support.examples import experiment_body, ok, refused, taste
from tests.support.service import live_server, make_tenant

pytestmark = pytest.mark.usefixtures("worker")

METRICS = [{"name": "taste"}, {"name": "price", "strategy": "store"}]
FORETOLD = 4
"""Suggestions of the model that are observed."""


def point(rng):
    """A random point of the example's space."""
    return {"sugar": 10 ** rng.uniform(-1, 1), "eggs": rng.randint(1, 6), "oven": rng.choice(["gas", "electric"])}


def values(assignments):
    """The taste, and a price that only eggs decide."""
    return [{"name": "taste", "value": taste(assignments)}, {"name": "price", "value": 0.3 * assignments["eggs"]}]


def observe(api, path, count, **options):
    rng = random.Random(count)
    made = [{"assignments": p, "values": values(p)} for p in (point(rng) for _ in range(count))]
    ok(api.post(f"{path}/observations/batch", json={"observations": made} | options))


def new_experiment(api, **changes):
    """The path of an experiment with 24 observations and one that failed; the optimizer has not looked at them."""
    body = experiment_body(metrics=METRICS) | changes
    path = f"/experiments/{ok(api.post('/experiments', json=body))['id']}"
    observe(api, path, 24, no_optimize=True)
    failed = {"assignments": point(random.Random(0)), "failed": True, "no_optimize": True}
    ok(api.post(f"{path}/observations", json=failed))
    return path


@pytest.fixture
def measured(api):
    return new_experiment(api)


def analysis(api, path, kind, **options):
    """What a patient caller gets."""
    deadline = time.monotonic() + 60
    while (answer := api.get(f"{path}/analyses/{kind}", params=options)).status_code == 202:
        assert time.monotonic() < deadline
    return ok(answer)


@pytest.fixture(scope="module")
def everybody(sessions, server_url):
    """An HTTP client and an experiment for those tests that only read."""
    _, secret = make_tenant(sessions)
    with patient.Client(base_url=f"{server_url}/v1", auth=(secret, "")) as api:
        yield api, new_experiment(api)


@pytest.fixture(scope="module")
def front(everybody):
    """One with two optimized metrics."""
    api, _ = everybody
    metrics = [{"name": "taste"}, {"name": "price", "objective": "minimize"}]
    return new_experiment(api, metrics=metrics, type="random")


@pytest.fixture(scope="module")
def search(everybody):
    """One that only looks for what meets thresholds."""
    api, _ = everybody
    limits = {"taste": 0.5, "price": 1.3}
    metrics = [{"name": name, "strategy": "constraint", "threshold": limit} for name, limit in limits.items()]
    metrics[1]["objective"] = "minimize"
    return new_experiment(api, metrics=metrics, type="random")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_answers_as_the_document_says(everybody, front, search, kind):
    api, path = everybody
    others = {"hypervolume": front, "random_front": front, "coverage": search}
    answer = analysis(api, others.get(kind, path), kind)

    assert (answer["object"], answer["kind"], answer["fresh"]) == ("analysis", kind, True)
    assert answer["observation_count"] == 25
    model_of(KINDS[kind].result).model_validate(answer["result"])


def test_importances_are_of_the_metric_that_is_asked_for(everybody):
    by_taste, by_price = (analysis(*everybody, "importances", metric=name) for name in ("taste", "price"))

    assert (by_taste["options"], by_price["options"]) == ({"metric": "taste"}, {"metric": "price"})
    most = by_price["result"]["parameters"][0]
    assert most["name"] == "eggs"
    assert most["share"] > 0.8
    assert sum(parameter["share"] for parameter in by_taste["result"]["parameters"]) == pytest.approx(1.0)


def test_slices_go_through_the_point_and_along_the_parameters_that_are_asked_for(everybody):
    api, path = everybody
    observation = ok(api.get(f"{path}/observations"))["data"][-1]

    result = analysis(api, path, "slices", at=observation["id"], parameters="sugar,eggs")["result"]

    assert result["point"] == pytest.approx(observation["assignments"])
    assert [one["name"] for one in result["slices"]] == ["eggs", "sugar"]
    assert result["slices"][0]["values"] == [1, 2, 3, 4, 5, 6]


def test_a_contour_is_over_the_two_parameters_in_the_order_given(everybody):
    result = analysis(*everybody, "contour", parameters='["oven", "eggs"]')["result"]

    assert result["names"] == ["oven", "eggs"]
    assert (len(result["mean"]), len(result["mean"][0])) == (2, 6)


def test_the_hypervolume_grows_to_that_of_the_best_assignments(everybody, front):
    api, _ = everybody

    result = analysis(api, front, "hypervolume")["result"]

    assert result["metrics"] == ["price", "taste"]
    assert result["volumes"] == sorted(result["volumes"])
    best = ok(api.get(f"{front}/best_assignments"))["data"]
    assert sorted(result["front"]) == sorted(one["id"] for one in best)
    assert "fewer than two metrics" in refused(api.get(f"{everybody[1]}/analyses/hypervolume"), 422)


def test_coverage_counts_what_meets_all_thresholds_and_is_only_told_where_there_are_some(everybody, search):
    api, path = everybody

    result = analysis(api, search, "coverage")["result"]

    satisfying = ok(api.get(f"{search}/best_assignments"))["count"]
    assert (result["satisfying"], result["observations"]) == (satisfying, 24)
    assert 0.0 < result["covered"] <= 1.0
    assert set(result["widest_gap"]) == {"sugar", "eggs", "oven"}
    assert f"{satisfying} of 24 observations" in result["sentence"]
    assert "no metric is a constraint" in refused(api.get(f"{path}/analyses/coverage"), 422)


@pytest.mark.parametrize("kind", ["belief", "convergence", "health"])
def test_several_objectives_are_judged_too(everybody, front, kind):
    assert analysis(everybody[0], front, kind)["result"]["sentence" if kind != "health" else "cards"]


def test_what_is_believed_is_told_of_observations_by_their_ids(everybody):
    api, path = everybody
    ids = [observation["id"] for observation in ok(api.get(f"{path}/observations"))["data"]]
    [winner] = ok(api.get(f"{path}/best_assignments"))["data"]

    result = analysis(*everybody, "belief")["result"]

    assert result["best_observed"]["observation"] == winner["id"]
    assert [one["observation"] for one in result["chances"]] == ids[:0:-1]  # the newest has failed


def test_the_best_so_far_never_falls_and_ends_at_the_best_assignments(api, measured):
    result = analysis(api, measured, "best_so_far")["result"]

    best = result["best"]
    assert best == sorted(best)
    assert len(best) == len(result["values"]) == 25
    assert result["values"][-1] is None
    [winner] = ok(api.get(f"{measured}/best_assignments"))["data"]
    assert result["best_observations"][-1] == winner["id"]


@pytest.mark.parametrize("second", ["store", "constraint"])
def test_stored_predictions_are_judged_by_what_came(api, second):
    price = {"name": "price", "strategy": second, "objective": "minimize"}
    path = new_experiment(api, metrics=[{"name": "taste"}, price | ({"threshold": 1.5} if second != "store" else {})])
    foretold = {"taste": [], "price": []}
    for _ in range(FORETOLD):
        suggestion = ok(api.post(f"{path}/suggestions", json={}))
        came = {value["name"]: value["value"] for value in values(suggestion["assignments"])}
        report = {"suggestion": suggestion["id"], "values": values(suggestion["assignments"])}
        observation = ok(api.post(f"{path}/observations", json=report))["id"]
        why = suggestion["optsvc"]
        of_all = why.get("predictions") or {"taste": {"mean": why["mean"]}}
        for metric, prediction in of_all.items():
            foretold[metric].append((observation, prediction["mean"], came[metric]))

    results = {metric: analysis(api, path, "predictions", metric=metric)["result"] for metric in foretold}

    assert len(foretold["taste"]) == FORETOLD
    assert len(foretold["price"]) == (0 if second == "store" else FORETOLD)
    for metric, result in results.items():
        told = [(p["observation"], p["mean"], p["value"]) for p in result["predictions"]]
        assert told == foretold[metric]
        inside = sum(p["inside"] for p in result["predictions"])
        assert result["coverage"] == (inside / len(told) if told else None)


@pytest.fixture
def lonely(settings, quiet_redis_url, token):
    """A server that no worker hears, and its Redis; it does not wait long."""
    changes = {"suggestion_deadline_s": 0.2, "redis_url": quiet_redis_url}
    with Redis.from_url(quiet_redis_url) as redis:
        redis.flushdb()
        with (
            live_server(create_app(settings.model_copy(update=changes))) as address,
            patient.Client(base_url=f"{address}/v1", auth=(token, "")) as api,
        ):
            yield api, redis
        redis.flushdb()


def test_what_takes_longer_is_said_to_be_under_way_and_is_computed_once_for_all_who_ask(lonely, sessions, measured):
    api, redis = lonely
    address = f"{measured}/analyses/importances"
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: api.get(address), range(4)))

    assert {answer.status_code for answer in answers} == {202}
    assert answers[0].json()["object"] == "pending_analysis"
    assert answers[0].headers["retry-after"] == str(answers[0].json()["retry_after_s"])
    assert len(open_queue(redis, ANALYSES).jobs) == 1

    redis.flushdb()
    assert api.get(address).status_code == 202
    [job] = open_queue(redis, ANALYSES).jobs
    computing.compute(sessions, *job.args[:3])

    first = api.get(address)
    assert ok(first)["fresh"]
    assert api.get(address).content == first.content
    assert len(open_queue(redis, ANALYSES).jobs) == 1


def test_an_old_answer_is_given_at_once_to_who_takes_one(api, lonely, measured):
    old = analysis(api, measured, "importances")
    observe(api, measured, 3, no_optimize=True)
    impatient, redis = lonely

    answer = ok(impatient.get(f"{measured}/analyses/importances", params={"stale": "true"}))

    assert answer == old | {"fresh": False}
    assert len(open_queue(redis, ANALYSES).jobs) == 1
    newer = analysis(api, measured, "importances")
    assert (newer["fresh"], newer["observation_count"]) == (True, 28)


def test_the_list_has_every_kind_with_its_options_and_how_it_stands(api, measured):
    analysis(api, measured, "best_so_far")

    listed = ok(api.get(f"{measured}/analyses"))

    kinds = {kind["kind"]: kind for kind in listed["data"]}
    assert list(kinds) == list(KINDS)
    assert (kinds["best_so_far"]["state"], kinds["importances"]["state"]) == ("fresh", "absent")
    assert kinds["importances"]["options"][0]["name"] == "metric"


def test_a_guest_may_read_those_of_the_experiment_shared_and_a_stranger_finds_nothing(api, measured, stranger, path):
    guest = ok(api.post(f"{measured}/tokens"))["token"]

    answer = api.get(f"{measured}/analyses/best_so_far", auth=(guest, ""))

    assert ok(answer)["kind"] == "best_so_far"
    refused(api.get(f"{path}/analyses/best_so_far", auth=(guest, "")), 404)
    for address in (f"{measured}/analyses/best_so_far", f"{measured}/analyses", f"{measured}/analyses/no_such"):
        refused(stranger.get(address), 404)


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("slices?at=70000000000", 400, "at: there is no observation 70000000000 in experiment"),
        ("slices?at=x", 400, "at: expected the id of an observation, got 'x'"),
        ("slices?parameters=sugar,salt", 400, "parameters: must be one of ['eggs', 'oven', 'sugar'], got 'salt'"),
        ("contour?parameters=sugar", 400, "parameters: must be two different ones, got ['sugar']"),
        ("contour?parameters=sugar,sugar", 400, "parameters: must be two different ones, got ['sugar', 'sugar']"),
        ("failure_regions?metric=taste", 400, "metric: must be one of [], got 'taste'"),
        ("no_such", 404, "there is no analysis 'no_such': one of best_so_far, "),
        ("importances?metric=smell", 400, "metric: must be one of ['price', 'taste'], got 'smell'"),
        ("best_so_far?metric=price", 400, "metric: must be one of ['taste'], got 'price'"),
        ("importances?metrik=taste", 400, "Unknown query parameters: metrik; known here: metric, stale, fields"),
        ("importances?stale=perhaps", 400, "Invalid type for stale: expected true or false, got 'perhaps'"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(everybody, address, status, words):
    api, path = everybody

    assert refused(api.get(f"{path}/analyses/{address}"), status).startswith(words)


def test_only_the_fields_that_are_asked_for_are_answered(everybody):
    api, path = everybody
    analysis(api, path, "best_so_far")

    assert list(ok(api.get(f"{path}/analyses/best_so_far?fields=kind,fresh"))) == ["kind", "fresh"]
    assert "there is no field 'freshness'" in refused(api.get(f"{path}/analyses/best_so_far?fields=freshness"), 400)


def test_of_an_experiment_without_observations_nothing_can_be_had(api, path):
    assert "nothing has been observed yet" in refused(api.get(f"{path}/analyses/predictions"), 422)


def test_nothing_is_computed_for_a_development_experiment(api, caller, sessions):
    with sessions.begin() as session:
        place = {"client_id": caller.client_id, "user_id": caller.user_id}
        _, secret = tokens.issue(session, "test", kind=TokenKind.DEVELOPMENT, **place)
    made = ok(api.post("/experiments", json=experiment_body(), auth=(secret, "")))["id"]

    answer = api.get(f"/experiments/{made}/analyses/best_so_far", auth=(secret, ""))

    assert "development experiment" in refused(answer, 422)
