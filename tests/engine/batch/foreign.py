"""An array library that is not NumPy and computes with NumPy: what a device forbids, on every machine.

As CuPy's, its arrays do not turn into NumPy's by themselves, and operations do not mix the two: each crossing must be
said. Only then does code that passes with NumPy pass on a device too.
"""

from types import ModuleType

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from optsvc.engine.backend import NUMPY, NumpyBackend


class ForeignArray(NDArrayOperatorsMixin):
    """An array elsewhere."""

    def __init__(self, held):
        self.held = held

    def __array__(self, *_, **__):
        raise TypeError("implicit conversion to a NumPy array")

    def __array_ufunc__(self, ufunc, method, *inputs, out=(), **options):
        result = getattr(ufunc, method)(
            *(_inside(x) for x in inputs), out=tuple(o.held for o in out) or None, **options
        )
        return out[0] if out else ForeignArray(result)

    def __getitem__(self, key):
        return ForeignArray(self.held[_index(key)])

    def __setitem__(self, key, value):
        self.held[_index(key)] = _inside(value)

    def __len__(self):
        return len(self.held)

    def __float__(self):
        return float(self.held)

    @property
    def T(self):
        return ForeignArray(self.held.T)

    @property
    def shape(self):
        return self.held.shape

    @property
    def ndim(self):
        return self.held.ndim

    def __getattr__(self, name):
        if name not in {"sum", "max", "min", "mean", "copy", "all"}:
            raise AttributeError(name)
        return lambda *arguments, **options: ForeignArray(getattr(self.held, name)(*arguments, **options))


def _inside(value):
    """What is held; plain numbers may mix with arrays, NumPy's arrays may not."""
    if isinstance(value, ForeignArray):
        return value.held
    if np.ndim(value):
        raise TypeError("a NumPy array among foreign ones")
    return value


def _index(key):
    """Indices may be NumPy's: CuPy takes them along."""
    parts = key if isinstance(key, tuple) else (key,)
    inside = tuple(part.held if isinstance(part, ForeignArray) else part for part in parts)
    return inside if isinstance(key, tuple) else inside[0]


class _Library(ModuleType):
    """NumPy's functions, for foreign arrays."""

    def __getattr__(self, name):
        function = getattr(np, name)

        def call(*arguments, **options):
            result = function(*(_inside(x) if np.ndim(_shape(x)) else x for x in arguments), **options)
            return tuple(map(ForeignArray, result)) if isinstance(result, tuple) else ForeignArray(result)

        return call


def _shape(value):
    return value.shape if isinstance(value, ForeignArray | np.ndarray) else 0


class ForeignBackend(NumpyBackend):
    """NumPy's backend behind a border."""

    xp = _Library("foreign")
    name = "foreign"

    def to_device(self, array):
        return ForeignArray(np.array(array))

    def to_host(self, array):
        if not isinstance(array, ForeignArray):
            raise TypeError("this is on the host already")
        return np.array(array.held, dtype=np.float64)

    def cholesky(self, matrix):
        factor = super().cholesky(matrix.held)
        return None if factor is None else ForeignArray(factor)

    def solve_lower(self, factor, rhs):
        return ForeignArray(super().solve_lower(factor.held, rhs.held))

    def solve_upper(self, factor, rhs):
        return ForeignArray(super().solve_upper(factor.held, rhs.held))

    def inverse_from_factor(self, factor):
        return ForeignArray(super().inverse_from_factor(factor.held))

    def cholesky_many(self, matrices):
        factors, good = NUMPY.cholesky_many(matrices.held)
        return ForeignArray(factors), good

    def inverses_of_lower(self, factors):
        return ForeignArray(super().inverses_of_lower(factors.held))

    def ndtr(self, x):
        return ForeignArray(super().ndtr(x.held))

    def log_ndtr(self, x):
        return ForeignArray(super().log_ndtr(x.held))

    def erfcx(self, x):
        return ForeignArray(super().erfcx(x.held))
