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

_HOST_BATCH_BYTES = 2**28


class Backend(Protocol):
    """Linear algebra and special functions of one array library."""

    xp: ModuleType
    name: str
    OutOfMemory: type[Exception]

    def description(self) -> str:
        """What computes: versions and the device, as far as the last bits depend on them."""

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

    def cholesky_many(self, matrices: Array) -> tuple[Array, BoolArray]:
        """Lower factors ``(b, n, n)`` of symmetric matrices, and which ``(b,)``, on the host, are positive definite.

        One that is not gets the identity for a factor, and does no harm to its neighbours.
        """

    def inverses_of_lower(self, factors: Array) -> Array:
        """``L⁻¹`` of lower factors ``(b, n, n)``."""

    def memory(self) -> int:
        """How many bytes a batch may take now."""

    def ndtr(self, x: Array) -> Array:
        """Standard normal distribution function."""

    def log_ndtr(self, x: Array) -> Array:
        """Its logarithm, accurate in the lower tail."""

    def erfcx(self, x: Array) -> Array:
        """Scaled complementary error function ``exp(x²) erfc(x)``."""


class NumpyBackend:
    """NumPy arrays, LAPACK through SciPy."""

    xp: ModuleType = np
    name: str = "numpy"
    OutOfMemory: type[Exception] = MemoryError

    def description(self) -> str:
        """The name alone: its version is part of every environment."""
        return self.name

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

    def cholesky_many(self, matrices: Array) -> tuple[Array, BoolArray]:
        """One after the other, which beats NumPy's own stacks from about 32 rows on."""
        factors = [self.cholesky(matrix) for matrix in matrices]
        identity = np.eye(matrices.shape[-1])
        good = np.array([factor is not None for factor in factors], dtype=bool)
        return np.stack([identity if factor is None else factor for factor in factors]), good

    def inverses_of_lower(self, factors: Array) -> Array:
        """By ``dtrtri``, one after the other."""
        return np.stack([lapack.dtrtri(factor, lower=1)[0] for factor in factors])

    def memory(self) -> int:
        """A fixed quantity: little more than the processor's caches is of use."""
        return _HOST_BATCH_BYTES

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
    if xp.__name__ == "cupy":
        from optsvc.engine.backend.cuda import CupyBackend  # optional: it needs a GPU

        return CupyBackend()
    raise ValueError(f"there is no backend for the array module {xp.__name__!r}; pass numpy or cupy")
