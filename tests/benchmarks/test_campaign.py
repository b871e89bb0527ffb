"""Real opponents in real processes; the random one, as it needs nothing but Python."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from benchmarks.campaign import Plan, carry_out
from benchmarks.peers import ADAPTERS, PEERS
from benchmarks.peers.process import PeerError, PeerProcess, described
from benchmarks.problems import PROBLEMS
from benchmarks.problems.instance import DEVELOPMENT_SEEDS, ShiftedFunction, uniform
from benchmarks.problems.synthetic import SYNTHETIC
from benchmarks.report import Comparison, report, whole_and_part
from benchmarks.store import Key, Store
from benchmarks.trial import run

RANDOM = next(peer for peer in PEERS if peer.name == "random")
SEED = DEVELOPMENT_SEEDS + 900


def problem(name: str) -> ShiftedFunction:
    return next(p for p in SYNTHETIC if p.name == name)


def test_problems_have_names_of_their_own_and_cover_twelve_groups():
    assert len({p.name for p in PROBLEMS}) == len(PROBLEMS) >= 24
    assert len({p.group for p in PROBLEMS}) == 12


@pytest.mark.parametrize("problem", SYNTHETIC, ids=lambda p: p.name)
def test_no_draw_goes_below_the_optimum(problem):
    instance = problem.instance(7)
    rng = np.random.default_rng(0)

    least = min(instance.regret(instance.loss(uniform(instance.space, rng))) for _ in range(100))

    assert least >= 0


def test_a_peer_answers_with_points_of_every_kind_of_space():
    with PeerProcess(RANDOM) as process:
        for name in ("branches-5", "blend-4", "mixed-ackley-5", "training-4"):
            instance = problem(name).instance(SEED)
            process.request("start", task=described(instance, 5), seed=1)

            for ordinal in range(5):
                instance.space.validate(process.request("ask", ordinal=ordinal)["assignments"])


def test_a_trace_keeps_the_true_regret_of_the_best_reported_point():
    branin = problem("branin-2")
    instance = branin.instance(SEED)
    with PeerProcess(RANDOM) as process:
        process.request("start", task=described(instance, 30), seed=SEED)
        points = [process.request("ask", ordinal=ordinal)["assignments"] for ordinal in range(30)]

        result = run(process, branin, SEED, 30)

    best = np.minimum.accumulate([instance.regret(instance.loss(point)) for point in points])
    expected = [[at + 1, best[at]] for at in range(30) if at == 0 or best[at] < best[at - 1]]
    assert np.array(result["regret"]) == pytest.approx(np.array(expected), rel=1e-3)


def test_twice_the_budget_is_two_evaluations_for_each_one():
    twice = replace(RANDOM, factor=2)
    with PeerProcess(RANDOM) as process, PeerProcess(twice) as other:
        long = run(process, problem("branin-2"), SEED, 40)["regret"]

        halved = run(other, problem("branin-2"), SEED, 20)["regret"]

    assert halved[-1] == [(long[-1][0] + 1) // 2, long[-1][1]]


def test_what_fails_is_counted_and_what_is_parallel_ends():
    with PeerProcess(RANDOM) as process:
        failing = run(process, problem("cliff-hartmann-6"), SEED, 30)
        parallel = run(process, problem("parallel-hartmann-6"), SEED, 30)

    assert 0 < failing["failed"] < 30
    assert parallel["failed"] == 0
    assert parallel["regret"][-1][0] <= 30


def test_a_peer_that_raises_says_why(tmp_path: Path):
    program = tmp_path / "raises.py"
    program.write_text(
        f"import sys; sys.path.insert(0, {str(ADAPTERS)!r})\n"
        "from protocol import serve\n"
        "def refuse(**_):\n"
        "    print('chatter on standard output')\n"
        "    raise ValueError('too steep')\n"
        "serve(refuse, '1')\n"
    )

    with (
        PeerProcess(replace(RANDOM, adapter=(str(program),))) as process,
        pytest.raises(PeerError, match="too steep"),
    ):
        run(process, problem("branin-2"), SEED, 5)


def test_what_was_done_is_not_done_again_even_after_a_line_that_was_cut_off(tmp_path: Path):
    plan = Plan([RANDOM], [problem("branin-2")], [SEED, SEED + 1], 10)
    assert carry_out(plan, Store(tmp_path)) == []
    path = tmp_path / "random.jsonl"
    first, second = path.read_text().splitlines(keepends=True)
    path.write_text(first + second[:20])

    carry_out(plan, Store(tmp_path))

    store = Store(tmp_path)
    assert path.read_text().startswith(first)
    assert set(store) == {Key("random", "branin-2", SEED, 10), Key("random", "branin-2", SEED + 1, 10)}


def test_a_report_compares_only_what_all_have(tmp_path: Path):
    store = Store(tmp_path)
    trace = {"regret": [[1, 0.5]], "failed": 0, "seconds": {"20": 0.1}, "predicted": 4, "covered": 3, "version": "1"}
    for name, seeds in (("ours@0", (0, 1)), ("random", (1, 2))):
        for seed in seeds:
            store.add(Key(name, "branin-2", seed, 20), trace)

    comparison = Comparison.of(store, ["ours@0", "random"], [problem("branin-2")], range(3), 20)

    assert [seed for _, seed in comparison.pairs] == [1]
    assert "| random  | 7.5 | 0.5 | 1.50 | 0/1/0 | 50.0 | 0.1 | 0 |" in report(comparison, [], [])
    assert "| ours@0 | 75.0 | 75 |" in report(comparison, [], [])


def test_who_has_run_in_part_stands_in_a_table_of_its_own_beside_ours_on_the_same_pairs(tmp_path: Path):
    store = Store(tmp_path)
    trace = {"failed": 0, "seconds": {"100": 0.1}, "predicted": 0, "covered": 0, "version": "1"}
    for name, seeds, regret in (("ours@0", (0, 1), 0.1), ("random", (0, 1, 2), 0.5), ("ax", (1,), 0.01)):
        for seed in seeds:
            store.add(Key(name, "branin-2", seed, 20), trace | {"regret": [[1, regret]]})

    whole, part = whole_and_part(store, ["ours@0", "random", "ax"], [problem("branin-2")], range(3), 20)
    text = report(whole, part, [])

    assert whole.names == ("ours@0", "random")
    assert [seed for _, seed in whole.pairs] == [0, 1]
    assert "| ax 1 | 1 | 1 | 50.0 / 25.0 | 0.01 / 0.1 | 0/0/1 | 0.0 | 0.1 / 0.1 |" in text
