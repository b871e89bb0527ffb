"""The model of failures of one experiment: its data in the engine's terms, and the classifier fitted to them."""

import numpy as np
from scipy.spatial import cKDTree

from optsvc.engine.acquisition.success import LikelySuccess, LogSuccess
from optsvc.engine.backend import Backend, HostArray, IntArray
from optsvc.engine.defaults import DEFAULTS, EngineDefaults
from optsvc.engine.encoding import Encoder
from optsvc.engine.history import EncodedHistory
from optsvc.engine.hyperparameters import still_fresh, stored_hyperparameters
from optsvc.engine.problem import EngineState, Seed
from optsvc.engine.surrogates.classifier import Classifier, ClassifierPrior, LabelledData, fit_classifier

_LENGTH_SCALE = "success_length_scale:"
_SIGNAL = "success_signal_variance"


def fit_success(
    history: EncodedHistory,
    observation_count: int,
    encoder: Encoder,
    *,
    state: EngineState | None,
    defaults: EngineDefaults,
    backend: Backend,
) -> tuple[Classifier, dict[str, float]] | None:
    """Fits the probability of success, or reuses the hyperparameters in `state` if they were fitted to the same data.

    Returns:
        The classifier, and its hyperparameters by name for the next state. None if nothing has failed.
    """
    if not len(history.failed):
        return None
    points = np.vstack([history.points, history.failed])
    labels = np.concatenate([np.ones(len(history.points)), np.zeros(len(history.failed))])
    data = LabelledData(encoder.features(points), encoder.groups, labels)
    data = data.take(_boundary_rows(data, defaults.success_rows))
    prior = ClassifierPrior(encoder.dimension, defaults)
    names = [*(_LENGTH_SCALE + axis.name for axis in encoder.axes), _SIGNAL]
    known = state is not None and _SIGNAL in state.hyperparameters
    theta = stored_hyperparameters(state, names, prior.mode, prior.bounds) if state and known else prior.mode
    # One kind of label says how likely success is, not where.
    if len(history.points) and not (state and known and still_fresh(state, observation_count, defaults)):
        rows = _boundary_rows(data, defaults.success_fit_rows)
        theta = fit_classifier(data.take(rows), prior, [theta], defaults, backend)
    return Classifier.of(data, theta, backend), dict(zip(names, theta.tolist(), strict=True))


def success_term(
    classifier: Classifier, history: EncodedHistory, encoder: Encoder, seed: Seed
) -> LogSuccess | LikelySuccess:
    """What an acquisition function gains from the classifier: by turns, it is put off by failure, or shuns it."""
    if seed.ordinal % 2 == 0:
        return LogSuccess(classifier, DEFAULTS.success_floor, DEFAULTS.success_weight)
    surest = float(np.exp(classifier.log_probability(encoder.features(history.points)).max()))
    least = min(DEFAULTS.likely_success, DEFAULTS.likely_share * surest)
    return LikelySuccess(classifier, least, DEFAULTS.unlikely_slope)


def _boundary_rows(data: LabelledData, limit: int) -> IntArray:
    """The rows nearest to one of the other kind, and as many that stand for the rest; all if they are few."""
    n = len(data.labels)
    if n <= limit:
        return np.arange(n)
    gap: HostArray = np.arange(n, dtype=np.float64)
    for kind in (0.0, 1.0):
        mine = data.labels == kind
        if mine.any() and not mine.all():
            gap[mine] = cKDTree(data.features[~mine]).query(data.features[mine])[0]
    order = np.argsort(gap, kind="stable")
    near, rest = order[: limit // 2], order[limit // 2 :]
    spaced = np.linspace(0, len(rest) - 1, limit - len(near)).round().astype(np.int64)
    return np.sort(np.concatenate([near, rest[spaced]]))
