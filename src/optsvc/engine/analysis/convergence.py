"""Whether it is worth going on: three signals, each in words and in the metric's own units. Nothing is stopped here.

What may still be gained is bounded by the model [Makarova2022]_, and expected by it; whether anything is being gained
shows in the results themselves. The model is fitted anew for this, with a prior that allows for smooth functions: to
one that expects a rugged function there is always something left to find.

.. [Makarova2022] A. Makarova et al. Automatic termination for hyperparameter optimization. AutoML, 2022.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np

from optsvc.domain.observation import Observation
from optsvc.engine.analysis.fitted import FittedMetric
from optsvc.engine.analysis.readings import Readings, loss_limit
from optsvc.engine.analysis.remaining import remaining
from optsvc.engine.analysis.words import number_of, percent
from optsvc.engine.backend import BoolArray, HostArray
from optsvc.engine.defaults import DEFAULTS, EngineDefaults
from optsvc.engine.encoding import Encoder
from optsvc.engine.pareto.fronts import nondominated
from optsvc.engine.pareto.hypervolume import hypervolume
from optsvc.engine.problem import Problem, Seed


class Outlook(StrEnum):
    """Whether it is worth going on."""

    CONVERGED = "converged"
    """Little more is to be had: stopping costs next to nothing."""
    PROGRESSING = "progressing"
    """There is more to gain, or something was gained lately."""
    TOO_EARLY = "too_early"
    """There are too few results to tell."""
    INFEASIBLE = "infeasible"
    """No result reaches all thresholds yet."""
    OPEN_ENDED = "open_ended"
    """Nothing is optimized: every further result that reaches all thresholds counts."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One sign of convergence.

    Args:
        name: ``"regret_bound"``, ``"remaining_gain"``, ``"plateau"`` or ``"front"``.
        reached: Whether it speaks for stopping; None if it cannot be told.
        sentence: For people.
        figures: The numbers behind it, in the metric's own units.
    """

    name: str
    reached: bool | None
    sentence: str
    figures: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Convergence:
    """Whether it is worth going on.

    Args:
        outlook: The verdict.
        sentence: The gist, for people.
        signals: What it rests on.
    """

    outlook: Outlook
    sentence: str
    signals: tuple[Signal, ...]

    def to_dict(self) -> dict[str, Any]:
        """As JSON-ready types."""
        return asdict(self)


def convergence(problem: Problem, history: Sequence[Observation], *, seed: Seed) -> Convergence:
    """Whether an experiment has converged.

    Args:
        problem: The search space and the metrics.
        history: What has been observed, **oldest first**: what was gained lately depends on the order.
        seed: The key of the experiment; its ordinal does not matter.
    """
    encoder = Encoder(problem.space, DEFAULTS.relaxed_levels)
    readings = Readings.of(problem, history, encoder)
    satisfying = int(readings.satisfying.sum())
    if not len(readings.rows):
        return Convergence(Outlook.TOO_EARLY, "There are no values yet.", ())
    if not readings.objectives:
        told = f"{satisfying} of {len(readings.rows)} results reach all thresholds; nothing is optimized beyond that."
        return Convergence(Outlook.OPEN_ENDED, told, ())
    if not satisfying:
        return Convergence(Outlook.INFEASIBLE, _infeasible(readings), ())
    if len(readings.objectives) > 1:
        return _of_front(readings, encoder.dimension)
    return _of_one(problem, history, readings, encoder.dimension, seed)


def _of_one(
    problem: Problem, history: Sequence[Observation], readings: Readings, dimension: int, seed: Seed
) -> Convergence:
    losses = _competing(readings)
    modelled, tolerance = _of_model(problem, history, losses, dimension, seed)
    flat = plateau(losses, dimension, tolerance)
    signals = (*modelled, flat)
    if flat.reached is None:
        return Convergence(Outlook.TOO_EARLY, flat.sentence, signals)
    if flat.reached and any(signal.reached for signal in modelled) and _lasts(problem, history, dimension, seed):
        told = "Little more is to be had: stopping now costs next to nothing."
        return Convergence(Outlook.CONVERGED, told, signals)
    if not flat.reached:
        told = flat.sentence
    elif not modelled:
        told = "Nothing has been gained lately, but there is no model to tell what is left."
    elif not any(signal.reached for signal in modelled):
        told = modelled[0].sentence
    else:
        told = "The signs of convergence are too fresh to be relied on."
    return Convergence(Outlook.PROGRESSING, told, signals)


def _competing(readings: Readings) -> HostArray:
    """The losses of the one objective ``(n,)``, infinite where a threshold is missed."""
    return np.where(readings.satisfying, readings.losses[:, readings.objectives[0]], np.inf)


def _lasts(problem: Problem, history: Sequence[Observation], dimension: int, seed: Seed) -> bool:
    """Whether the model was content without the newest results already."""
    for fewer in range(1, DEFAULTS.convergence_versions):
        earlier = history[: len(history) - fewer]
        losses = _competing(Readings.of(problem, earlier, Encoder(problem.space, DEFAULTS.relaxed_levels)))
        if not any(signal.reached for signal in _of_model(problem, earlier, losses, dimension, seed)[0]):
            return False
    return True


def _of_model(
    problem: Problem, history: Sequence[Observation], losses: HostArray, dimension: int, seed: Seed
) -> tuple[tuple[Signal, ...], float]:
    """The regret bound and the gain that remains, none if there is no model; and what gain counts as none."""
    defaults = wide(dimension, DEFAULTS)
    fits = [FittedMetric.fit(problem, history, metric, seed=seed, defaults=defaults) for metric in problem.metrics]
    objective, constraints = fits[0], [fitted for fitted in fits[1:] if fitted is not None]
    if objective is None or not np.isfinite(losses).any():
        return (), _hundredth(losses)
    left = remaining(objective, constraints, problem.space, seed)
    noisy = objective.model.noisy
    tolerance = left.noise_stddev if noisy else _hundredth(losses)
    window = DEFAULTS.convergence_gain_window * dimension
    gained, remains = _gained(losses, window), window * left.expected_gain
    compared = "within" if left.regret_bound <= tolerance else "more than"
    reason = "the noise of a result" if noisy else "1 % of the spread of the better half"
    bound = Signal(
        "regret_bound",
        left.regret_bound <= tolerance,
        f"A point better by about {left.regret_bound:.3g} is still plausible: {compared} {tolerance:.3g}, {reason}.",
        {"regret_bound": left.regret_bound, "tolerance": tolerance},
    )
    gain = Signal(
        "remaining_gain",
        remains <= tolerance,
        f"The next {window} results are expected to gain at most {remains:.3g}; the last {min(window, len(losses))} "
        f"gained {gained:.3g}.",
        {"expected_gain": remains, "recent_gain": gained, "window": float(window), "tolerance": tolerance},
    )
    return (bound, gain), tolerance


def wide(dimension: int, defaults: EngineDefaults) -> EngineDefaults:
    """The settings with a prior on length scales that allows for smooth functions.

    Its mode is that of a prior that scales with the number of parameters, ``0.205 √p``; its weight is that of a
    log-normal density with variance 3 there.
    """
    shape = 1.0 / defaults.wide_log_variance
    rate = shape / (defaults.wide_length_scale * math.sqrt(max(dimension, 1)))
    return replace(defaults, length_scale_shape=shape, length_scale_rate=rate, length_scale_rate_categories=rate)


def plateau(losses: HostArray, dimension: int, tolerance: float) -> Signal:
    """Whether the newest results have brought nothing: the last ``5 p`` improved the best by no more than a tolerance.

    Args:
        losses: Less is better, oldest first, infinite where a threshold is missed, shape ``(n,)``.
        dimension: ``p``, how many parameters have a choice.
        tolerance: What gain counts as none.
    """
    window = DEFAULTS.plateau_window * max(dimension, 1)
    needed = window + DEFAULTS.plateau_least_before
    before = losses[:-window]
    if int(np.isfinite(before).sum()) < DEFAULTS.plateau_least_before:
        told = (
            f"{number_of(len(losses), 'result')} so far; it takes about {needed} to see whether progress has stopped."
        )
        return Signal("plateau", None, told, {"results": float(len(losses)), "needed": float(needed)})
    gained = _gained(losses, window)
    reached = gained <= tolerance
    told = f"The last {window} results improved on the best by {'only ' * reached}{gained:.3g}."
    told = told if gained else f"None of the last {window} results improved on the best before them."
    return Signal("plateau", reached, told, {"window": float(window), "gain": gained, "tolerance": tolerance})


def _of_front(readings: Readings, dimension: int) -> Convergence:
    """The hypervolume and the Pareto front, now and a window ago."""
    window = DEFAULTS.plateau_window * max(dimension, 1)
    losses = np.where(readings.satisfying[:, None], readings.losses[:, readings.objectives], np.inf)
    earlier = losses[:-window] if len(losses) > window else losses[:0]
    if int(np.isfinite(earlier).all(axis=1).sum()) < DEFAULTS.plateau_least_before:
        needed = window + DEFAULTS.plateau_least_before
        told = (
            f"{number_of(len(losses), 'result')} so far; it takes about {needed} to see whether progress has stopped."
        )
        return Convergence(Outlook.TOO_EARLY, told, ())
    signals = _volume_signal(readings, losses, earlier, window), _front_signal(nondominated(losses), window)
    if all(signal.reached for signal in signals):
        return Convergence(
            Outlook.CONVERGED, f"The Pareto front has hardly changed in the last {window} results.", signals
        )
    return Convergence(Outlook.PROGRESSING, next(s.sentence for s in signals if not s.reached), signals)


def _volume_signal(readings: Readings, losses: HostArray, earlier: HostArray, window: int) -> Signal:
    reference = _reference(readings, losses)
    # In ranges of the metrics: a volume in mixed units may overflow, and tells nothing.
    spread = np.ptp(losses[np.isfinite(losses).all(axis=1)], axis=0)
    unit = np.where(spread > 0.0, spread, 1.0)
    now, then = (hypervolume(part / unit, reference / unit) for part in (losses, earlier))
    growth = 1.0 - then / now if now > 0.0 else 0.0
    told = f"The dominated volume grew by {100.0 * growth:.1f} % in the last {window} results."
    figures = {"growth": growth, "hypervolume": now, "window": float(window)}
    return Signal("plateau", growth <= DEFAULTS.plateau_volume_growth, told, figures)


def _front_signal(front: BoolArray, window: int) -> Signal:
    new, size = int(front[-window:].sum()), int(front.sum())
    told = f"Of the {size} points on the Pareto front, {new} came with the last {window} results."
    figures = {"new": float(new), "front": float(size), "window": float(window)}
    return Signal("front", new <= DEFAULTS.plateau_new_share * size, told, figures)


def _reference(readings: Readings, losses: HostArray) -> HostArray:
    """The thresholds of the objectives where there are any, else the worst value plus a tenth of the range."""
    finite = losses[np.isfinite(losses).all(axis=1)]
    worst = finite.max(axis=0) + DEFAULTS.shown_margin * np.ptp(finite, axis=0)
    limits = np.array([loss_limit(readings.metrics[j]) for j in readings.objectives])
    return np.where(np.isfinite(limits), limits, worst)


def _hundredth(losses: HostArray) -> float:
    """A hundredth of the interquartile range of the better half."""
    finite = np.sort(losses[np.isfinite(losses)])
    if not len(finite):
        return 0.0
    better = finite[: max(len(finite) // 2, 1)]
    lower, upper = np.quantile(better, [0.25, 0.75])
    return DEFAULTS.convergence_tolerance * float(upper - lower)


def _gained(losses: HostArray, window: int) -> float:
    """By how much the newest `window` results improved on the best before them."""
    before = losses[:-window].min(initial=np.inf) if len(losses) > window else losses[0]
    newest = losses[-window:].min()
    return float(max(before - newest, 0.0)) if np.isfinite(before) and np.isfinite(newest) else 0.0


def _infeasible(readings: Readings) -> str:
    shares = readings.met.mean(axis=0)
    hardest = readings.metrics[readings.constraints[int(np.argmin(shares))]]
    return (
        f"None of {len(readings.rows)} results reaches all thresholds yet; {hardest.name} reaches its "
        f"{hardest.threshold:g} in {percent(shares.min())} of them."
    )
