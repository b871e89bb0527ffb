"""Climbing within linear constraints: projected L-BFGS that follows the facets it meets.

As `local_search`, all climbs take their steps together. Where a climb stands on facets, steepest descent is projected
on the cone of directions that stay inside: by Moreau's theorem, what is left of ``-g`` after a fit by the facets'
normals, by non-negative least squares [LawsonHanson1974]_. The facets with a positive coefficient hold the climb; the
quasi-Newton direction is taken within them, and cut at the next facet.

.. [LawsonHanson1974] C. Lawson and R. Hanson. Solving least squares problems. Prentice-Hall, 1974.
"""

import numpy as np
from scipy.optimize import nnls

from optsvc.engine.backend import HostArray
from optsvc.engine.candidates.local_search import Objective, line_search, quasi_newton
from optsvc.engine.defaults import EngineDefaults

_ON_FACET = 1e-10
_PARALLEL = 1e-12


def minimize_in_polytope(
    objective: Objective,
    starts: HostArray,
    scale: HostArray,
    rows: HostArray,
    bounds: HostArray,
    defaults: EngineDefaults,
) -> tuple[HostArray, HostArray]:
    """Local minima of an objective in the part of the unit cube where ``rows @ x <= bounds``.

    Args:
        objective: What is minimized.
        starts: Shape ``(b, p)``, inside.
        scale: Typical step along each coordinate, shape ``(p,)``; 0 holds a coordinate where it is.
        rows: Shape ``(r, p)``.
        bounds: Shape ``(r,)``.
        defaults: Iterations, memory and tolerances.

    Returns:
        Points ``(b, p)`` and their values ``(b,)``, never worse than the starts.
    """
    p = starts.shape[1]
    cube = np.zeros(p), np.ones(p)
    A = np.vstack([rows, np.eye(p), -np.eye(p)])
    b = np.concatenate([bounds, np.ones(p), np.zeros(p)])
    normals = A * scale  # in coordinates z = x / scale
    lengths = np.linalg.norm(normals, axis=1)
    best = starts.copy()
    values, gradients = objective(best)
    live = np.arange(len(best))
    x, f, g = best.copy(), values.copy(), gradients
    memory: list[tuple[HostArray, HostArray]] = []
    for _ in range(defaults.polish_iterations):
        steepest, faces = _within_cone(x, g * scale, A, b, normals, lengths)
        moving = np.abs(steepest).max(axis=1, initial=0.0) > defaults.polish_gradient_tolerance
        if not moving.all():
            live, x, f, g, steepest = live[moving], x[moving], f[moving], g[moving], steepest[moving]
            faces = [face for face, kept in zip(faces, moving, strict=True) if kept]
            memory = [(s[moving], y[moving]) for s, y in memory]
        if len(live) == 0:
            break
        step = quasi_newton(-steepest, np.ones(x.shape, dtype=bool), memory, np.ones(p))
        gaps = np.maximum(b - x @ A.T, 0.0)
        for row, face in enumerate(faces):
            step[row] -= face @ (face.T @ step[row])
            touching = (gaps[row] <= _ON_FACET) & (lengths > 0.0)
            leaves = (normals[touching] @ step[row] > _PARALLEL * lengths[touching]).any()
            if leaves or step[row] @ steepest[row] <= 0.0:
                step[row] = steepest[row]
        step *= scale
        longest = np.abs(step).max(axis=1, keepdims=True)
        step *= np.minimum(1.0, defaults.polish_longest_step / np.maximum(longest, 1e-300))
        rate = step @ A.T
        ahead = (rate > _PARALLEL) & (gaps > _ON_FACET)
        reach = np.where(ahead, gaps / np.where(ahead, rate, 1.0), np.inf).min(axis=1)
        x_new, f_new, g_new, stepped = line_search(
            lambda points, _: objective(points), live, x, f, g, step * np.minimum(1.0, reach)[:, None], cube
        )
        safe = np.where(scale > 0.0, scale, 1.0)
        memory = [*memory[-(defaults.polish_memory - 1) :], ((x_new - x) / safe, (g_new - g) * scale)]
        # A climb that was cut short at a facet has not arrived.
        progress = stepped & ((f - f_new > defaults.polish_value_tolerance * (1.0 + np.abs(f))) | (reach < 1.0))
        x, f, g = x_new, f_new, g_new
        best[live], values[live] = x, f
        if not progress.all():
            live, x, f, g = live[progress], x[progress], f[progress], g[progress]
            memory = [(s[progress], y[progress]) for s, y in memory]
    return best, values


def _within_cone(
    x: HostArray, gradient: HostArray, A: HostArray, b: HostArray, normals: HostArray, lengths: HostArray
) -> tuple[HostArray, list[HostArray]]:
    """Steepest descent that leaves no facet, ``(b, p)``, and for each row a basis of the normals that hold it."""
    out = -gradient
    faces = []
    on_facet = (b - x @ A.T <= _ON_FACET) & (lengths > _PARALLEL)
    for row, touching in enumerate(on_facet):
        basis = np.empty((len(out.T), 0))
        if touching.any() and out[row].any():
            outward = (normals[touching] / lengths[touching, None]).T
            coefficients, _ = nnls(outward, out[row])
            out[row] -= outward @ coefficients
            holding = outward[:, coefficients > 0.0]
            if holding.shape[1]:
                # Normals may depend on each other: only the directions that they span matter.
                U, sizes, _ = np.linalg.svd(holding, full_matrices=False)
                basis = U[:, sizes > 1e-9 * sizes[0]]
        faces.append(basis)
    return out, faces
