"""What a model asks."""

from collections.abc import Sequence
from dataclasses import dataclass

from optsvc.engine.backend import Backend, HostArray
from optsvc.engine.defaults import EngineDefaults
from optsvc.engine.surrogates.gp import TrainingData
from optsvc.engine.surrogates.likelihood import fit
from optsvc.engine.surrogates.priors import Prior


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """Which hyperparameters ``(p + 3,)`` are the most probable? Arguments are those of `surrogates.likelihood.fit`."""

    data: TrainingData
    prior: Prior
    starts: Sequence[HostArray]
    defaults: EngineDefaults
    backend: Backend

    def answer(self) -> HostArray:
        """By itself."""
        return fit(self.data, self.prior, self.starts, self.defaults, self.backend)
