"""Who makes the evaluations: random search, our service over HTTP, and Optuna in a process of its own.

Each goes on where its file ends. Random search and Optuna make the same points again up to there; our service is told
them as observations of a new experiment.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.peers import OURS, Peer
from benchmarks.peers.process import PeerProcess
from benchmarks.published.experiment import Evaluation
from benchmarks.published.runs import RANDOM, Run
from benchmarks.published.service import service
from benchmarks.store import versioned
from optsvc.client import Client

_ADAPTER = str(Path(__file__).with_name("optuna_adapter.py"))
_DIGITS = 7
"""That are kept of what was said of a point."""


def search_at_random(run: Run) -> None:
    """Make what is missing; the first evaluations are those of a shorter search."""
    rng = np.random.default_rng([run.seed, 6])
    draws = [run.experiment.draw(rng) for _ in range(run.experiment.at_random)]
    for assignments in draws[len(run.evaluations()) :]:
        run.append(run.experiment.evaluate(assignments))


def ask_the_service(run: Run) -> None:
    """One evaluation after the other, through the client of the service."""
    experiment, done = run.experiment, run.evaluations()
    with service() as (address, token), Client(address, token, timeout_s=300) as client:
        asked = client.create_experiment(
            name=experiment.title,
            parameters=experiment.parameters,
            metrics=experiment.metrics,
            observation_budget=experiment.budget,
            parallel_bandwidth=1,
        )
        asked.observe_many([{"assignments": past.assignments, **_result(run, past)} for past in done])
        for suggestion in asked.loop():
            found = experiment.evaluate(suggestion.assignments)
            suggestion.observe(**_result(run, found))
            said = _said(suggestion.provenance)
            run.append(replace(found, assignments=dict(suggestion.assignments), said=said))


def _result(run: Run, evaluation: Evaluation) -> dict[str, Any]:
    """What is reported of an evaluation."""
    if evaluation.failed:
        return {"failed": True}
    names = (metric.name for metric in run.experiment.metrics)
    return {"values": dict(zip(names, evaluation.values, strict=True))}


def _said(provenance: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept: what made the point, the mean and standard deviation of each metric, the chance of success."""
    predictions = provenance.get("predictions") or {}
    chance = provenance.get("p_success")
    return {
        "source": provenance["source"],
        **{name: [_rounded(of["mean"]), _rounded(of["stddev"])] for name, of in predictions.items()},
        **({} if chance is None else {"p_success": _rounded(chance)}),
    }


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")


def ask_optuna(run: Run) -> None:
    """One trial after the other."""
    experiment, done = run.experiment, run.evaluations()
    with PeerProcess(Peer(run.optimizer, (_ADAPTER, run.optimizer), "optuna")) as process:
        process.request(
            "start",
            seed=run.seed,
            parameters=[parameter.to_json() for parameter in experiment.parameters],
            directions=[metric.objective for metric in experiment.metrics],
        )
        for ordinal in range(experiment.budget):
            assignments = process.request("ask")["assignments"]
            found = done[ordinal] if ordinal < len(done) else experiment.evaluate(assignments)
            process.request("tell", values=None if found.failed else found.values)
            if ordinal >= len(done):
                run.append(found)


OPTIMIZERS: Mapping[str, Callable[[Run], None]] = {
    versioned(OURS): ask_the_service,
    RANDOM: search_at_random,
    "optuna-nsga2": ask_optuna,
    "optuna-tpe": ask_optuna,
}
"""How each makes its evaluations, ours first."""
