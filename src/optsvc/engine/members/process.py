"""The Gaussian process as a member: the point of the highest expected improvement."""

import math
from typing import Any

import numpy as np

from optsvc.engine.acquisition.composite import Encoded, OnPoints, Total
from optsvc.engine.acquisition.noisy import expected_improvement
from optsvc.engine.backend import HostArray
from optsvc.engine.beliefs import BeliefTerm
from optsvc.engine.candidates.mixed import CandidateSearch
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.members.situation import Choice, Situation
from optsvc.engine.model import Model, sorted_rows
from optsvc.engine.problem import Proposal, Seed, Source
from optsvc.engine.randomness import Stage, generator
from optsvc.engine.steps import Steps
from optsvc.engine.success_model import success_term
from optsvc.engine.surrogates.calibration import variance_scale


class Process:
    """Proposes by the fitted process, and says what it expects anywhere.

    Args:
        situation: What is known.
        model: The process fitted to it.
    """

    def __init__(self, situation: Situation, model: Model) -> None:
        self._situation = situation
        self._model = model
        posterior = model.posterior
        means = posterior.backend.to_host(posterior.predict(posterior.features)[0])
        order = np.argsort(means, kind="stable")
        self._incumbents = model.points[order[: DEFAULTS.perturbed_incumbents]]
        self._scale = variance_scale(model.squared_errors[order[: DEFAULTS.calibration_rows]])
        self._best = float(model.transform.to_metric(means[order[:1]])[0])

    def propose(self, pending: HostArray, seed: Seed) -> Steps[tuple[HostArray, Proposal]]:
        """The point of the highest acquisition, ``(p,)``, and the proposal of it.

        Args:
            pending: Unit coordinates of the pending points, shape ``(k, p)``.
            seed: Of the proposal.
        """
        situation, model = self._situation, self._model
        acquisition = self._acquisition(pending, seed)
        large = len(model.points) > DEFAULTS.raw_large_rows
        points, _ = yield from CandidateSearch(
            acquisition,
            situation.sampler,
            incumbents=self._incumbents,
            length_scales=model.length_scales,
            raw_points=DEFAULTS.raw_points_large if large else DEFAULTS.raw_points,
            seed=seed,
            defaults=DEFAULTS,
        ).steps()
        choice = situation.choose(points, pending, seed)
        mean, stddev = self.predict(choice.point)
        reason = (
            f"Highest expected improvement under a Gaussian process fitted to {len(situation.history.values)} values: "
            f"predicted {mean:.4g} ± {stddev:.2g}, the best so far is about {self._best:.4g}."
        )
        proposal = Proposal(
            assignments=situation.encoder.decode(choice.point),
            source=Source.GP,
            reason=situation.sentences(reason, choice),
            ordinal=seed.ordinal,
            mean=mean,
            stddev=stddev,
            details=self._details(choice, acquisition, pending),
        )
        return choice.point, proposal

    def predict(self, point: HostArray) -> tuple[float, float]:
        """Mean and standard deviation of the noise-free metric at a point ``(p,)``, in its own units."""
        return self._model.transform.moments(*self._target(point), DEFAULTS.quadrature_points)

    def p_better(self, point: HostArray, value: float) -> float:
        """The probability that an evaluation at a point ``(p,)`` succeeds with at most this loss, or better.

        Args:
            point: Unit coordinates.
            value: Of the metric, in its own units.
        """
        mean, variance = self._target(point)
        bar = float(self._model.transform.targets(np.array([value]))[0])
        noise = self._model.posterior.noise_variance
        p_below = 0.5 * math.erfc((mean - bar) / math.sqrt(2.0 * (variance + noise)))
        return p_below * self._situation.p_success(point)

    def _target(self, point: HostArray) -> tuple[float, float]:
        """Mean and variance of the target, as sure as the process has proved to be."""
        posterior, encoder = self._model.posterior, self._situation.encoder
        moments = posterior.predict(posterior.backend.to_device(encoder.features(point[None, :])))
        mean, variance = (float(a[0]) for a in moments)
        return mean, self._scale * variance

    def _acquisition(self, pending: HostArray, seed: Seed) -> Total:
        situation, model, encoder = self._situation, self._model, self._situation.encoder
        improvement = expected_improvement(
            model.posterior,
            encoder.features(sorted_rows(pending)),
            encoder.features(situation.history.failed),
            noisy=model.noisy,
            rng=generator(seed, Stage.FANTASIES),
            defaults=DEFAULTS,
        )
        terms: list[OnPoints] = [Encoded(improvement, encoder)]
        if situation.sampler.beliefs:
            budget = situation.problem.budget
            decay = DEFAULTS.prior_decay if budget is None else DEFAULTS.prior_decay_share * budget
            terms.append(BeliefTerm(situation.sampler.beliefs, decay / len(situation.history.values)))
        if situation.classifier is not None:
            terms.append(Encoded(success_term(situation.classifier, situation.history, encoder, seed), encoder))
        return Total(terms)

    def _details(self, choice: Choice, acquisition: Total, pending: HostArray) -> dict[str, Any]:
        model, posterior = self._model, self._model.posterior
        scales = zip(self._situation.encoder.axes, model.length_scales.tolist(), strict=True)
        return {
            **self._situation.facts(choice),
            "acquisition": "log_noisy_expected_improvement" if model.noisy else "log_expected_improvement",
            "acquisition_value": float(acquisition.value(choice.point[None, :])[0]),
            "log_improvement": float(acquisition.terms[0].value(choice.point[None, :])[0]),
            "incumbent": self._best,
            "length_scales": {axis.name: scale for axis, scale in scales},
            "signal_variance": posterior.signal_variance,
            "additive_share": posterior.kernel.additive_variance / posterior.signal_variance,
            "noise_variance": posterior.noise_variance,
            "warp_power": model.transform.power,
            "jitter": posterior.jitter,
            "calibration": float(model.squared_errors.mean()),
            "variance_scale": self._scale,
            "pending": len(pending),
            "rows": len(model.points),
        }
