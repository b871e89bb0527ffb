"""Which fits are believed."""

from dataclasses import replace

import numpy as np

from optsvc.engine import EngineState, Seed
from optsvc.engine.backend import NUMPY
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.encoding import Encoder
from optsvc.engine.fitting import fit_models
from optsvc.engine.history import EncodedHistory
from optsvc.engine.steps import complete
from optsvc.engine.surrogates.priors import Prior
from tests.engine.builders import box, history, problem

SPACE = box(2)
PAST = history(SPACE, 20, lambda a: sum((float(v) - 0.3) ** 2 for v in a.values()))
ENCODER = Encoder(SPACE, DEFAULTS.relaxed_levels)
MODE = Prior(ENCODER.categorical, False, DEFAULTS).mode


def fitted(theta=None, defaults=DEFAULTS):
    """The model of the past, with these hyperparameters as if they had just been fitted to it."""
    names = [
        *(f"length_scale:{axis.name}" for axis in ENCODER.axes),
        "signal_variance",
        "noise_variance",
        "additive_variance",
    ]
    state = None if theta is None else EngineState(dict(zip(names, theta, strict=True)), len(PAST))
    encoded = EncodedHistory.of(problem(SPACE), PAST, ENCODER)
    models = complete(
        fit_models(
            problem(SPACE), encoded, len(PAST), ENCODER, state=state, seed=Seed(1, 20), defaults=defaults, backend=NUMPY
        )
    )
    return models.all[0]


def test_a_fit_that_errs_as_it_expects_is_believed():
    theta = MODE + 0.2

    assert fitted().squared_errors.mean() < 2.0
    np.testing.assert_array_equal(fitted(theta).theta, theta)


def test_a_fit_that_is_far_too_sure_gives_way_to_the_mode_of_the_prior():
    model = fitted(np.log([100.0, 100.0, 0.001, 1e-10, 0.001]))

    np.testing.assert_array_equal(model.theta, MODE)
    assert model.squared_errors.mean() < DEFAULTS.worst_calibration


def test_where_neither_is_believed_the_one_that_errs_less_is_taken():
    theta = MODE + 0.2

    neither = fitted(theta, replace(DEFAULTS, worst_calibration=0.0))

    assert neither.squared_errors.mean() == min(fitted(theta).squared_errors.mean(), fitted(MODE).squared_errors.mean())
