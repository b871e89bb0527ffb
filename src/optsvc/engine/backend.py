"""The one place that knows which array library computes: what the mathematics needs beyond the array API itself.

The formulas are written against an array module ``xp`` and a `Backend`, so that another array library needs another
backend and no other formula.
"""

from types import ModuleType
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import special
from scipy.linalg import lapack, solve_triangular

Array: TypeAlias = Any
"""A float64 array of the backend's library; the docstrings give shapes."""

HostArray: TypeAlias = npt.NDArray[np.float64]
"""A float64 NumPy array."""

IntArray: TypeAlias = npt.NDArray[np.int64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]


class Backend(Protocol):
    """Linear algebra and special functions of one array library."""

    xp: ModuleType

    def to_device(self, array: HostArray) -> Array:
        """The array in this library."""

    def to_host(self, array: Array) -> HostArray:
        """The array in NumPy."""

    def cholesky(self, matrix: Array) -> Array | None:
        """Lower factor ``(n, n)`` of a symmetric matrix; None if it is not positive definite."""

    def solve_lower(self, factor: Array, rhs: Array) -> Array:
        """``L⁻¹ B`` for a lower factor ``(n, n)`` and ``B`` of shape ``(n,)`` or ``(n, k)``."""

    def solve_upper(self, factor: Array, rhs: Array) -> Array:
        """``L⁻ᵀ B``, shapes as in `solve_lower`."""

    def inverse_from_factor(self, factor: Array) -> Array:
        """``(L Lᵀ)⁻¹``, shape ``(n, n)``."""

    def ndtr(self, x: Array) -> Array:
        """Standard normal distribution function."""

    def log_ndtr(self, x: Array) -> Array:
        """Its logarithm, accurate in the lower tail."""

    def erfcx(self, x: Array) -> Array:
        """Scaled complementary error function ``exp(x²) erfc(x)``."""


class NumpyBackend:
    """NumPy arrays, LAPACK through SciPy."""

    xp: ModuleType = np

    def to_device(self, array: HostArray) -> Array:
        """The array itself."""
        return array

    def to_host(self, array: Array) -> HostArray:
        """The array itself."""
        return np.asarray(array, dtype=np.float64)

    def cholesky(self, matrix: Array) -> Array | None:
        """By ``dpotrf``."""
        factor, info = lapack.dpotrf(matrix, lower=1, clean=1)
        return factor if info == 0 else None

    def solve_lower(self, factor: Array, rhs: Array) -> Array:
        """By ``dtrtrs``."""
        return solve_triangular(factor, rhs, lower=True, check_finite=False)

    def solve_upper(self, factor: Array, rhs: Array) -> Array:
        """By ``dtrtrs`` on the transpose."""
        return solve_triangular(factor, rhs, lower=True, trans=1, check_finite=False)

    def inverse_from_factor(self, factor: Array) -> Array:
        """By ``dpotri``, which fills one triangle."""
        lower = np.tril(lapack.dpotri(factor, lower=1)[0])
        return lower + np.tril(lower, -1).T

    def ndtr(self, x: Array) -> Array:
        """SciPy's."""
        return special.ndtr(x)

    def log_ndtr(self, x: Array) -> Array:
        """SciPy's."""
        return special.log_ndtr(x)

    def erfcx(self, x: Array) -> Array:
        """SciPy's."""
        return special.erfcx(x)


NUMPY = NumpyBackend()


def backend_for(xp: ModuleType) -> Backend:
    """The backend of an array module.

    Raises:
        ValueError: There is none for `xp`.
    """
    if xp is np:
        return NUMPY
    raise ValueError(f"there is no backend for the array module {xp.__name__!r}; pass numpy")
