"""What is said of a process's proposal: a sentence for whoever runs it, and the facts behind it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from optsvc.engine.acquisition.composite import Total
from optsvc.engine.backend import HostArray
from optsvc.engine.encoding import Encoder
from optsvc.engine.members.gains import Gain
from optsvc.engine.model import Model, Models


@dataclass(frozen=True, slots=True)
class Explanation:
    """Of proposals that are made by models.

    Args:
        models: The fitted processes.
        best: Row of the best point; None if none seems to meet all constraints.
    """

    models: Models
    best: int | None

    def reason(self, gain: Gain, predictions: Mapping[str | None, tuple[float, float]], p_feasible: float) -> str:
        """Why this point.

        Args:
            gain: What the point is for.
            predictions: Mean and standard deviation of each metric there, by name.
            p_feasible: The probability that it meets all constraints.
        """
        told = ", ".join(
            (f"{name} " if name and len(predictions) > 1 else "") + f"{mean:.4g} ± {stddev:.2g}"
            for name, (mean, stddev) in predictions.items()
        )
        reason = f"{gain.why}: predicted {told}"
        incumbent = self._incumbent()
        if incumbent is not None:
            reason += f", the best so far is about {incumbent:.4g}"
        reason += "."
        if self.models.constraints:
            reason += f" It meets all constraints with a probability of about {100 * p_feasible:.0f} %."
        return reason

    def details(self, gain: Gain, point: HostArray, acquisition: Total, encoder: Encoder) -> dict[str, Any]:
        """What is recorded: the acquisition's value, whether it is next to nothing, and the models' hyperparameters.

        Args:
            gain: What the point is for.
            point: Unit coordinates, shape ``(p,)``.
            acquisition: What the point maximizes; the gain's first part is its first part.
            encoder: Of the space.
        """
        incumbent = self._incumbent()
        told: dict[str, Any] = {} if incumbent is None else {"incumbent": incumbent}
        if math.isfinite(gain.settled_below):
            told["log_improvement"] = float(acquisition.terms[0].value(point[None, :])[0])
            told["settled"] = told["log_improvement"] < gain.settled_below
            if math.isfinite(gain.little_below):
                told["little"] = told["log_improvement"] < gain.little_below
        several = {str(model.metric.name): _facts(model, encoder) for model in self.models.all}
        return {
            "acquisition": gain.name,
            "acquisition_value": float(acquisition.value(point[None, :])[0]),
            **told,
            **({"models": several} if len(several) > 1 else _facts(self.models.all[0], encoder)),
            "rows": len(self.models.points),
        }

    def _incumbent(self) -> float | None:
        """What the value at the best point is taken for, in the metric's own units; None with several objectives."""
        if self.best is None or len(self.models.objectives) != 1:
            return None
        [model] = self.models.objectives
        return float(model.transform.to_metric(model.means[[self.best]])[0])


def _facts(model: Model, encoder: Encoder) -> dict[str, Any]:
    posterior = model.posterior
    scales = zip(encoder.axes, model.length_scales.tolist(), strict=True)
    return {
        "length_scales": {axis.name: scale for axis, scale in scales},
        "signal_variance": posterior.signal_variance,
        "additive_share": posterior.kernel.additive_variance / posterior.signal_variance,
        "noise_variance": posterior.noise_variance,
        "warp_power": model.transform.power,
        **({"logarithm": True} if model.transform.logarithm else {}),
        "jitter": posterior.jitter,
        "calibration": float(model.squared_errors.mean()),
        "variance_scale": model.variance_scale,
    }
