"""Problems of different sizes in one array: sizes are rounded up to a few buckets, and the rest is filled.

Filling is exact, not approximate. An added row is uncorrelated with all others (its row of the covariance is that of
the identity) and its residual is zero: it adds nothing to a determinant, a quadratic form or a prediction. An added
column is zero for every row, so it adds nothing to a distance; and a parameter without columns has no slope.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import TypeVar

import numpy as np

from optsvc.engine.backend import Array, Backend, BoolArray, HostArray

ROWS = (16, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024)
COLUMNS = (4, 8, 16, 32, 64, 128)

Part = TypeVar("Part")
Item = TypeVar("Item")


def bucket(size: int, sizes: Sequence[int]) -> int:
    """The least of the sizes that holds `size`; beyond the last, a multiple of it."""
    fitting = [s for s in sizes if s >= size]
    return fitting[0] if fitting else -(-size // sizes[-1]) * sizes[-1]


def grouped(items: Iterable[Item], key: Callable[[Item], Hashable]) -> list[list[Item]]:
    """The items with equal keys, in the order in which they came."""
    groups: defaultdict[Hashable, list[Item]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return list(groups.values())


def stack(parts: Sequence[HostArray], shape: tuple[int, ...], fill: float = 0.0) -> HostArray:
    """Arrays of one rank, each in the corner of a block of this shape: ``(b, *shape)``."""
    out = np.full((len(parts), *shape), fill)
    for block, part in zip(out, parts, strict=True):
        block[tuple(slice(size) for size in part.shape)] = part
    return out


def mask(counts: Sequence[int], size: int) -> BoolArray:
    """Which of the rows are real, shape ``(b, size)``."""
    real: BoolArray = np.arange(size) < np.array(counts)[:, None]
    return real


def stack_factors(factors: Sequence[HostArray], size: int) -> HostArray:
    """Lower factors, continued as identities: ``(b, size, size)``."""
    out = np.tile(np.eye(size), (len(factors), 1, 1))
    for block, factor in zip(out, factors, strict=True):
        block[: len(factor), : len(factor)] = factor
    return out


class Memory:
    """How much a batch may take at a time, learned the hard way where need be.

    Args:
        backend: What computes.
        budget: Bytes; None for what the backend can spare.
    """

    def __init__(self, backend: Backend, budget: int | None = None) -> None:
        self._backend = backend
        self._budget = backend.memory() if budget is None else budget

    def in_parts(self, count: int, bytes_each: int, compute: Callable[[slice], Part]) -> Iterator[tuple[slice, Part]]:
        """What `compute` makes of consecutive parts of ``range(count)`` that fit; halves what does not.

        Raises:
            Exception: The backend's `OutOfMemory`, if there is no room for a single one.
        """
        start = 0
        while start < count:
            size = min(max(self._budget // bytes_each, 1), count - start)
            part = slice(start, start + size)
            try:
                result = compute(part)
            except self._backend.OutOfMemory:
                if size == 1:
                    raise
                self._budget = size // 2 * bytes_each
                continue
            yield part, result
            start += size


def diagonal(matrices: Array, backend: Backend) -> tuple[slice, Array, Array]:
    """The index of the diagonals of ``(b, n, n)``."""
    index = backend.xp.arange(matrices.shape[-1])
    return slice(None), index, index
