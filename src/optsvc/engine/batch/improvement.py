"""Expected improvement of many experiments at once: `acquisition.expected_improvement`, with a leading axis.

Letters as there; ``b`` acquisition functions, ``m`` candidates of each. The factors stay on the device, inverted once:
predictions are then matrix products alone, which is what a GPU does best, and lose no more to rounding than a solve as
long as the variances that they are subtracted from are not tiny.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from optsvc.engine.acquisition.expected_improvement import LogExpectedImprovement, log_h, log_h_slope
from optsvc.engine.backend import Array, Backend, HostArray, IntArray
from optsvc.engine.batch.padding import COLUMNS, ROWS, Memory, bucket, mask, stack, stack_factors
from optsvc.engine.surrogates.kernels import Kernel, matern52

_BUFFERS = 6
"""How many ``(m, n)`` matrices one evaluation holds at a time."""

Key = tuple[int, int, int]


def bucket_of(function: LogExpectedImprovement) -> Key:
    """Functions of one bucket fit into one batch: rows, columns, samples."""
    n, d = function.posterior.features.shape
    return bucket(n, ROWS), bucket(d, COLUMNS), len(function.incumbents)


class _Held(NamedTuple):
    """Arrays of ``b`` functions on the device."""

    inverse: Array
    """Of the factors, ``(b, n, n)``."""
    rows: Array
    """Scaled features, ``(b, n, d)``."""
    root: Array
    """Inverse length scales, ``(b, d)``."""
    weights: Array
    incumbents: Array
    mean: Array
    joint: Array
    """Variance of what the parameters do together."""
    alone: Array
    """Variance of what each parameter does alone, ``(b, p)``."""
    columns: Array
    """1 for the features of each parameter, ``(b, p, d)``."""
    signal: Array
    floor: Array
    """Of the variances."""
    real: Array
    """1 for rows, 0 for padding."""


def _membership(kernel: Kernel) -> HostArray:
    """1 for the features of each parameter, ``(p, d)``."""
    membership: HostArray = (kernel.groups == np.arange(kernel.parameters)[:, None]).astype(np.float64)
    return membership


class ImprovementBatch:
    """Acquisition functions of one bucket, ready on the device.

    Args:
        functions: With their arrays on the host.
        backend: What computes.
        memory: What there is.
    """

    def __init__(self, functions: Sequence[LogExpectedImprovement], backend: Backend, memory: Memory) -> None:
        n, self.columns, samples = bucket_of(functions[0])
        posteriors = [function.posterior for function in functions]
        counts = [len(posterior.features) for posterior in posteriors]
        kernels = [posterior.kernel for posterior in posteriors]
        roots = [np.sqrt(kernel.inverse_squared_scale) for kernel in kernels]
        self._parameters = max(kernel.parameters for kernel in kernels)
        alone = [np.full(kernel.parameters, kernel.variance_alone) for kernel in kernels]
        features = [(part.features - 0.5) * root for part, root in zip(posteriors, roots, strict=True)]
        signal = np.array([posterior.signal_variance for posterior in posteriors])
        floors = signal * [posterior.variance_floor for posterior in posteriors]
        held = (
            stack(features, (n, self.columns)),
            stack(roots, (self.columns,)),
            stack([function.weights for function in functions], (n, samples)),
            stack([function.incumbents for function in functions], (samples,)),
            np.array([posterior.mean for posterior in posteriors]),
            np.array([kernel.joint_variance for kernel in kernels]),
            stack(alone, (self._parameters,)),
            stack([_membership(kernel) for kernel in kernels], (self._parameters, self.columns)),
            signal,
            floors,
            mask(counts, n).astype(np.float64),
        )
        factors = backend.to_device(stack_factors([posterior.factor for posterior in posteriors], n))
        self._all = _Held(backend.inverses_of_lower(factors), *(backend.to_device(part) for part in held))
        self._backend, self._memory = backend, memory
        self._row_bytes = 8 * n * (_BUFFERS + self._parameters)
        self._matrix_bytes = 8 * n * n
        self._some: tuple[bytes, _Held] = (b"", self._all)

    def value(self, members: IntArray, features: HostArray) -> HostArray:
        """Scores ``(k, m)`` by the functions `members` ``(k,)``, each of candidates of its own ``(k, m, d)``."""
        out = np.empty(features.shape[:2])
        each = features.shape[1] * self._row_bytes + self._matrix_bytes
        parts = self._memory.in_parts(len(members), each, lambda p: self._value(members[p], features[p]))
        for part, values in parts:
            out[part] = values
        return out

    def value_and_gradient(self, members: IntArray, features: HostArray) -> tuple[HostArray, HostArray]:
        """`value`, and its gradient in the features, shape ``(k, m, d)``."""
        out, gradient = np.empty(features.shape[:2]), np.empty(features.shape)
        each = 2 * features.shape[1] * self._row_bytes + self._matrix_bytes
        parts = self._memory.in_parts(len(members), each, lambda p: self._value_and_gradient(members[p], features[p]))
        for part, (values, slopes) in parts:
            out[part], gradient[part] = values, slopes
        return out, gradient

    def predict(self, members: IntArray, features: HostArray) -> tuple[HostArray, HostArray]:
        """Means ``(k, m, s)`` in each sample, and standard deviations ``(k, m)``, of the noise-free functions."""
        held = self._take(members)
        _, K, _ = self._kernel(held, features)
        stddev = self._stddev(held, K @ self._backend.xp.swapaxes(held.inverse, 1, 2))
        return self._backend.to_host(self._means(held, K)), self._backend.to_host(stddev)

    def _value(self, members: IntArray, features: HostArray) -> HostArray:
        held = self._take(members)
        _, K, _ = self._kernel(held, features)
        stddev = self._stddev(held, K @ self._backend.xp.swapaxes(held.inverse, 1, 2))
        log_improvement, _, _ = self._improvement(held, K, stddev)
        return self._backend.to_host(self._mean_over_samples(log_improvement))

    def _value_and_gradient(self, members: IntArray, features: HostArray) -> tuple[HostArray, HostArray]:
        """The formula of `LogExpectedImprovement.value_and_gradient`."""
        xp, backend = self._backend.xp, self._backend
        held = self._take(members)
        X, K, slopes = self._kernel(held, features)
        T = K @ xp.swapaxes(held.inverse, 1, 2)
        stddev = self._stddev(held, T)
        log_improvement, z, log_h_z = self._improvement(held, K, stddev)
        value = self._mean_over_samples(log_improvement)
        share = xp.exp(log_improvement - value[:, :, None]) / held.incumbents.shape[1]
        slope = log_h_slope(z, log_h_z, backend)
        by_mean = -share * slope / stddev[:, :, None]
        by_stddev = (share * (1.0 - z * slope)).sum(axis=2) / stddev
        weights = (by_stddev / stddev)[:, :, None] * (T @ held.inverse) - by_mean @ xp.swapaxes(held.weights, 1, 2)
        gradient = xp.zeros_like(X)
        for columns, P in slopes:
            G = P * weights
            gradient += (G.sum(axis=2)[:, :, None] * X - G @ held.rows) * columns
        return backend.to_host(value), backend.to_host(gradient * held.root[:, None, :])

    def _take(self, members: IntArray) -> _Held:
        """The arrays of some members; gathered once for as long as the same ones are asked."""
        if len(members) == len(self._all.inverse):
            return self._all
        key = members.tobytes()
        if key != self._some[0]:
            self._some = (b"", self._all)
            self._some = (key, _Held(*(part[members] for part in self._all)))
        return self._some[1]

    def _kernel(self, held: _Held, features: HostArray) -> tuple[Array, Array, list[tuple[Array, Array]]]:
        """Scaled candidates, their covariances with the rows, and the columns and the ``P`` of each term."""
        xp, real = self._backend.xp, held.real[:, None, :]
        X = (self._backend.to_device(features) - 0.5) * held.root[:, None, :]
        terms = [(xp.ones_like(held.columns[:, 0, None, :]), held.joint)]
        terms += [(held.columns[:, j, None, :], held.alone[:, j]) for j in range(self._parameters)]
        K, slopes = xp.zeros((*X.shape[:2], held.rows.shape[1])), []
        for columns, variance in terms:
            some, rows = X * columns, held.rows * columns
            products = some @ xp.swapaxes(rows, 1, 2)
            distance = (some * some).sum(axis=2)[:, :, None] + (rows * rows).sum(axis=2)[:, None, :] - 2.0 * products
            part, P = matern52(xp.maximum(distance, 0.0), variance[:, None, None], self._backend)
            K += part * real
            slopes.append((columns, P * real))
        return X, K, slopes

    def _stddev(self, held: _Held, T: Array) -> Array:
        xp = self._backend.xp
        return xp.sqrt(xp.maximum(held.signal[:, None] - (T * T).sum(axis=2), held.floor[:, None]))

    def _means(self, held: _Held, K: Array) -> Array:
        return held.mean[:, None, None] + K @ held.weights

    def _improvement(self, held: _Held, K: Array, stddev: Array) -> tuple[Array, Array, Array]:
        z = (held.incumbents[:, None, :] - self._means(held, K)) / stddev[:, :, None]
        log_h_z = log_h(z, self._backend)
        return log_h_z + self._backend.xp.log(stddev)[:, :, None], z, log_h_z

    def _mean_over_samples(self, log_improvement: Array) -> Array:
        xp = self._backend.xp
        top = log_improvement.max(axis=2)
        return top + xp.log(xp.exp(log_improvement - top[:, :, None]).mean(axis=2))
