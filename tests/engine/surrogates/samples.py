"""Data for processes, and the same process by another library."""

import numpy as np
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern

from optsvc.engine.surrogates.gp import TrainingData


def data(n=25, groups=(0, 1, 2, 2, 2), seed=0, noise=0.05):
    rng = np.random.default_rng(seed)
    features = rng.random((n, len(groups)))
    targets = np.sin(5 * features[:, 0]) + features[:, 1] ** 2 + features[:, 2] + noise * rng.normal(size=n)
    targets = (targets - targets.mean()) / targets.std()
    return TrainingData(features, np.array(groups), targets, rng.random(n) * 0.02)


def sklearn_model(training, theta, jitter):
    """The same process; the constant mean has to be subtracted by hand."""
    joint, noise, additive = np.exp(theta[-3:])
    scales = np.exp(theta[:-3])[training.groups]
    kernel = ConstantKernel(joint) * Matern(length_scale=scales, nu=2.5)
    for j in range(len(theta) - 3):
        # A length scale without end leaves a parameter out.
        alone = np.where(training.groups == j, scales, 1e15)
        kernel += ConstantKernel(additive / (len(theta) - 3)) * Matern(length_scale=alone, nu=2.5)
    alpha = noise + training.variances + jitter * (joint + additive)
    return GaussianProcessRegressor(kernel, alpha=alpha, optimizer=None)
