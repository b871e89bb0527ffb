"""Hyperparameters from one fit to the next."""

from collections.abc import Sequence

import numpy as np

from optsvc.engine.backend import HostArray
from optsvc.engine.defaults import EngineDefaults
from optsvc.engine.problem import EngineState, Seed
from optsvc.engine.randomness import Stage, generator
from optsvc.engine.surrogates.priors import Prior


def start_points(
    prior: Prior, previous: HostArray | None, rows: int, seed: Seed, place: int, defaults: EngineDefaults
) -> list[HostArray]:
    """Where to start the fit: the last optimum, the prior's mode, draws from the prior; fewer when rows are many."""
    large = rows > defaults.fit_full_rows
    if previous is not None and large:
        return [previous]
    starts = [prior.mode] if previous is None else [previous, prior.mode]
    count = defaults.fit_starts_large if large else defaults.fit_starts
    rng = generator(seed, Stage.FIT_STARTS, place)
    return starts + [prior.sample(rng) for _ in range(count - len(starts))]


def still_fresh(state: EngineState, observation_count: int, defaults: EngineDefaults) -> bool:
    """Whether hyperparameters fitted at the state's count serve now: no new data, or many data and few new ones."""
    new = observation_count - state.observation_count
    return new == 0 or (observation_count > defaults.fit_rows and 0 < new < defaults.refit_growth * observation_count)


def stored_hyperparameters(state: EngineState, names: Sequence[str], mode: HostArray, bounds: HostArray) -> HostArray:
    """The hyperparameters of these names in a state, within their bounds; the prior's mode for those not there."""
    stored = np.array([state.hyperparameters.get(name, np.nan) for name in names], dtype=np.float64)
    return np.clip(np.where(np.isfinite(stored), stored, mode), *bounds.T)
