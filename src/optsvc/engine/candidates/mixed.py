"""Finding the best point of an acquisition function on a mixed space: scatter, climb, snap, alternate.

Rounding inside the kernel leaves no slope along discrete coordinates. So the continuous ones are climbed with the
discrete ones held; then every change of a single discrete coordinate is tried; and so on until nothing improves.
Numeric parameters with many levels are climbed as if continuous and snapped afterwards. Small finite spaces are
scored whole.

Points perturbed around the best observations are worth more than evenly spread ones in many dimensions
[Papenmeier2025]_; the scatter has both.

.. [Papenmeier2025] L. Papenmeier et al. Understanding high-dimensional Bayesian optimization. 2025. arXiv:2502.09198.
"""

import numpy as np

from optsvc.engine.acquisition.composite import OnPoints
from optsvc.engine.axes import CategoricalAxis
from optsvc.engine.backend import HostArray
from optsvc.engine.candidates.questions import Climb, Scores
from optsvc.engine.defaults import EngineDefaults
from optsvc.engine.points.spread import SpaceSampler
from optsvc.engine.problem import Seed
from optsvc.engine.randomness import Stage, generator
from optsvc.engine.steps import Steps, complete


class CandidateSearch:
    """Ranks the legal points of a space by an acquisition function.

    Args:
        acquisition: What is maximized.
        sampler: The space.
        incumbents: The best observed points, best first, unit coordinates ``(k, p)``, possibly outside the cube.
        length_scales: Of the model, per axis, shape ``(p,)``: how far a step is.
        raw_points: How many points to scatter.
        seed: Of the proposal.
        defaults: Counts and tolerances.
    """

    def __init__(
        self,
        acquisition: OnPoints,
        sampler: SpaceSampler,
        *,
        incumbents: HostArray,
        length_scales: HostArray,
        raw_points: int,
        seed: Seed,
        defaults: EngineDefaults,
    ) -> None:
        self._acquisition = acquisition
        self._sampler = sampler
        self._encoder = sampler.encoder
        self._incumbents = sampler.repair(incumbents)
        self._step = np.minimum(length_scales, 1.0)
        self._raw_points = raw_points
        self._seed = seed
        self._defaults = defaults

    def ranked(self) -> tuple[HostArray, HostArray]:
        """Legal points ``(m, p)``, best first, and their acquisition values ``(m,)``."""
        return complete(self.steps())

    def steps(self) -> Steps[tuple[HostArray, HostArray]]:
        """`ranked`, as questions."""
        count = self._encoder.point_count
        if count is not None and count <= self._defaults.enumerate_acquisition:
            points = self._sampler.all_points()
            values = yield self._scores(points)
        else:
            raw = self._scatter()
            raw_values = yield self._scores(raw)
            climbed, climbed_values = yield from self._climb(self._starts(raw, raw_values))
            climbed, climbed_values = yield from self._alternate(climbed, climbed_values)
            points, values = np.vstack([climbed, raw]), np.concatenate([climbed_values, raw_values])
        order = np.argsort(-_rounded(values), kind="stable")
        return points[order], values[order]

    def _scatter(self) -> HostArray:
        """Evenly spread points and perturbed incumbents, legal, shape ``(raw_points, p)``."""
        rng = generator(self._seed, Stage.RAW_POINTS)
        local = round(self._raw_points * self._defaults.raw_local_share)
        spread = self._sampler.evenly(self._raw_points - local, rng)
        return np.vstack([spread, self._sampler.repair(self._perturbed(local, rng))])

    def _perturbed(self, count: int, rng: np.random.Generator) -> HostArray:
        """Incumbents with some coordinates moved by a share of a length scale, or redrawn if categorical."""
        defaults, p = self._defaults, self._encoder.dimension
        centers = self._incumbents[np.arange(count) % min(len(self._incumbents), defaults.perturbed_incumbents)]
        moved = rng.random((count, p)) < min(1.0, defaults.perturbed_coordinates / p)
        moved[np.arange(count), rng.integers(p, size=count)] = True
        sizes = np.resize(np.repeat(defaults.perturbation_steps, defaults.perturbed_incumbents), count)
        steps = rng.standard_normal((count, p)) * self._step * sizes[:, None]
        steps = np.clip(steps, -defaults.perturbation_cap, defaults.perturbation_cap)
        for j, axis in self._encoder.levelled.items():
            steps[:, j] = np.copysign(np.maximum(np.abs(steps[:, j]), 1.0 / axis.levels), steps[:, j])
        redrawn = rng.random((count, p))
        # A conditional that changes brings parameters into being: they may be anywhere.
        centers = self._encoder.fill(centers, redrawn)
        points = np.clip(centers + steps, 0.0, 1.0)
        return np.where(moved, np.where(self._encoder.categorical, redrawn, points), centers)

    def _starts(self, raw: HostArray, values: HostArray) -> HostArray:
        """The best raw point, some drawn in proportion to the acquisition itself, and the incumbents."""
        defaults = self._defaults
        gumbel = generator(self._seed, Stage.START_CHOICE).gumbel(size=len(values))
        # The largest of log-weights plus Gumbel noise are a draw without replacement in proportion to the weights.
        order = np.argsort(-(values + gumbel), kind="stable")
        order = np.concatenate([[np.argmax(_rounded(values))], order[: 8 * defaults.drawn_starts]])
        apart = defaults.start_separation * np.sqrt(self._encoder.dimension)
        chosen = [raw[order[0]]]
        for row in order[1:]:
            if len(chosen) == defaults.drawn_starts:
                break
            if np.linalg.norm(raw[row] - np.array(chosen), axis=1).min() >= apart:
                chosen.append(raw[row])
        return np.vstack([chosen, self._incumbents[: defaults.incumbent_starts]])

    def _scores(self, points: HostArray) -> Scores:
        return Scores(self._acquisition, self._sampler, points)

    def _climb(self, starts: HostArray) -> Steps[tuple[HostArray, HostArray]]:
        """Local maxima along the smooth coordinates, snapped, and their values; never worse than the starts."""
        before = yield self._scores(starts)
        if not self._encoder.smooth.any():
            return starts, before
        climbed = yield Climb(self._acquisition, self._sampler, starts, self._step, self._defaults)
        points = self._sampler.repair(climbed)
        values = yield self._scores(points)
        better = values > before
        return np.where(better[:, None], points, starts), np.where(better, values, before)

    def _alternate(self, points: HostArray, values: HostArray) -> Steps[tuple[HostArray, HostArray]]:
        """Sweeps over single discrete coordinates and climbs, by turns, for the best few points."""
        if not self._encoder.levelled:
            return points, values
        points, values = points.copy(), values.copy()
        rng = generator(self._seed, Stage.NEIGHBOURS)
        active = np.argsort(-_rounded(values), kind="stable")[: self._defaults.sweep_starts]
        for _ in range(self._defaults.sweep_rounds):
            neighbours = [self._neighbours(points[row], rng) for row in active]
            together = yield self._scores(np.vstack(neighbours))
            scores = np.split(together, np.cumsum([len(part) for part in neighbours])[:-1])
            moved = []
            for row, part, score in zip(active, neighbours, scores, strict=True):
                best = int(np.argmax(_rounded(score)))
                if _rounded(score[best]) > _rounded(values[row]):
                    points[row], values[row] = part[best], score[best]
                    moved.append(row)
            if not moved:
                break
            active = np.array(moved)
            points[active], values[active] = yield from self._climb(points[active])
        return points, values

    def _neighbours(self, point: HostArray, rng: np.random.Generator) -> HostArray:
        """Legal points that differ from `point` in one discrete coordinate by a small or a large step.

        Linear constraints may take other coordinates along, and whatever a conditional brings into being is drawn.
        """
        rows = [point[None, :]]
        exists = self._encoder.active(point[None, :])[0]
        for j, axis in self._encoder.levelled.items():
            if not exists[j]:
                continue
            levels, here = axis.levels, int(axis.index(point[j]))
            if isinstance(axis, CategoricalAxis):
                others = np.delete(np.arange(levels), here)
                if len(others) > self._defaults.sweep_categories:
                    others = np.sort(rng.choice(others, self._defaults.sweep_categories, replace=False))
            else:
                far = -(-levels // 10)
                others = here + np.unique([-far, -2, -1, 1, 2, far])
                others = others[(others >= 0) & (others < levels)]
            changed = np.repeat(point[None, :], len(others), axis=0)
            changed[:, j] = axis.coordinate(others)
            if j in self._encoder.gates:
                changed = self._opened(changed, rng)
            rows.append(changed)
        rows.append(self._exchanges(point))
        return self._sampler.repair(np.vstack(rows))

    def _opened(self, points: HostArray, rng: np.random.Generator) -> HostArray:
        """Several versions of each point, with what is missing drawn, or taken over from an incumbent."""
        copies = np.repeat(points, self._defaults.gate_fills, axis=0)
        drawn = rng.random(copies.shape)
        models = self._incumbents[np.arange(len(copies)) % len(self._incumbents)]
        borrowed = np.where(models < 0.0, drawn, models)
        turn = (np.arange(len(copies)) % 2 == 0)[:, None]
        return self._encoder.fill(copies, np.where(turn, borrowed, drawn))

    def _exchanges(self, point: HostArray) -> HostArray:
        """A level more of one constrained coordinate for a level less of another: single steps would leave a facet."""
        region = self._sampler.region
        if region is None:
            return np.empty((0, len(point)))
        axes = [(j, self._encoder.levelled[j]) for j in region.columns.tolist() if j in self._encoder.levelled]
        rows = []
        for j, up in axes[: self._defaults.exchanged_axes]:
            for k, down in axes[: self._defaults.exchanged_axes]:
                above, below = int(up.index(point[j])) + 1, int(down.index(point[k])) - 1
                if j != k and above < up.levels and below >= 0:
                    changed = point.copy()
                    changed[j], changed[k] = up.coordinate(np.array(above)), down.coordinate(np.array(below))
                    rows.append(changed)
        return np.array(rows).reshape(-1, len(point))


def _rounded(values: HostArray) -> HostArray:
    """Values to about 12 digits, so that rounding errors do not decide between equals."""
    mantissa, exponent = np.frexp(values)
    rounded: HostArray = np.ldexp(np.round(mantissa * 2.0**40), exponent - 40)
    return rounded
