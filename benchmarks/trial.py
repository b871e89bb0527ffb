"""One optimization: a peer, a problem and a seed; what is left of it is a trace."""

import heapq
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.peers.process import PeerError, PeerProcess, described
from benchmarks.problems.instance import BenchmarkProblem, Instance
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
        JSON-ready: ``regret``, the steps ``[evaluation, regret]`` of the point with the best *reported* value by its
        *true* value, from the first success on; ``failed``, how many evaluations failed; ``seconds`` of the
        processor, a suggestion's median around some evaluations, telling the result before it included; ``total_s``, of
        all; ``predicted`` and ``covered``, how many points had a prediction, and how many true values lay in its 95 %
        interval; ``version`` of the peer; ``broken``, its last words, if it broke down on the way: what it had found
        by then stands, as it would for a user.

    Raises:
        PeerError: The peer broke down before its first result.
    """
    instance = problem.instance(seed)
    total = budget * process.peer.factor
    noise = np.random.default_rng([seed, 1]).normal(0.0, instance.noise, total)
    crashed = np.random.default_rng([seed, 3]).random(total) < instance.crashes
    durations = np.random.default_rng([seed, 4]).lognormal(0.0, 0.5, total)
    version = process.request(
        "start",
        space=described(instance.space),
        seed=seed,
        budget=total,
        parallel=instance.parallel,
        noisy=instance.noise > 0,
    )["version"]
    trace = _Trace(instance)
    try:
        _optimize(process, instance, trace, noise, crashed, durations)
    except PeerError as error:
        if not trace.told:
            raise
        trace.broken = str(error).strip().splitlines()[-1]
    return {"version": version, **trace.summary()}


def _optimize(
    process: PeerProcess, instance: Instance, trace: "_Trace", noise: Array, crashed: Array, durations: Array
) -> None:
    """Ask, evaluate and tell, once for each entry of the arrays."""
    running: list[tuple[float, int]] = []
    outcomes: list[tuple[float, float | None]] = []
    now = 0.0
    for told in range(len(noise)):
        while len(outcomes) < len(noise) and len(running) < instance.parallel:
            answer = process.request("ask", ordinal=len(outcomes))
            trace.spend(process.seconds, asked=answer["assignments"] is not None)
            if answer["assignments"] is None:
                break
            assignments = legal(instance.space, answer["assignments"])
            loss, fine = _evaluate(instance, assignments)
            ordinal = len(outcomes)
            reported = loss + float(noise[ordinal]) if fine and not crashed[ordinal] else None
            outcomes.append((loss, reported))
            if reported is not None and answer["prediction"] is not None:
                trace.compare(loss, *answer["prediction"])
            heapq.heappush(running, (now + float(durations[ordinal]), ordinal))
        if not running:
            raise PeerError(f"{process.peer.name} waits, and nothing is running")
        now, ordinal = heapq.heappop(running)
        loss, reported = outcomes[ordinal]
        process.request("tell", ordinal=ordinal, value=reported)
        trace.spend(process.seconds, asked=False)
        trace.add(told // process.peer.factor + 1, loss, reported)


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


def _evaluate(instance: Instance, assignments: Mapping[str, Value]) -> tuple[float, bool]:
    """The true loss, and whether the evaluation succeeds; one that breaks a linear constraint does not."""
    if not all(constraint.holds(assignments) for constraint in instance.space.linear_constraints):
        return np.inf, False
    loss = instance.loss(assignments)
    return loss, bool(np.isfinite(loss)) and not instance.fails(assignments)


class _Trace:
    """What is kept while an optimization goes on."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._best = np.inf
        self._steps: list[list[float]] = []
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

    def compare(self, loss: float, mean: float, stddev: float) -> None:
        """Count whether a true loss lies in the interval of its prediction."""
        self._predicted += 1
        self._covered += abs(loss - mean) <= _INTERVAL * stddev

    def add(self, evaluation: int, loss: float, reported: float | None) -> None:
        """Take a result that came back; `evaluation` counts from 1."""
        self.told += 1
        if reported is None:
            self._failed += 1
        elif reported < self._best:
            self._best = reported
            if self._steps and self._steps[-1][0] == evaluation:
                self._steps.pop()
            self._steps.append([evaluation, float(f"{self._instance.regret(loss):.4g}")])

    def summary(self) -> dict[str, Any]:
        """All of it, JSON-ready."""
        seconds = {
            str(n): round(float(np.median(self._seconds[n - _WINDOW : n])), 5)
            for n in SECONDS_AT
            if n <= len(self._seconds)
        }
        return {
            "regret": self._steps,
            "failed": self._failed,
            "seconds": seconds,
            "total_s": round(sum(self._seconds), 3),
            "predicted": self._predicted,
            "covered": int(self._covered),
            **({"broken": self.broken} if self.broken else {}),
        }
