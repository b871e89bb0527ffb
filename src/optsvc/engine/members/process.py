"""Gaussian processes as a member: the point of the highest expected gain."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from optsvc.engine.acquisition.composite import Encoded, OnPoints, Total
from optsvc.engine.acquisition.feasibility import LogFeasibility
from optsvc.engine.backend import HostArray
from optsvc.engine.beliefs import BeliefTerm
from optsvc.engine.candidates.mixed import CandidateSearch
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.members.gains import Gain, Gains
from optsvc.engine.members.situation import Choice, Situation
from optsvc.engine.model import Model, Models
from optsvc.engine.problem import Proposal, Seed, Source
from optsvc.engine.ranking import ranked
from optsvc.engine.steps import Steps
from optsvc.engine.success_model import success_term


class Process:
    """Proposes by the fitted processes, and says what they expect anywhere.

    Args:
        situation: What is known.
        models: The processes fitted to it.
    """

    def __init__(self, situation: Situation, models: Models) -> None:
        self._situation = situation
        self._models = models
        self._missed = models.missed()
        goals = np.array([model.means for model in models.objectives]).reshape(-1, len(models.points))
        losses = goals[0] if len(models.all) == len(goals) == 1 else ranked(goals.T, self._missed)
        self._order = np.argsort(losses, kind="stable")
        self._gains = Gains(situation, models, self._order, feasible=self.feasible)

    @property
    def feasible(self) -> bool:
        """Whether there is a point that seems to meet all constraints."""
        return bool((self._missed == 0.0).any())

    def propose(self, pending: HostArray, seed: Seed) -> Steps[tuple[HostArray, Proposal]]:
        """The point of the highest acquisition, ``(p,)``, and the proposal of it.

        Args:
            pending: Unit coordinates of the pending points, shape ``(k, p)``.
            seed: Of the proposal.
        """
        situation, models = self._situation, self._models
        gain = yield from self._gains.of(pending, seed)
        acquisition = self._acquisition(gain, seed)
        large = len(models.points) > DEFAULTS.raw_large_rows
        points, _ = yield from CandidateSearch(
            acquisition,
            situation.sampler,
            incumbents=models.points[self._order[: DEFAULTS.perturbed_incumbents]],
            length_scales=models.steps,
            raw_points=DEFAULTS.raw_points_large if large else DEFAULTS.raw_points,
            seed=seed,
            defaults=DEFAULTS,
        ).steps()
        choice = situation.choose(points, pending, seed)
        predictions = self.predict(choice.point)
        proposal = Proposal(
            assignments=situation.encoder.decode(choice.point),
            source=Source.GP,
            reason=situation.sentences(self._reason(gain, choice.point, predictions), choice),
            ordinal=seed.ordinal,
            details=self._details(gain, choice, acquisition, pending),
        )
        return choice.point, proposal

    def predict(self, point: HostArray) -> dict[str | None, tuple[float, float]]:
        """Mean and standard deviation of each noise-free metric at a point ``(p,)``, in its own units, by name."""
        features = self._situation.encoder.features(point[None, :])[0]
        return {model.metric.name: model.predict(features) for model in self._models.all}

    def p_feasible(self, point: HostArray) -> float:
        """The probability that all constraints are met at a point ``(p,)``."""
        features = self._situation.encoder.features(point[None, :])[0]
        return self._models.p_feasible(features)

    def p_better(self, point: HostArray, value: float) -> float:
        """The probability that an evaluation at a point ``(p,)`` succeeds with at most this loss, or better.

        Args:
            point: Unit coordinates.
            value: Of the only metric, in its own units.
        """
        [model] = self._models.objectives
        mean, variance = model.expect(self._situation.encoder.features(point[None, :])[0])
        bar = float(model.transform.targets(np.array([value]))[0])
        noise = model.posterior.noise_variance
        p_below = 0.5 * math.erfc((mean - bar) / math.sqrt(2.0 * (variance + noise)))
        return p_below * self._situation.p_success(point)

    def _acquisition(self, gain: Gain, seed: Seed) -> Total:
        situation, models, encoder = self._situation, self._models, self._situation.encoder
        terms: list[OnPoints] = [Encoded(term, encoder) for term in gain.terms]
        terms += [Encoded(LogFeasibility(model.posterior, model.bar), encoder) for model in models.constraints]
        if situation.sampler.beliefs:
            budget = situation.problem.budget
            decay = DEFAULTS.prior_decay if budget is None else DEFAULTS.prior_decay_share * budget
            terms.append(BeliefTerm(situation.sampler.beliefs, decay / len(situation.history.values)))
        if situation.classifier is not None:
            terms.append(Encoded(success_term(situation.classifier, situation.history, encoder, seed), encoder))
        return Total(terms)

    def _reason(self, gain: Gain, point: HostArray, predictions: Mapping[str | None, tuple[float, float]]) -> str:
        told = ", ".join(
            (f"{name} " if name and len(predictions) > 1 else "") + f"{mean:.4g} ± {stddev:.2g}"
            for name, (mean, stddev) in predictions.items()
        )
        reason = f"{gain.why}: predicted {told}"
        if len(self._models.objectives) == 1 and self.feasible:
            reason += f", the best so far is about {self._incumbent:.4g}"
        reason += "."
        if self._models.constraints:
            share = 100 * self.p_feasible(point)
            reason += f" It meets all constraints with a probability of about {share:.0f} %."
        return reason

    @property
    def _incumbent(self) -> float:
        """What the value at the best point is taken for, in the metric's own units."""
        [model] = self._models.objectives
        return float(model.transform.to_metric(model.means[self._order[:1]])[0])

    def _details(self, gain: Gain, choice: Choice, acquisition: Total, pending: HostArray) -> dict[str, Any]:
        models, point = self._models, choice.point[None, :]
        told: dict[str, Any] = {}
        if len(models.objectives) == 1 and self.feasible:
            told["incumbent"] = self._incumbent
        if math.isfinite(gain.settled_below):
            told["log_improvement"] = float(acquisition.terms[0].value(point)[0])
            told["settled"] = told["log_improvement"] < gain.settled_below
        several = {str(model.metric.name): self._facts(model) for model in models.all}
        return {
            **self._situation.facts(choice),
            "acquisition": gain.name,
            "acquisition_value": float(acquisition.value(point)[0]),
            **told,
            **({"models": several} if len(several) > 1 else self._facts(models.all[0])),
            "pending": len(pending),
            "rows": len(models.points),
        }

    def _facts(self, model: Model) -> dict[str, Any]:
        posterior = model.posterior
        scales = zip(self._situation.encoder.axes, model.length_scales.tolist(), strict=True)
        return {
            "length_scales": {axis.name: scale for axis, scale in scales},
            "signal_variance": posterior.signal_variance,
            "additive_share": posterior.kernel.additive_variance / posterior.signal_variance,
            "noise_variance": posterior.noise_variance,
            "warp_power": model.transform.power,
            "jitter": posterior.jitter,
            "calibration": float(model.squared_errors.mean()),
            "variance_scale": model.variance_scale,
        }
