"""The newer half of SigOpt's client: everything that a run logs, and what the module does with runs."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sigopt.exception import ApiException, ConflictingProjectException, ProjectNotFoundException

from tests.support import patient
from tests.support.examples import ok

one_page = pytest.mark.filterwarnings("ignore:The .data field only contains a single page:RuntimeWarning")
"""How the client warns of itself when it uploads runs."""


@pytest.fixture
def log(sdk):
    """What a run is in the end, after a program has written into it."""

    def log(write=lambda _: None):
        with sdk.create_run(name="one run") as run:
            write(run)
        return sdk.get_run(run.id)

    return log


def test_a_run_has_a_name_notes_and_times_and_completes(sdk, project):
    with sdk.create_run(name="one run", metadata={"by": "me"}) as run:
        assert sdk.get_run(run.id).state == "active"
        run.log_metadata("kitchen", "east")
        run.log_metadata("seconds", 2.5)
        run.log_metadata("oven", object)

    seen = sdk.get_run(run.id)
    assert (seen.name, seen.state, seen.finished, seen.project) == ("one run", "completed", True, project)
    assert dict(seen.metadata) == {"by": "me", "kitchen": "east", "seconds": 2.5, "oven": str(object)}
    assert seen.created <= seen.completed
    assert sdk.create_run().run.name.startswith(f"{project} 20")


def test_a_run_fails_by_its_own_word_or_by_an_exception(sdk, log):
    told = log(lambda run: run.log_failure())
    with pytest.raises(ZeroDivisionError), sdk.create_run() as run:
        run.params.ratio = 1 / 0

    assert told.state == "failed"
    assert sdk.get_run(run.id).state == "failed"


def test_parameters_come_back_with_their_sources_and_the_sources_order(api, log):
    def write(run):
        run.params.sugar = 2.5
        run.params["eggs"] = 3
        run.params.update(oven="gas", salt=0.1)
        run.params.setdefaults(eggs=9, milk=1)
        del run.params["salt"]
        run.set_parameters_source({"sugar": 2.5, "oven": "gas"}, "Recipe")
        run.set_parameters_sources_meta("Recipe", sort=7, default_show=False)
        with pytest.raises(AttributeError):
            assert run.params.pepper

    seen = ok(api.get(f"/training_runs/{log(write).id}"))

    assert {"sugar": 2.5, "eggs": 3, "oven": "gas", "milk": 1}.items() <= seen["assignments"].items()
    assert {name: meta["source"] for name, meta in seen["assignments_meta"].items()} == {
        "sugar": "Recipe",
        "oven": "Recipe",
    }
    assert (seen["assignments_sources"]["Recipe"]["sort"], seen["assignments_sources"]["Recipe"]["default_show"]) == (
        7,
        False,
    )


def test_the_last_value_of_a_metric_stands_and_keeps_its_deviation(log):
    def write(run):
        run.log_metric("taste", 1)
        run.log_metric("taste", 0.5, stddev=0.1)
        run.log_metrics({"price": 3}, looks=4)

    seen = log(write)

    assert {name: value.value for name, value in seen.values.items()} == {"taste": 0.5, "price": 3, "looks": 4}
    assert seen.values["taste"].value_stddev == 0.1


def test_model_data_source_and_output_come_back(api, log):
    def write(run):
        run.log_model("oven")
        run.log_dataset("flour")
        run.log_dataset("milk")
        run.log_source_code(content="print(1)", hash="abc123")
        run.set_logs({"stdout": "hot\n", "stderr": "x" * 5000})
        run.log_sys_metadata("feature_importances", {"type": "gain", "scores": {"sugar": 0.75, "eggs": 0.25}})
        run.log_dev_metadata("_IS_XGB_RUN", True)

    seen = ok(api.get(f"/training_runs/{log(write).id}"))

    assert (seen["model"]["type"], seen["datasets"].keys()) == ("oven", {"flour", "milk"})
    assert (seen["source_code"]["content"], seen["source_code"]["hash"]) == ("print(1)", "abc123")
    assert seen["logs"]["stdout"]["content"] == "hot\n"
    assert "truncated" in seen["logs"]["stderr"]["content"]
    assert len(seen["logs"]["stderr"]["content"]) <= 1124
    assert seen["sys_metadata"]["feature_importances"]["scores"] == {"sugar": 0.75, "eggs": 0.25}
    assert "_IS_XGB_RUN" in seen["dev_metadata"]


def test_checkpoints_are_kept_in_order_and_walked_in_pages(connection, log):
    def write(run):
        for step in range(4):
            run.log_checkpoint({"taste": step, "looks": -step, "silent": None})

    seen = log(write)

    listed = connection.training_runs(seen.id).checkpoints().fetch(limit=3)
    steps = [{value.name: value.value for value in checkpoint.values} for checkpoint in listed.iterate_pages()]
    assert seen.checkpoint_count == 4
    assert steps == [{"taste": step, "looks": -step} for step in (3, 2, 1, 0)]


def test_images_are_sent_without_the_token_and_read_back_as_they_were(api, log, tmp_path):
    drawing = tmp_path / "cake.svg"
    drawing.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    numpy = pytest.importorskip("numpy")

    def write(run):
        run.log_image(str(drawing), name="drawing")
        run.log_image(numpy.full((4, 5, 3), 200), name="pixels")

    seen = log(write)

    files = [ok(api.get(f"/files/{file_id}")) for file_id in seen.files]
    assert [(file["name"], file["content_type"]) for file in files] == [
        ("drawing", "image/svg+xml"),
        ("pixels", "image/png"),
    ]
    contents = [patient.get(file["download"]["url"]).content for file in files]
    assert contents[0] == drawing.read_bytes()
    assert contents[1].startswith(b"\x89PNG")
    assert [len(content) for content in contents] == [file["content_length"] for file in files]


def test_a_run_is_archived_and_comes_back_and_is_marked_and_renamed(sdk, connection, log):
    run = log()

    sdk.archive_run(run.id)
    archived = sdk.get_run(run.id).deleted
    sdk.unarchive_run(run.id)
    changed = connection.training_runs(run.id).update(name="the best", favorite=True)

    assert (archived, sdk.get_run(run.id).deleted) == (True, False)
    assert (changed.name, changed.to_json()["favorite"]) == ("the best", True)


def test_many_writers_of_one_run_lose_nothing(sdk):
    run = sdk.create_run()

    def write(number):
        run.log_metric(f"metric {number}", number)
        run.log_metadata(f"key {number}", number)
        run.params[f"parameter {number}"] = number

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(8)))

    seen = sdk.get_run(run.id)
    assert {name: value.value for name, value in seen.values.items()} == {f"metric {i}": i for i in range(8)}
    assert dict(seen.metadata) == {f"key {i}": i for i in range(8)}
    assert dict(seen.assignments) == {f"parameter {i}": i for i in range(8)}


def test_a_tag_is_put_on_a_run_and_read_by_the_client(api, caller, log):
    run = log()
    tag = ok(api.post(f"/clients/{caller.client_id}/tags", json={"name": "good", "color": "#00ff00"}))

    ok(api.post(f"/training_runs/{run.id}/tags", json={"id": tag["id"]}))
    seen = log()

    assert seen.tags == []
    assert ok(api.get(f"/training_runs/{run.id}"))["tags"] == [tag["id"]]


@one_page
def test_finished_runs_are_uploaded_in_bulk_and_listed_by_what_they_hold(sdk, connection, caller, project):
    runs = [
        {"name": f"run {i}", "state": "completed", "assignments": {"x": i}, "values": {"taste": {"value": i / 10}}}
        for i in range(6)
    ]

    uploaded = sdk.upload_runs(runs, max_batch_size=4)

    listed = connection.clients(caller.client_id).projects(project).training_runs()
    good = '[{"field": "values.taste.value", "operator": ">=", "value": 0.3}]'
    assert [sdk.get_run(run.id).name for run in uploaded] == [run["name"] for run in runs]
    assert [run.name for run in listed.fetch(limit=2).iterate_pages()] == [run["name"] for run in runs[::-1]]
    found = listed.fetch(filters=good, sort="values.taste.value", ascending=True, limit=2, after=None)
    assert [run.assignments["x"] for run in found.iterate_pages()] == [3, 4, 5]
    assert found.count == 3


FILTERS = [
    ({"field": "assignments.x", "operator": "==", "value": 2}, [2]),
    ({"field": "assignments.x", "operator": "!=", "value": 2}, [0, 1, 3]),
    ({"field": "assignments.x", "operator": "<", "value": 2}, [0, 1]),
    ({"field": "assignments.x", "operator": "<=", "value": 2}, [0, 1, 2]),
    ({"field": "assignments.x", "operator": ">", "value": 2}, [3]),
    ({"field": "metadata.odd", "operator": "isnull"}, [0, 2]),
    ({"field": "name", "operator": "==", "value": "run 1"}, [1]),
    ({"field": "state", "operator": "==", "value": "failed"}, [3]),
]


@one_page
def test_each_operator_of_a_filter_finds_exactly_the_runs_that_match(sdk, connection, caller, project):
    states = ["completed", "completed", "completed", "failed"]
    sdk.upload_runs(
        [
            {"name": f"run {i}", "assignments": {"x": i}, "metadata": {"odd": 1} if i % 2 else None, "state": state}
            for i, state in enumerate(states)
        ]
    )
    runs = connection.clients(caller.client_id).projects(project).training_runs()

    for condition, expected in FILTERS:
        found = runs.fetch(filters=[condition]).iterate_pages()
        assert [run.assignments["x"] for run in found][::-1] == expected, condition
    both = runs.fetch(filters=[FILTERS[1][0], FILTERS[4][0]]).iterate_pages()
    assert [run.assignments["x"] for run in both] == [3]
    assert [run.name for run in runs.fetch(search="N 2").iterate_pages()] == ["run 2"]


def test_a_project_is_made_once_and_a_missing_one_is_explained(sdk):
    made = sdk.create_project("pies", name="Pies")
    with pytest.raises(ConflictingProjectException):
        sdk.create_project("pies")
    sdk.set_project("nowhere")
    with pytest.raises(ProjectNotFoundException, match="nowhere"):
        sdk.create_run()

    assert (made.id, made.name) == ("pies", "Pies")


def test_a_run_that_is_not_there_is_not_found(sdk):
    with pytest.raises(ApiException) as refusal:
        sdk.get_run("999999999")

    assert refusal.value.status_code == 404
