"""The tree-structured Parzen estimator as a proposer [Bergstra2011]_, multivariate [Watanabe2023]_.

The observed points are split into good and bad ones. With the densities ``l`` of the good and ``g`` of the bad, and
``c`` the share of the good, a point is good with probability ``c l / (c l + (1 - c) g)``: expected improvement grows
with ``l / g``. Only ranks matter, so outliers and the scale of the values cannot upset it, and it costs milliseconds
however many values there are.

.. [Bergstra2011] J. Bergstra et al. Algorithms for hyper-parameter optimization. NeurIPS, 2011.
.. [Watanabe2023] S. Watanabe. Tree-structured Parzen estimator: understanding its algorithm components and their roles
   for better empirical performance. 2023. arXiv:2304.11127.
"""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np

from optsvc.engine.acquisition.composite import Encoded
from optsvc.engine.backend import HostArray
from optsvc.engine.defaults import DEFAULTS, EngineDefaults
from optsvc.engine.duplicates import first_free
from optsvc.engine.initial import unused_point
from optsvc.engine.model import EncodedHistory, sorted_rows
from optsvc.engine.points.spread import SpaceSampler
from optsvc.engine.problem import Problem, Proposal, Seed, Source
from optsvc.engine.randomness import Stage, generator
from optsvc.engine.success_model import success_term
from optsvc.engine.surrogates.classifier import Classifier
from optsvc.engine.tpe.parzen import Parzen
from optsvc.engine.tpe.split import Split, thinned


@dataclass(frozen=True, slots=True)
class Tpe:
    """The two densities.

    Args:
        split: The points that they are made from.
        good: ``l``.
        bad: ``g``.
    """

    split: Split
    good: Parzen
    bad: Parzen

    @classmethod
    def of(cls, split: Split, avoided: HostArray, sampler: SpaceSampler, defaults: EngineDefaults = DEFAULTS) -> Self:
        """The densities of a split.

        The user's beliefs say where good points lie, and nothing of bad ones.

        Args:
            split: Of the observed points.
            avoided: More points to count among the bad, pending ones for instance, shape ``(k, p)``.
            sampler: The space.
            defaults: The numbers.
        """
        kept, weights = thinned(len(split.bad), defaults)
        bad = np.vstack([split.bad[kept], avoided])
        weights = np.append(weights, np.ones(len(avoided)))
        good = Parzen.of(split.good, np.ones(len(split.good)), sampler, defaults, believes=True)
        return cls(split, good, Parzen.of(bad, weights, sampler, defaults, believes=False))

    def value(self, points: HostArray) -> HostArray:
        """``log l - log g``, shape ``(m,)``, at legal points ``(m, p)``."""
        return self.good.log_density(points) - self.bad.log_density(points)

    def log_probability(self, points: HostArray) -> HostArray:
        """Log probability that points ``(m, p)`` are as good as `Split.worst_good`, shape ``(m,)``."""
        share = self.split.share
        odds = math.log(share) - math.log1p(-share) if share < 1.0 else np.inf
        return -np.logaddexp(0.0, -(odds + self.value(points)))


def propose(
    problem: Problem,
    history: EncodedHistory,
    pending: HostArray,
    sampler: SpaceSampler,
    classifier: Classifier | None,
    seed: Seed,
) -> tuple[HostArray, Proposal]:
    """The best of some points drawn where good ones are.

    Args:
        problem: What is optimized.
        history: What has been observed, at least one value.
        pending: Unit coordinates of the pending points, shape ``(k, p)``; they count as bad.
        sampler: The space.
        classifier: Of successes and failures; None if nothing has failed.
        seed: Of the proposal.

    Returns:
        Unit coordinates ``(p,)`` and the proposal.
    """
    encoder, defaults = sampler.encoder, DEFAULTS
    split = Split.of(history, problem.metric.objective, generator(seed, Stage.TPE, 1), defaults)
    tpe = Tpe.of(split, sorted_rows(pending), sampler, defaults)
    points = tpe.good.draw(defaults.tpe_candidates, generator(seed, Stage.TPE))
    scores = tpe.value(points)
    if classifier is not None:
        scores = scores + Encoded(success_term(classifier, history, encoder, seed), encoder).value(points)
    points = points[np.argsort(-scores, kind="stable")]
    repeats = history.measured_noise
    taken = np.vstack([history.failed, pending] if repeats else [history.points, history.failed, pending])
    rank, exhausted = first_free(points, taken, defaults.min_separation), False
    point = points[rank or 0]
    if rank is None or not sampler.keeps(point):
        point, exhausted = unused_point(sampler, problem, taken, seed)
    return point, _proposal(tpe, point, history, sampler, classifier, seed, exhausted)


def _proposal(
    tpe: Tpe,
    point: HostArray,
    history: EncodedHistory,
    sampler: SpaceSampler,
    classifier: Classifier | None,
    seed: Seed,
    exhausted: bool,
) -> Proposal:
    log_ratio = float(tpe.value(point[None, :])[0])
    good, count = len(tpe.split.good), len(tpe.split.good) + len(tpe.split.bad)
    ratio = f"{math.exp(min(log_ratio, 700.0)):.3g}"
    reason = (
        f"Like the best {good} of {count} points and unlike the others (tree-structured Parzen estimator): "
        f"points like this are {ratio} times as common among the best, which reach {tpe.split.worst_good:.4g}."
    )
    if exhausted:
        reason = f"Every point of the space has been used: this one is served again. {reason}"
    p_success = 1.0
    if classifier is not None:
        p_success = float(np.exp(classifier.log_probability(sampler.encoder.features(point[None, :]))[0]))
        reason = f"{reason} It succeeds with a probability of about {100 * p_success:.0f} %."
    details = {
        "p_success": p_success,
        "acquisition": "log_density_ratio",
        "acquisition_value": log_ratio,
        "p_good": float(np.exp(tpe.log_probability(point[None, :])[0])),
        "good": good,
        "worst_good": tpe.split.worst_good,
        "observations": len(history.values),
        "failures": len(history.failed),
        "exhausted": exhausted,
    }
    return Proposal(
        sampler.encoder.decode(point), source=Source.TPE, reason=reason, ordinal=seed.ordinal, details=details
    )
