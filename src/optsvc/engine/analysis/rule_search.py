"""Rules that pick out rows of one kind: a beam search over conjunctions of conditions.

Subgroup discovery [Klosgen1996]_: a rule is as good as the likelihood that it gains. With ``f`` of the ``t`` rows that
it covers of the kind looked for, and ``F`` of all ``N``, that is ``t KL(f/t, F/N) + (N-t) KL((F-f)/(N-t), F/N)``. Every
condition costs the logarithm of how many there are to choose from, as in the minimum description length principle
[Rissanen1978]_, so that a rule grows only where this says much.

Several outcomes are explained at once, which spares most of the time when all but one of them are shuffled.

.. [Klosgen1996] W. Klösgen. Explora: a multipattern and multistrategy discovery assistant. Advances in Knowledge
   Discovery and Data Mining, 1996.
.. [Rissanen1978] J. Rissanen. Modeling by shortest data description. Automatica, 1978.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.special import xlogy

from optsvc.engine.backend import BoolArray, HostArray, IntArray


@dataclass(frozen=True, slots=True)
class Cut:
    """A number lies on one side of a cut between two neighbours among those seen; a row without it is on neither.

    Args:
        column: Which.
        above: Whether it is greater.
        place: The place of the number next below the cut, among the distinct ones in ascending order.
    """

    column: int
    above: bool
    place: int


@dataclass(frozen=True, slots=True)
class Among:
    """A category is one of some.

    Args:
        column: Which.
        levels: Their numbers, ascending.
    """

    column: int
    levels: tuple[int, ...]


Test: TypeAlias = Cut | Among
Counts: TypeAlias = npt.NDArray[np.int32]
Gain: TypeAlias = Callable[[Counts, Counts], HostArray]
"""From how many rows ``(r, k)`` each option covers, and how many of the kind looked for, to what it gains."""


class Column(Protocol):
    """One thing that conditions are about.

    Attributes:
        options: How many conditions there are about it.
    """

    options: int

    def best(
        self, index: int, rows: BoolArray, hits: BoolArray, gain: Gain
    ) -> tuple[HostArray, Callable[[int, int], Test]]:
        """The best further conditions.

        Args:
            index: Of this column.
            rows: What each rule covers so far, shape ``(r, n)``.
            hits: What of it is of the kind looked for, shape ``(r, n)``.
            gain: What is to be great.

        Returns:
            The gains of a few conditions for each rule, ``(r, k)``, and a function from both indexes to the condition.
        """

    def holds(self, test: Test) -> BoolArray:
        """The rows ``(n,)`` that meet a condition about this column."""


class Numbers:
    """A column of numbers.

    Args:
        values: NaN where there is none, shape ``(n,)``.
    """

    def __init__(self, values: HostArray) -> None:
        self._order = np.argsort(values, kind="stable")[: int(np.isfinite(values).sum())]
        places = np.unique(values[self._order], return_inverse=True)[1]
        self._places = np.full(len(values), -1)
        self._places[self._order] = places
        self._last = np.flatnonzero(np.diff(places))
        self.options = 2 * len(self._last)

    def best(
        self, index: int, rows: BoolArray, hits: BoolArray, gain: Gain
    ) -> tuple[HostArray, Callable[[int, int], Test]]:
        """As `Column.best`: the best on either side."""
        covered, hit = (np.cumsum(some[:, self._order], axis=1, dtype=np.int32) for some in (rows, hits))
        below = gain(covered[:, self._last], hit[:, self._last])
        above = gain(covered[:, -1:] - covered[:, self._last], hit[:, -1:] - hit[:, self._last])
        cuts = np.stack([below.argmax(axis=1), above.argmax(axis=1)], axis=1)
        gains = np.stack([below.max(axis=1), above.max(axis=1)], axis=1)
        return gains, lambda r, k: Cut(index, bool(k), int(cuts[r, k]))

    def holds(self, test: Test) -> BoolArray:
        """As `Column.holds`."""
        if not isinstance(test, Cut):
            raise TypeError(f"expected a cut, got {test!r}")
        return self._places > test.place if test.above else (self._places >= 0) & (self._places <= test.place)


class Categories:
    """A column of categories.

    Args:
        codes: The number of the category, -1 where there is none, shape ``(n,)``.
        levels: How many there are.
    """

    def __init__(self, codes: IntArray, levels: int) -> None:
        self._indicator = (codes[:, None] == np.arange(levels)).astype(np.float32)
        present = int(self._indicator.any(axis=0).sum())
        self.options = min(2**present - 2, 2 * len(codes)) if present > 1 else 0

    def best(
        self, index: int, rows: BoolArray, hits: BoolArray, gain: Gain
    ) -> tuple[HostArray, Callable[[int, int], Test]]:
        """As `Column.best`: the best set is one of those with the highest shares [Breiman1984]_.

        .. [Breiman1984] L. Breiman et al. Classification and regression trees. Wadsworth, 1984. Section 4.2.2.
        """
        covered, hit = (np.rint(some @ self._indicator).astype(np.int32) for some in (rows, hits))
        share = np.where(covered > 0, hit / np.maximum(covered, 1), -1.0)
        order = np.argsort(-share, axis=1, kind="stable")
        covered, hit = (
            np.cumsum(np.take_along_axis(some, order, axis=1), axis=1, dtype=np.int32) for some in (covered, hit)
        )
        gains = gain(covered, hit)
        sizes = gains.argmax(axis=1) + 1
        return gains.max(axis=1)[:, None], lambda r, _: Among(index, tuple(sorted(order[r, : sizes[r]].tolist())))

    def holds(self, test: Test) -> BoolArray:
        """As `Column.holds`."""
        if not isinstance(test, Among):
            raise TypeError(f"expected categories, got {test!r}")
        out: BoolArray = self._indicator[:, list(test.levels)].any(axis=1)
        return out


@dataclass(frozen=True, slots=True)
class Rule:
    """A conjunction of conditions.

    Args:
        tests: The conditions.
        rows: What it covers, shape ``(n,)``.
        gain: Of log likelihood, less what its conditions cost.
    """

    tests: tuple[Test, ...]
    rows: BoolArray
    gain: float


@dataclass(frozen=True, slots=True)
class SearchLimits:
    """What rules are looked for.

    Args:
        conditions: At most so many in a rule.
        width: So many rules are carried along.
        least_rows: Fewer rows make no rule.
    """

    conditions: int
    width: int
    least_rows: int


def best_rules(columns: Sequence[Column], outcomes: BoolArray, limits: SearchLimits) -> list[Rule | None]:
    """For each outcome ``(b, n)`` the rule that gains the most; None if none gains more than it costs.

    Only rules that are worth saying count: where the share among the rows covered is twice that among all, or at least
    half-way from it to one.
    """
    n = outcomes.shape[1]
    price = math.log(max(sum(column.options for column in columns), 1))
    shares = outcomes.mean(axis=1)
    beams = [[Rule((), np.ones(n, dtype=bool), 0.0)] for _ in outcomes]
    found: list[Rule | None] = [None] * len(outcomes)
    for _ in range(limits.conditions):
        grown = _grown(columns, outcomes, beams, limits, price)
        for b, beam in enumerate(grown):
            told = [rule for rule in beam if _tells(float(outcomes[b, rule.rows].mean()), float(shares[b]))]
            best = max(told, key=lambda rule: rule.gain, default=None)
            if best is not None and best.gain > (0.0 if (known := found[b]) is None else known.gain):
                found[b] = best
        beams = grown
    return found


def _tells(share: float, base: float) -> bool:
    return share >= min(2.0 * base, 0.5 * (1.0 + base))


def _grown(
    columns: Sequence[Column],
    outcomes: BoolArray,
    beams: Sequence[Sequence[Rule]],
    limits: SearchLimits,
    price: float,
) -> list[list[Rule]]:
    """The best rules with one condition more, for each outcome."""
    parents = [(b, rule) for b, beam in enumerate(beams) for rule in beam]
    out: list[list[Rule]] = [[] for _ in beams]
    if not parents:
        return out
    owners = np.array([b for b, _ in parents])
    rows = np.array([rule.rows for _, rule in parents])
    gain = _likelihood_gain(outcomes.sum(axis=1)[owners], outcomes.shape[1], limits.least_rows)
    hits = rows & outcomes[owners]
    options = {j: column.best(j, rows, hits, gain) for j, column in enumerate(columns) if column.options}
    if not options:
        return out
    gains = np.concatenate([found for found, _ in options.values()], axis=1)
    places = [(j, k) for j, (found, _) in options.items() for k in range(found.shape[1])]
    for b in range(len(beams)):
        mine = np.flatnonzero(owners == b)
        seen = {rule.rows.tobytes() for rule in beams[b]}
        for at in np.argsort(-gains[mine], axis=None, kind="stable").tolist():
            r, place = int(mine[at // len(places)]), at % len(places)
            if len(out[b]) == limits.width or gains[r, place] <= 0.0:
                break
            j, k = places[place]
            test = options[j][1](r, k)
            covered = rows[r] & columns[j].holds(test)
            if covered.tobytes() not in seen:
                seen.add(covered.tobytes())
                tests = (*parents[r][1].tests, test)
                out[b].append(Rule(tests, covered, float(gains[r, place]) - price * len(tests)))
    return out


def _likelihood_gain(hits: IntArray, n: int, least_rows: int) -> Gain:
    """The gain of log likelihood for outcomes with so many hits ``(r,)`` among ``n`` rows.

    Minus infinity where an option covers too few rows, or the share among them is not above that among all.
    """
    counts = np.arange(n + 1, dtype=np.float64)
    table = xlogy(counts, counts)
    total = hits[:, None].astype(np.int32)
    share, nothing = total / n, table[total] + table[n - total] - table[n]

    def gain(covered: Counts, hit: Counts) -> HostArray:
        value = table[hit] + table[covered - hit] - table[covered] - nothing
        value += table[total - hit] + table[n - covered - total + hit] - table[n - covered]
        out: HostArray = np.where((covered >= least_rows) & (hit > share * covered), value, -np.inf)
        return out

    return gain
