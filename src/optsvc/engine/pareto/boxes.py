"""The region that a front leaves undominated, cut into boxes: everything is minimized.

Over disjoint boxes an expected hypervolume improvement is a sum of products. In two objectives the region is cut into
strips, one more than there are points. In more, a sweep along the last objective meets one cross-section after the
other, each the region of a front with one objective less; a box of a cross-section is kept open for as long as the
following ones contain it. So three objectives take twice as many boxes as there are points, and one [Yang2019]_.

.. [Yang2019] K. Yang et al. Efficient computation of expected hypervolume improvement using box decomposition
   algorithms. Journal of Global Optimization, 2019. arXiv:1904.12672.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from optsvc.engine.backend import HostArray
from optsvc.engine.defaults import EngineDefaults
from optsvc.engine.pareto.fronts import nondominated
from optsvc.engine.pareto.subset import greedy_subset

_Point: TypeAlias = tuple[float, ...]
_Box: TypeAlias = tuple[_Point, _Point]


@dataclass(frozen=True, slots=True)
class Boxes:
    """Disjoint boxes with sides along the axes.

    Args:
        lower: The best corner of each, shape ``(b, m)``; may be minus infinity.
        upper: The worst corner of each, shape ``(b, m)``; finite, greater than `lower` everywhere.
    """

    lower: HostArray
    upper: HostArray


def free_boxes(front: HostArray, reference: HostArray, defaults: EngineDefaults) -> Boxes:
    """What lies below the reference point and is dominated by no point of the front.

    Of more points than `defaults` allows in three and four objectives, only those count that dominate most together.

    Args:
        front: Shape ``(f, m)``, ``f`` >= 0, 1 <= ``m`` <= 4; dominated points, and points beyond the reference, change
            nothing.
        reference: Shape ``(m,)``, finite.
        defaults: How large a front may be.

    Returns:
        At least one box.
    """
    inside = front[(front < reference).all(axis=1)]
    inside = inside[nondominated(inside)]
    if len(reference) > 2 and len(inside) > (most := defaults.front_points[len(reference) - 3]):
        inside = inside[greedy_subset(inside, reference, most)]
    points = [tuple(row) for row in inside.tolist()]
    corners = np.array(_free(points, tuple(reference.tolist())))
    return Boxes(corners[:, 0], corners[:, 1])


def _free(front: Sequence[_Point], reference: _Point) -> list[_Box]:
    """The boxes; the points are better than the reference everywhere."""
    if len(reference) == 1:
        return [((-np.inf,), min(front, default=reference))]
    if len(reference) == 2:
        return _strips(front, reference)
    passed: list[_Point] = []
    opened: dict[_Box, float] = dict.fromkeys(_free(passed, reference[:-1]), -np.inf)
    boxes: list[_Box] = []
    for *flat, level in sorted(front, key=lambda point: point[-1]):
        if any(_no_worse(one, flat) for one in passed):
            continue
        passed = [*(one for one in passed if not _no_worse(flat, one)), tuple(flat)]
        section = dict.fromkeys(_free(passed, reference[:-1]))
        boxes += _between({box: begin for box, begin in opened.items() if box not in section}, level)
        opened = {box: opened.get(box, level) for box in section}
    return boxes + _between(opened, reference[-1])


def _strips(front: Sequence[_Point], reference: _Point) -> list[_Box]:
    strips, left, top = [], -np.inf, reference[1]
    for x, y in sorted(front):
        if y < top:
            if x > left:
                strips.append(((left, -np.inf), (x, top)))
            left, top = x, y
    return [*strips, ((left, -np.inf), (reference[0], top))]


def _between(opened: dict[_Box, float], end: float) -> list[_Box]:
    """Boxes of a cross-section, each from where it was opened to `end`; none where that is nothing."""
    return [((*lower, begin), (*upper, end)) for (lower, upper), begin in opened.items() if begin < end]


def _no_worse(one: Sequence[float], other: Sequence[float]) -> bool:
    return all(a <= b for a, b in zip(one, other, strict=True))
