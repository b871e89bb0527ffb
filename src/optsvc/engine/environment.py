"""What the last bits of a result depend on, beside the input."""

import platform
from collections.abc import Mapping
from functools import cache

import numpy
import scipy
import sklearn
from threadpoolctl import threadpool_info


@cache
def environment() -> Mapping[str, str]:
    """Versions of the numeric libraries, the BLAS kernels that they chose, and the processor family.

    Two processes with equal environments, both at one BLAS thread, compute the same bits. OpenBLAS picks its kernels by
    the processor it finds, so the same wheels may differ from one machine to the next.
    """
    blas = {
        f"{found['internal_api']} {found['version']} {found.get('architecture', '')}".strip()
        for found in threadpool_info()
        if found["user_api"] == "blas"
    }
    return {
        "numpy": numpy.__version__,
        "scipy": scipy.__version__,
        "scikit-learn": sklearn.__version__,
        "blas": ", ".join(sorted(blas)),
        "machine": platform.machine(),
    }
