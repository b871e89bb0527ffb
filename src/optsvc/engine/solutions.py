"""Choosing some of many points so that they lie far apart."""

import numpy as np

from optsvc.engine.backend import HostArray, IntArray


def far_apart(features: HostArray, wanted: int) -> IntArray:
    """The first point, then again and again the one farthest from those chosen [Gonzalez1985]_.

    Args:
        features: Shape ``(n, d)``, ``n`` >= 1.
        wanted: How many, >= 1.

    Returns:
        Rows in ascending order; fewer than wanted if the points run out, as equal ones are not chosen twice.

    .. [Gonzalez1985] T. Gonzalez. Clustering to minimize the maximum intercluster distance. Theoretical Computer
       Science, 1985.
    """
    chosen = [0]
    nearest = ((features - features[0]) ** 2).sum(axis=1)
    while len(chosen) < wanted:
        farthest = int(np.argmax(nearest))
        if nearest[farthest] == 0.0:
            break
        chosen.append(farthest)
        nearest = np.minimum(nearest, ((features - features[farthest]) ** 2).sum(axis=1))
    return np.sort(np.array(chosen))
