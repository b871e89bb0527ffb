"""One optimization: a peer, a problem and a seed; what is left of it is a trace."""

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.peers.process import PeerError, PeerProcess, described
from benchmarks.protocols import BenchmarkProblem, InstanceLike, Measure
from optsvc.domain.errors import InvalidAssignments
from optsvc.domain.space import CategoricalParameter, SearchSpace, Value

Array = npt.NDArray[Any]
SECONDS_AT = (20, 50, 100)
_WINDOW = 10
_INTERVAL = 1.959964  # 95 % of a normal distribution


def run(process: PeerProcess, problem: BenchmarkProblem, seed: int, budget: int) -> dict[str, Any]:
    """One optimization.

    Evaluations that run at the same time take times of their own, drawn from the seed, and come back in that order.

    Args:
        process: The peer.
        problem: What is optimized.
        seed: Paired: all peers see the same instance, the same noise and the same durations at the same evaluation.
        budget: How many evaluations; a peer with a factor has as many times more.

    Returns:
        JSON-ready: what the instance measures, ``regret`` above all; ``failed``, how many evaluations failed;
        ``seconds`` of the
        processor, a suggestion's median around some evaluations, telling the result before it included; ``total_s``, of
        all; ``predicted`` and ``covered``, how many points had a prediction, and how many true values lay in its 95 %
        interval; ``version`` of the peer; ``broken``, its last words, if it broke down on the way: what it had found
        by then stands, as it would for a user.

    Raises:
        PeerError: The peer broke down before its first result.
    """
    instance = problem.instance(seed)
    total = budget * process.peer.factor
    noise = np.random.default_rng([seed, 1]).normal(0.0, 1.0, (total, len(instance.metrics))) * instance.stddevs
    crashed = np.random.default_rng([seed, 3]).random(total) < instance.crashes
    durations = np.random.default_rng([seed, 4]).lognormal(0.0, 0.5, total)
    version = process.request("start", task=described(instance, total), seed=seed)["version"]
    trace = _Trace(instance.measure())
    try:
        _optimize(process, instance, trace, noise, crashed, durations)
    except PeerError as error:
        if not trace.told:
            raise
        trace.broken = str(error).strip().splitlines()[-1]
    return {"version": version, **trace.summary()}


def _optimize(
    process: PeerProcess, instance: InstanceLike, trace: "_Trace", noise: Array, crashed: Array, durations: Array
) -> None:
    """Ask, evaluate and tell, once for each entry of the arrays."""
    running: list[tuple[float, int]] = []
    outcomes: list[_Outcome] = []
    now = 0.0
    for told in range(len(noise)):
        while len(outcomes) < len(noise) and len(running) < instance.parallel:
            answer = process.request("ask", ordinal=len(outcomes))
            trace.spend(process.seconds, asked=answer["assignments"] is not None)
            if answer["assignments"] is None:
                break
            assignments = legal(instance.space, answer["assignments"])
            values, fine = instance.evaluate(assignments)
            ordinal = len(outcomes)
            reported = (
                [float(v) for v in np.asarray(values) + noise[ordinal]] if fine and not crashed[ordinal] else None
            )
            outcomes.append(_Outcome(assignments, values, reported))
            if reported is not None and answer["prediction"] is not None:
                trace.compare(values[0], *answer["prediction"])
            heapq.heappush(running, (now + float(durations[ordinal]), ordinal))
        if not running:
            raise PeerError(f"{process.peer.name} waits, and nothing is running")
        now, ordinal = heapq.heappop(running)
        process.request("tell", ordinal=ordinal, values=outcomes[ordinal].reported)
        trace.spend(process.seconds, asked=False)
        trace.add(told // process.peer.factor + 1, outcomes[ordinal])


def legal(space: SearchSpace, assignments: Mapping[str, Any]) -> dict[str, Value]:
    """The assignments in their own types, with rounding errors at the bounds mended; constraints may be broken.

    Raises:
        PeerError: Something is missing, unknown, or far outside its bounds.
    """
    unconstrained = SearchSpace(space.parameters, space.conditionals)
    try:
        out = unconstrained.validate(assignments)
    except InvalidAssignments as error:
        raise PeerError(str(error)) from error
    for parameter in space.existing(out):
        if isinstance(parameter, CategoricalParameter):
            continue
        value = float(out[parameter.name])
        if not parameter.low - 1e-6 * abs(parameter.low) <= value <= parameter.high + 1e-6 * abs(parameter.high):
            raise PeerError(f"{parameter.name} = {value} is outside its bounds")
        out[parameter.name] = min(max(out[parameter.name], parameter.low), parameter.high)
    return out


@dataclass(frozen=True)
class _Outcome:
    """An evaluation: true values, and those that are reported; None if it fails."""

    assignments: Mapping[str, Value]
    values: Sequence[float]
    reported: Sequence[float] | None


class _Trace:
    """What is kept while an optimization goes on."""

    def __init__(self, measure: Measure) -> None:
        self._measure = measure
        self.told = 0
        self.broken: str | None = None
        self._failed = self._predicted = self._covered = 0
        self._seconds: list[float] = []
        self._spent = 0.0

    def spend(self, seconds: float, *, asked: bool) -> None:
        """Count time; a suggestion's is complete when it has been `asked`."""
        self._spent += seconds
        if asked:
            self._seconds.append(self._spent)
            self._spent = 0.0

    def compare(self, value: float, mean: float, stddev: float) -> None:
        """Count whether a true value lies in the interval of its prediction."""
        self._predicted += 1
        self._covered += abs(value - mean) <= _INTERVAL * stddev

    def add(self, evaluation: int, outcome: _Outcome) -> None:
        """Take a result that came back; `evaluation` counts from 1."""
        self.told += 1
        if outcome.reported is None:
            self._failed += 1
        else:
            self._measure.add(evaluation, outcome.assignments, outcome.values, outcome.reported)

    def summary(self) -> dict[str, Any]:
        """All of it, JSON-ready."""
        seconds = {
            str(n): round(float(np.median(self._seconds[n - _WINDOW : n])), 5)
            for n in SECONDS_AT
            if n <= len(self._seconds)
        }
        return {
            **self._measure.summary(),
            "failed": self._failed,
            "seconds": seconds,
            "total_s": round(sum(self._seconds), 3),
            "predicted": self._predicted,
            "covered": int(self._covered),
            **({"broken": self.broken} if self.broken else {}),
        }
