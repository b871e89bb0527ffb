"""The same linear algebra on a CUDA device, through CuPy; imported only where a GPU computes.

CuPy's own batched Cholesky decomposition throws away which matrices were not positive definite, and their factors are
then garbage without a word. So it is called here with the array of statuses kept.
"""

from types import ModuleType

import cupy
import numpy as np
from cupy.cuda import device
from cupy_backends.cuda.libs import cublas, cusolver
from cupyx.scipy import special
from cupyx.scipy.linalg import solve_triangular

from optsvc.engine.backend import Array, BoolArray, HostArray

_MEMORY_SHARE = 0.5


class CupyBackend:
    """CuPy arrays of the current device; cuSOLVER and cuBLAS."""

    xp: ModuleType = cupy
    name: str = "cupy"
    OutOfMemory: type[Exception] = cupy.cuda.memory.OutOfMemoryError

    def description(self) -> str:
        """CuPy, cuBLAS and the current device."""
        version = cublas.getVersion(device.get_cublas_handle())
        name = cupy.cuda.runtime.getDeviceProperties(device.get_device_id())["name"].decode()
        return f"cupy {cupy.__version__} with cuBLAS {version} on {name}"

    def to_device(self, array: HostArray) -> Array:
        """A copy on the device."""
        return cupy.asarray(array)

    def to_host(self, array: Array) -> HostArray:
        """A copy on the host, when everything before it is done."""
        host: HostArray = np.asarray(cupy.asnumpy(array), dtype=np.float64)
        return host

    def cholesky(self, matrix: Array) -> Array | None:
        """As a batch of one."""
        factors, good = self.cholesky_many(matrix[None])
        return factors[0] if good[0] else None

    def solve_lower(self, factor: Array, rhs: Array) -> Array:
        """By ``trsm``."""
        return solve_triangular(factor, rhs, lower=True)

    def solve_upper(self, factor: Array, rhs: Array) -> Array:
        """By ``trsm`` on the transpose."""
        return solve_triangular(factor, rhs, trans=1, lower=True)

    def inverse_from_factor(self, factor: Array) -> Array:
        """From the inverse of the factor."""
        inverse = self.inverses_of_lower(factor[None])[0]
        return inverse.T @ inverse

    def cholesky_many(self, matrices: Array) -> tuple[Array, BoolArray]:
        """By ``dpotrfBatched``. Its columns are our rows: what it calls the upper triangle is our lower one."""
        count, n = matrices.shape[:2]
        factors = cupy.array(matrices, dtype=cupy.float64, order="C", copy=True)
        # Where each matrix begins.
        pointers = factors.data.ptr + cupy.arange(count, dtype=cupy.uintp) * (n * n * factors.itemsize)
        status = cupy.empty(count, dtype=cupy.int32)
        cusolver.dpotrfBatched(
            device.get_cusolver_handle(),
            cublas.CUBLAS_FILL_MODE_UPPER,
            n,
            pointers.data.ptr,
            n,
            status.data.ptr,
            count,
        )
        # Some versions fail without a status when a neighbour fails: a factor counts only if it is finite as well.
        factors = cupy.tril(factors)
        good = (status == 0) & cupy.isfinite(factors).all(axis=(1, 2))
        host: BoolArray = cupy.asnumpy(good)
        return cupy.where(good[:, None, None], factors, cupy.eye(n)), host

    def inverses_of_lower(self, factors: Array) -> Array:
        """By ``dtrsmBatched`` on the identity: there is no batched inverse of a triangular matrix."""
        identity = cupy.broadcast_to(cupy.eye(factors.shape[-1]), factors.shape)
        return solve_triangular(factors, identity, lower=True)

    def memory(self) -> int:
        """Half of what is free, what CuPy's pool holds unused counting as free."""
        free: int = cupy.cuda.runtime.memGetInfo()[0] + cupy.get_default_memory_pool().free_bytes()
        return int(_MEMORY_SHARE * free)

    def ndtr(self, x: Array) -> Array:
        """CuPy's."""
        return special.ndtr(x)

    def log_ndtr(self, x: Array) -> Array:
        """CuPy's."""
        return special.log_ndtr(x)

    def erfcx(self, x: Array) -> Array:
        """CuPy's."""
        return special.erfcx(x)
