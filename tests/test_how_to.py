"""The curl lines of the how-to pages, run as they stand there."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from optsvc.services.changes import Kind
from tests.support.examples import experiment_body, ok

PAGES = Path(__file__).parent.parent / "docs/how-to"
curl = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


def run(page, directory, names):
    """The shell lines of a page, one after the other; what they print."""
    script = "\n".join(re.findall(r"^```sh\n(.*?)^```", (PAGES / page).read_text(), re.MULTILINE | re.DOTALL))
    line = ["sh", "-euc", script]
    return subprocess.run(line, cwd=directory, env=os.environ | names, capture_output=True, check=True).stdout


@curl
def test_past_results_come_in_as_the_page_says(server_url, token, api, tmp_path):
    made = [ok(api.post("/experiments", json=experiment_body(type="random")))["id"] for _ in range(2)]
    names = {"URL": f"{server_url}/v1", "TOKEN": token, "EXPERIMENT": made[0], "COPY": made[1]}

    run("bring-past-results.md", tmp_path, names)

    for experiment in made:
        failed, plain, noted = ok(api.get(f"/experiments/{experiment}/observations"))["data"]
        assert (failed["failed"], failed["values"]) == (True, [])
        assert plain["assignments"] == {"sugar": 2.5, "eggs": 2, "oven": "electric"}
        assert (noted["values"][0]["value"], noted["metadata"]) == (0.81, {"cook": "Zoë"})
    assert len((tmp_path / "all.csv").read_text().splitlines()) == 4


@curl
@pytest.mark.usefixtures("worker")
def test_analyses_are_read_as_the_page_says(server_url, token, api, caller, tmp_path):
    made = ok(api.post("/experiments", json=experiment_body(type="random")))["id"]
    points = [{"sugar": 0.5 + i % 5, "eggs": 1 + i % 6, "oven": "gas"} for i in range(15)]
    past = [{"assignments": p, "values": [{"name": "taste", "value": float(p["eggs"])}]} for p in points]
    ok(api.post(f"/experiments/{made}/observations/batch", json={"observations": past}))

    for analysis in ("importances?metric=taste", "slices?parameters=sugar,eggs"):
        while api.get(f"/experiments/{made}/analyses/{analysis}").status_code == 202:
            pass  # a busy machine may take longer than one request waits

    client = str(caller.client_id)
    ok(api.post(f"/clients/{client}/projects", json={"id": "cakes", "name": "Cakes"}))
    one = {"name": "first", "assignments": {"sugar": 1}, "values": {"taste": {"value": 0.5}}}
    ok(api.post(f"/clients/{client}/projects/cakes/training_runs", json=one))

    names = {"URL": f"{server_url}/v1", "TOKEN": token, "EXPERIMENT": made, "CLIENT": client}
    shown = run("see-why.md", tmp_path, names)

    kinds, importances, slices, plots, history, scatter, runs = answers(shown.decode())
    assert len(kinds["data"]) == kinds["count"]
    assert importances["result"]["parameters"][0]["name"] == "eggs"
    assert [one["name"] for one in slices["result"]["slices"]] == ["eggs", "sugar"]
    page = (PAGES / "see-why.md").read_text()
    listed = [kind["kind"] for kind in (*kinds["data"], *plots["data"])]
    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) == listed
    assert history["figure"]["data"][0]["customdata"]
    assert scatter["options"]["colour"] == "parameter:eggs"
    assert runs["figure"]["data"][0]["y"] == [0.5]
    example = "\n".join(re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL))
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("OPTSVC_URL", server_url)
        environment.setenv("OPTSVC_TOKEN", token)
        exec(example, {"EXPERIMENT": made})  # noqa: S102


def answers(text):
    """JSON objects written one after the other."""
    found, decoder = [], json.JSONDecoder()
    while text := text.lstrip():
        answer, end = decoder.raw_decode(text)
        found.append(answer)
        text = text[end:]
    return found


@curl
def test_an_experiment_is_followed_as_the_page_says(server_url, token, api, tmp_path):
    made = ok(api.post("/experiments", json=experiment_body()))["id"]
    names = {"URL": f"{server_url}/v1", "TOKEN": token, "EXPERIMENT": made, "SECONDS_TO_FOLLOW": "0.5"}

    shown = run("follow.md", tmp_path, names).decode()

    fields = dict(line.split(": ", 1) for line in shown.split("\n\n")[0].splitlines())
    assert fields["event"] == "start"
    assert json.loads(fields["data"])["experiment"] == made
    kinds = re.findall(r"^\| `(\w+)` \|", (PAGES / "follow.md").read_text(), re.MULTILINE)
    assert sorted(kinds) == sorted(Kind)
