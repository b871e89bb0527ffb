"""The curl lines of the how-to pages, run as they stand there."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.examples import experiment_body, ok

PAGE = Path(__file__).parent.parent / "docs/how-to/bring-past-results.md"


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_past_results_come_in_as_the_page_says(server_url, token, api, tmp_path):
    made = [ok(api.post("/experiments", json=experiment_body(type="random")))["id"] for _ in range(2)]
    script = "\n".join(re.findall(r"^```sh\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL))
    names = {"URL": f"{server_url}/v1", "TOKEN": token, "EXPERIMENT": made[0], "COPY": made[1]}

    subprocess.run(["sh", "-euc", script], cwd=tmp_path, env=os.environ | names, capture_output=True, check=True)

    for experiment in made:
        failed, plain, noted = ok(api.get(f"/experiments/{experiment}/observations"))["data"]
        assert (failed["failed"], failed["values"]) == (True, [])
        assert plain["assignments"] == {"sugar": 2.5, "eggs": 2, "oven": "electric"}
        assert (noted["values"][0]["value"], noted["metadata"]) == (0.81, {"cook": "Zoë"})
    assert len((tmp_path / "all.csv").read_text().splitlines()) == 4
