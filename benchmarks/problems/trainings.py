"""Real trainings of scikit-learn on the data sets that it ships: no optimum is known, the best known value stands in.

``python -m benchmarks scales`` measures `_SCALES` anew, in some minutes.
"""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import log_loss
from sklearn.model_selection import cross_val_predict
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, QuantileTransformer, StandardScaler
from sklearn.svm import SVR

from benchmarks.problems.instance import DEVELOPMENT_SEEDS, Instance, uniform
from optsvc.domain.space import (
    CategoricalParameter,
    Conditional,
    DoubleParameter,
    IntParameter,
    SearchSpace,
    Value,
)

Data = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]
_FOLDS = 3
_DRAWS, _WALKS, _STEPS = 500, 5, 300
_DIVERGED = 20.0
"""A log loss or relative error beyond this is a training that failed."""


@dataclass(frozen=True)
class Training:
    """A model to tune by cross-validation.

    Reported and development seeds see different halves of the data. All seeds of a kind see the same function; they
    differ in the optimizer's own chance.

    Args:
        name: Short, ends with the number of parameters.
        space: What is tuned.
        load: The data, inputs ``(n, f)`` and targets ``(n,)``.
        model: The estimator at assignments.
        classifies: Whether its loss is the log loss, otherwise the root of the mean squared error relative to the
            spread of the targets.
        group: What it stands for.
    """

    name: str
    space: SearchSpace
    load: Callable[[], Data]
    model: Callable[[Mapping[str, Value]], BaseEstimator]
    classifies: bool
    group: str = "training"
    needs: ClassVar[frozenset[str]] = frozenset()

    def instance(self, seed: int) -> Instance:
        """The training on the half of the data that belongs to the kind of `seed`."""
        half = int(seed >= DEVELOPMENT_SEEDS)
        best, typical = _SCALES[self.name][half]
        return Instance(self.space, lambda assignments: self.loss(assignments, half), best, typical)

    def loss(self, assignments: Mapping[str, Value], half: int) -> float:
        """Cross-validated loss; infinite if the training diverges."""
        inputs, targets = _half(self.load, half)
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore", ConvergenceWarning)
            warnings.simplefilter("ignore", RuntimeWarning)
            try:
                method = "predict_proba" if self.classifies else "predict"
                predicted = cross_val_predict(self.model(assignments), inputs, targets, cv=_FOLDS, method=method)
            except ValueError:  # scikit-learn's word for weights that are not finite
                return np.inf
        if not np.isfinite(predicted).all():
            return np.inf
        error = (
            log_loss(targets, predicted)
            if self.classifies
            else np.sqrt(np.mean((predicted - targets) ** 2)) / targets.std()
        )
        return float(error) if error < _DIVERGED else np.inf


@cache
def _half(load: Callable[[], Data], half: int) -> Data:
    inputs, targets = load()
    rows = np.random.default_rng(0).permutation(len(targets))[half::2]
    return inputs[rows], targets[rows]


def _digits() -> Data:
    inputs, targets = load_digits(return_X_y=True)
    return inputs[:800] / 16, targets[:800]


def _svr(x: Mapping[str, Value]) -> BaseEstimator:
    return make_pipeline(
        StandardScaler(), SVR(C=float(x["cost"]), gamma=float(x["gamma"]), epsilon=float(x["epsilon"]), max_iter=20_000)
    )


def _boosting(x: Mapping[str, Value]) -> BaseEstimator:
    return HistGradientBoostingRegressor(
        learning_rate=float(x["learning_rate"]),
        max_iter=int(x["rounds"]),
        max_leaf_nodes=int(x["leaves"]),
        min_samples_leaf=int(x["leaf_samples"]),
        l2_regularization=float(x["l2"]),
        early_stopping=False,
        random_state=0,
    )


def _sgd(x: Mapping[str, Value]) -> BaseEstimator:
    scaler = {
        "standard": StandardScaler(),
        "minmax": MinMaxScaler(),
        "quantile": QuantileTransformer(n_quantiles=int(x.get("quantiles", 10))),
    }[str(x["scaler"])]
    return make_pipeline(
        scaler,
        SGDClassifier(
            loss="log_loss",
            penalty=str(x["penalty"]),
            alpha=float(x["alpha"]),
            l1_ratio=float(x.get("l1_ratio", 0.0)),
            learning_rate="invscaling",
            eta0=float(x["eta"]),
            power_t=float(x["decay"]),
            max_iter=20,
            tol=None,
            random_state=0,
        ),
    )


def _mlp(x: Mapping[str, Value]) -> BaseEstimator:
    return MLPClassifier(
        hidden_layer_sizes=(int(x["units"]),),
        activation=str(x["activation"]),
        alpha=float(x["alpha"]),
        batch_size=int(x["batch"]),
        solver=str(x["solver"]),
        learning_rate_init=float(x["learning_rate"]),
        max_iter=8,
        random_state=0,
    )


TRAININGS = (
    Training(
        "svr-diabetes-3",
        SearchSpace(
            (
                DoubleParameter("cost", 1e-2, 1e5, log=True),
                DoubleParameter("gamma", 1e-6, 1e1, log=True),
                DoubleParameter("epsilon", 1e-2, 1e2, log=True),
            )
        ),
        lambda: load_diabetes(return_X_y=True),
        _svr,
        classifies=False,
    ),
    Training(
        "boosting-diabetes-5",
        SearchSpace(
            (
                DoubleParameter("learning_rate", 1e-3, 1.0, log=True),
                IntParameter("rounds", 2, 60),
                IntParameter("leaves", 2, 32),
                IntParameter("leaf_samples", 1, 40),
                DoubleParameter("l2", 1e-6, 1e3, log=True),
            )
        ),
        lambda: load_diabetes(return_X_y=True),
        _boosting,
        classifies=False,
    ),
    Training(
        "sgd-cancer-7",
        SearchSpace(
            (
                DoubleParameter("alpha", 1e-7, 1e1, log=True),
                DoubleParameter("eta", 1e-4, 1e1, log=True),
                DoubleParameter("decay", 0.0, 1.0),
                DoubleParameter("l1_ratio", 0.0, 1.0, conditions=(("penalty", ("elasticnet",)),)),
                IntParameter("quantiles", 3, 100, conditions=(("scaler", ("quantile",)),)),
            ),
            (
                Conditional("penalty", ("l1", "l2", "elasticnet")),
                Conditional("scaler", ("standard", "minmax", "quantile")),
            ),
        ),
        lambda: load_breast_cancer(return_X_y=True),
        _sgd,
        classifies=True,
    ),
    Training(
        "mlp-digits-6",
        SearchSpace(
            (
                IntParameter("units", 2, 64),
                CategoricalParameter("activation", ("identity", "logistic", "tanh", "relu")),
                DoubleParameter("alpha", 1e-6, 1e1, log=True),
                IntParameter("batch", 8, 200),
                CategoricalParameter("solver", ("adam", "sgd")),
                DoubleParameter("learning_rate", 1e-5, 1e1, log=True),
            )
        ),
        _digits,
        _mlp,
        classifies=True,
    ),
)

_SCALES: dict[str, tuple[tuple[float, float], tuple[float, float]]] = {
    "svr-diabetes-3": ((0.69628758, 1.00519272), (0.69584622, 1.00386006)),
    "boosting-diabetes-5": ((0.71752755, 0.87049643), (0.71844067, 0.87756800)),
    "sgd-cancer-7": ((0.07972457, 0.55294589), (0.07152949, 0.59835624)),
    "mlp-digits-6": ((0.18785314, 2.33311628), (0.07724013, 2.32240220)),
}
"""Best known and typical loss of each, for reported and for development seeds."""


def _measure(training: Training, half: int) -> tuple[float, float]:
    """Least loss found by uniform draws and by walks from the best of them in ever smaller steps; the draws' median."""
    rng = np.random.default_rng([half, 7])
    points = [uniform(training.space, rng) for _ in range(_DRAWS)]
    losses = [training.loss(point, half) for point in points]
    least = np.inf
    for start in np.argsort(losses)[:_WALKS]:
        best, point = losses[start], points[start]
        for step in range(_STEPS):
            other = _step(training.space, point, rng, scale=0.2 * 0.985**step)
            if (loss := training.loss(other, half)) < best:
                best, point = loss, other
        least = min(least, best)
    finite = np.where(np.isfinite(losses), losses, _DIVERGED)
    return float(least), float(np.median(finite))


def _step(space: SearchSpace, point: Mapping[str, Value], rng: np.random.Generator, scale: float) -> dict[str, Value]:
    moved = dict(point)
    for parameter in space.existing(point):
        if isinstance(parameter, CategoricalParameter):
            continue
        low, high = float(parameter.low), float(parameter.high)
        value = float(moved[parameter.name])
        if isinstance(parameter, DoubleParameter) and parameter.log:
            value = float(np.exp(np.log(value) + scale * rng.normal() * np.log(high / low)))
        else:
            value += scale * rng.normal() * (high - low)
        value = min(max(value, low), high)
        moved[parameter.name] = round(value) if isinstance(parameter, IntParameter) else value
    return moved


def scales() -> str:
    """What `_SCALES` should hold, measured anew in some minutes; the least value ever found is to be kept."""
    return "\n".join(f'    "{t.name}": ({_measure(t, 0)}, {_measure(t, 1)}),' for t in TRAININGS)
