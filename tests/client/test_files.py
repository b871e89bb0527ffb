"""Files that the client fetches and sends."""

import asyncio
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from optsvc import AsyncClient, Client, Double
from optsvc.client import BadRequest, Experiment, NotFound, UsageError
from optsvc.client.files import arriving

RAW = {"id": "1", "name": "", "state": "active", "parameters": [], "metrics": []} | {
    "progress": {"observation_count": 0, "observation_budget_consumed": 0}
}


@pytest.fixture
def client(server_url, token):
    with Client(server_url, token, retry_s=0) as client:
        yield client


@pytest.fixture
def new_experiment(client):
    return lambda: client.create_experiment(name="E", parameters=[Double("x", 0, 1)], metric="y", observation_budget=9)


@pytest.mark.parametrize("name", ["all.csv", "all.ndjson", "all.JSONL"])
def test_what_one_experiment_exports_another_imports(new_experiment, tmp_path, name):
    original, copy = new_experiment(), new_experiment()
    original.observe_many([{"assignments": {"x": 0.1 * i}, "value": i, "metadata": {"é": "=1"}} for i in range(3)])

    original.export_observations(tmp_path / name)
    checked = copy.import_observations(tmp_path / name, dry_run=True)
    count_after_check = copy.refresh().progress.observation_count
    taken = copy.import_observations(str(tmp_path / name))

    assert (checked, count_after_check, taken) == (3, 0, 3)
    seen = [[(o.assignments, o.value, o.metadata) for o in e.observations()] for e in (original, copy)]
    assert seen[0] == seen[1]
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_the_same_with_asyncio(server_url, token, new_experiment, tmp_path):
    experiment = new_experiment()
    (tmp_path / "a.csv").write_text("assignments.x,values.y.value\n0.5,1\n")

    async def there_and_back() -> int:
        async with AsyncClient(server_url, token) as client:
            same = await client.experiment(experiment.id)
            count = await same.import_observations(tmp_path / "a.csv")
            await same.export_observations(tmp_path / "b.ndjson")
            return count

    assert asyncio.run(there_and_back()) == 1
    assert '"x":0.5' in (tmp_path / "b.ndjson").read_text()


def test_an_error_is_told_and_leaves_no_file(client, new_experiment, tmp_path):
    experiment = new_experiment()
    (tmp_path / "a.csv").write_text("assignments.x,values.y.value\nhigh,1\n")

    with pytest.raises(BadRequest, match=r"line 2: assignments.x: expected a number, got 'high'"):
        experiment.import_observations(tmp_path / "a.csv")
    with pytest.raises(NotFound):
        Experiment(client._connection, RAW).export_observations(tmp_path / "b.csv")
    with pytest.raises(UsageError, match=r"\.csv, \.ndjson, \.jsonl"):
        experiment.export_observations(tmp_path / "b.xlsx")

    assert [file.name for file in tmp_path.iterdir()] == ["a.csv"]


def test_a_file_takes_its_place_only_when_it_is_complete(tmp_path):
    target = tmp_path / "file"
    target.write_text("old")

    def break_off() -> None:
        with arriving(target) as file:
            file.write(b"ne")
            raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        break_off()

    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_transfer_that_breaks_off_is_begun_again(tmp_path):
    class BreaksOffOnce(BaseHTTPRequestHandler):
        calls = 0

        def do_GET(self):
            type(self).calls += 1
            self.send_response(200)
            self.send_header("Content-Length", "6")
            self.end_headers()
            self.wfile.write(b"abc" if self.calls == 1 else b"abcdef")

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), BreaksOffOnce) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with Client(f"http://127.0.0.1:{server.server_port}", "token") as client:
            Experiment(client._connection, RAW).export_observations(tmp_path / "all.csv")
        server.shutdown()

    assert (tmp_path / "all.csv").read_text() == "abcdef"
    assert BreaksOffOnce.calls == 2
