import json
import sys

import pytest

from benchmarks import gpu


def test_without_a_gpu_one_line_says_what_is_missing(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "cupy", None)

    with pytest.raises(SystemExit) as stopped:
        gpu.main(["--results", str(tmp_path)])

    assert str(stopped.value).startswith("no GPU to measure: CuPy cannot be imported")
    assert "\n" not in str(stopped.value)
    assert not list(tmp_path.iterdir())


def test_with_numpy_every_column_of_the_table_is_measured(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(gpu, "_SMALL_SIZES", (12, 20))
    monkeypatch.setattr(gpu, "_SMALL_BATCHES", (1, 2))
    monkeypatch.setattr(gpu, "_SMALL_PRODUCT", 64)

    gpu.main(["--cpu", "--results", str(tmp_path)])

    kept = json.loads((tmp_path / "gpu-numpy.json").read_text())
    assert list(kept["sizes"]) == ["12", "20"]
    for row in kept["sizes"].values():
        assert (
            min(row["alone"], *row["together"].values(), row["ceiling"], row["fit_tflops"], kept["limit_tflops"]) > 0.0
        )
    printed = capsys.readouterr().out.splitlines()
    assert printed[2] == "| observations | one core | batch of 1 | batch of 2 | ceiling | fit, TFLOP/s | of the limit |"
    assert [len(line.split("|")) for line in printed[2:]] == [9] * 4
