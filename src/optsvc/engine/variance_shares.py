"""How the variance of a piecewise constant function on the unit cube divides among its axes, in closed form.

A regression tree is such a function: its leaves are boxes. Nothing is sampled, so no share depends on where the
observations happen to lie [Hutter2014]_.

.. [Hutter2014] F. Hutter, H. Hoos and K. Leyton-Brown. An efficient approach for assessing hyperparameter importance.
   ICML 2014.
.. [Homma1996] T. Homma and A. Saltelli. Importance measures in global sensitivity analysis of nonlinear models.
   Reliability Engineering & System Safety, 1996.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from optsvc.engine.backend import HostArray

Boxes: TypeAlias = tuple[HostArray, HostArray, HostArray]
"""Lower and upper corners ``(l, p)`` of the boxes that tile the unit cube, and a function's value in each ``(l,)``."""


@dataclass(frozen=True, slots=True)
class VarianceShares:
    """Parts of the variance of a function whose argument is uniform on the unit cube [Homma1996]_.

    Args:
        total: The variance.
        main: For each axis the variance of the mean given that coordinate, shape ``(p,)``; together at most `total`.
        effect: For each axis the mean variance given all other coordinates, shape ``(p,)``: `main`, and all
            interactions in which the axis takes part.
    """

    total: float
    main: HostArray
    effect: HostArray

    @property
    def explained(self) -> HostArray:
        """What each axis explains, ``(p,)``: half-way between `main` and `effect`."""
        return 0.5 * (self.main + self.effect)


def variance_shares(low: HostArray, high: HostArray, value: HostArray) -> VarianceShares:
    """The variance shares of a function that is constant on each of the boxes that tile the unit cube.

    Both are sums over pairs of boxes. With sides ``s``, volumes ``w`` and overlaps ``o`` along each axis,
    ``E[E[f | x_j]²] = Σ v_a v_b w_a w_b o_abj / (s_aj s_bj)`` and
    ``E[E[f | x_-j]²] = Σ v_a v_b s_aj s_bj Π_{k≠j} o_abk``.

    Args:
        low: Lower corners, shape ``(l, p)``.
        high: Upper corners, shape ``(l, p)``, greater than `low`.
        value: The function's value in each box, shape ``(l,)``.
    """
    side = high - low
    volume = side.prod(axis=1)
    centred = value - volume @ value  # sums of large values would drown the variance
    total = float(volume @ centred**2)
    main, effect = np.zeros(low.shape[1]), np.zeros(low.shape[1])
    axes = np.flatnonzero((side < 1.0).any(axis=0))
    if not len(axes):
        return VarianceShares(total, main, effect)
    low, high, side = low[:, axes], high[:, axes], side[:, axes]
    overlap = np.minimum(high[:, None, :], high[None, :, :]) - np.maximum(low[:, None, :], low[None, :, :])
    apart = overlap <= 0.0
    weighted = (centred * volume)[:, None] / side
    main[axes] = np.einsum("aj,abj,bj->j", weighted, np.where(apart, 0.0, overlap), weighted)
    # The product over all other axes: by division where this axis overlaps, and only if no other one is apart.
    product = np.where(apart, 1.0, overlap).prod(axis=2)[:, :, None] / np.where(apart, 1.0, overlap)
    others = np.where(apart.sum(axis=2)[:, :, None] == apart, product, 0.0)
    scaled = centred[:, None] * side
    effect[axes] = total - np.einsum("aj,abj,bj->j", scaled, others, scaled)
    return VarianceShares(total, np.maximum(main, 0.0), np.maximum(effect, 0.0))


def pair_covariances(one: Boxes, other: Boxes) -> HostArray:
    """What two functions have in common of what each two axes do together and neither does alone.

    For each two axes the covariance of the two functions' means given both coordinates, less those of their means given
    either, shape ``(p, p)``, symmetric, zero on the diagonal; of a function with itself the interaction's variance.
    With ``r_abj = o_abj / (s_aj s_bj)`` for boxes ``a`` of one and ``b`` of the other, the covariance given ``x_j`` is
    ``Σ v_a v_b w_a w_b r_abj``, and given ``x_i`` and ``x_j`` it is ``Σ v_a v_b w_a w_b r_abi r_abj``.
    """
    sides = [high - low for low, high, _ in (one, other)]
    volumes = [side.prod(axis=1) for side in sides]
    first, second = (
        volume * (value - volume @ value) for volume, (_, _, value) in zip(volumes, (one, other), strict=True)
    )
    overlap = np.minimum(one[1][:, None], other[1]) - np.maximum(one[0][:, None], other[0])
    ratio = (np.maximum(overlap, 0.0) / (sides[0][:, None] * sides[1])).reshape(-1, sides[0].shape[1])
    weights = (first[:, None] * second).ravel()
    alone = weights @ ratio
    both: HostArray = (ratio * weights[:, None]).T @ ratio - alone[:, None] - alone
    np.fill_diagonal(both, 0.0)
    return both


def boxes_of(tree: Any, dimension: int) -> Boxes:
    """The leaves of a fitted scikit-learn regression tree on the unit cube, as `variance_shares` takes them.

    Args:
        tree: The ``tree_`` of a ``DecisionTreeRegressor``.
        dimension: ``p``, the number of axes.
    """
    low, high = np.zeros((tree.node_count, dimension)), np.ones((tree.node_count, dimension))
    for node in range(tree.node_count):  # children come after their parents
        for child, bound in ((tree.children_left[node], high), (tree.children_right[node], low)):
            if child >= 0:
                low[child], high[child] = low[node], high[node]
                bound[child, tree.feature[node]] = tree.threshold[node]
    leaves = tree.children_left < 0
    return low[leaves], high[leaves], tree.value[leaves, 0, 0]
