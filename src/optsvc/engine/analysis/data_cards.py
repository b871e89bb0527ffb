"""What can be told of an experiment's health from its results alone, without a model."""

import numpy as np
from scipy import stats

from optsvc.domain.advice import advised_budget
from optsvc.domain.experiment import Definition
from optsvc.engine.analysis.cards import Card, Verdict, graded
from optsvc.engine.analysis.readings import Readings
from optsvc.engine.analysis.words import number_of, percent
from optsvc.engine.backend import HostArray, IntArray
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.encoding import INACTIVE, Encoder
from optsvc.engine.pareto.fronts import nondominated
from optsvc.engine.problem import Problem

_NAMED = 3
"""A sentence names at most so many parameters."""


def failures_card(readings: Readings) -> Card:
    """Which share of evaluations fails, and whether it is falling; the order of the history is that of time."""
    failed = readings.failed
    count, total = int(failed.sum()), len(failed)
    title = "Failed evaluations"
    if total < DEFAULTS.card_least_results:
        return _too_few("failures", title, total)
    half = total // 2
    earlier, later = int(failed[:half].sum()), int(failed[half:].sum())
    early_share, late_share = earlier / half, later / (total - half)
    figures = {
        "failed": count,
        "results": total,
        "share": count / total,
        "earlier_share": early_share,
        "later_share": late_share,
    }
    if not count:
        return Card("failures", title, Verdict.PASS, f"None of {total} evaluations failed.", figures)
    verdict = graded(late_share, good=DEFAULTS.failures_good, bad=DEFAULTS.failures_bad)
    told = f"{count} of {total} evaluations failed ({percent(count / total)}): {earlier} of the first {half}, "
    told += f"{later} of the last {total - half}."
    falling = late_share <= 0.5 * early_share
    advice = {
        Verdict.PASS: " They have become rare." if falling else " That is few enough.",
        Verdict.WARN: " They are becoming rarer." if falling else " Look for what they have in common.",
        Verdict.FAIL: " Most of the budget is lost: shrink the search space to where evaluations succeed.",
    }
    return Card("failures", title, verdict, told + advice[verdict], figures)


def duplicates_card(readings: Readings) -> Card:
    """How many evaluations repeat a point, and whether repeats differ."""
    title, total = "Repeated points", len(readings.every_point)
    if total < DEFAULTS.card_least_results:
        return _too_few("duplicates", title, total)
    repeated = total - len(np.unique(readings.every_point, axis=0))
    share = repeated / total
    noise = [_repeat_stddev(readings, j) for j in range(len(readings.metrics))]
    figures = {
        "repeated": repeated,
        "results": total,
        "share": share,
        "noise": [{"metric": m.name, "stddev": s} for m, s in zip(readings.metrics, noise, strict=True)],
    }
    if not repeated:
        return Card("duplicates", title, Verdict.PASS, "No point was evaluated twice.", figures)
    told = f"{repeated} of {total} evaluations repeat a point ({percent(share)})"
    found = [(m.name or "the value", s) for m, s in zip(readings.metrics, noise, strict=True) if s]
    if found:
        verdict = Verdict.WARN if share > DEFAULTS.repeats_of_noisy else Verdict.PASS
        varied = ", ".join(f"{name} varies by ±{stddev:.3g}" for name, stddev in found)
        return Card("duplicates", title, verdict, f"{told}. Results are noisy: where repeated, {varied}.", figures)
    verdict = graded(share, good=DEFAULTS.repeats_good, bad=DEFAULTS.repeats_bad)
    advice = "." if verdict is Verdict.PASS else ": do not evaluate a point again, look its result up."
    return Card("duplicates", title, verdict, f"{told} and give the same values{advice}", figures)


def edges_card(readings: Readings, encoder: Encoder) -> Card:
    """Whether the best points pile up at a bound of a numeric parameter."""
    title = "Bounds of the search space"
    good = _good_points(readings)
    if len(readings.rows) < DEFAULTS.edge_least_results:
        return _too_few("space_edges", title, len(readings.rows))
    if len(good) < DEFAULTS.edge_points:
        told = f"{number_of(len(good), 'good point').capitalize()} so far: too few to tell."
        return Card("space_edges", title, Verdict.UNKNOWN, told, {"good_points": len(good)})
    found = []
    for j, axis in enumerate(encoder.axes):
        if encoder.categorical[j]:
            continue
        there = good[good[:, j] != INACTIVE, j]
        ends, values = encoder.axes[j].snap(np.array([0.0, 1.0])), encoder.ends(j)
        for side, end, value, name in ((1.0, ends[0], values[0], "lower"), (-1.0, ends[1], values[1], "upper")):
            near = int((side * (there - end) <= DEFAULTS.edge_reach).sum())
            if _is_pile(near, len(there), _edge_share(encoder, j, float(end))):
                found.append({"parameter": axis.name, "bound": name, "value": value, "near": near, "of": len(there)})
    figures = {"good_points": len(good), "piled": found}
    if not found:
        return Card("space_edges", title, Verdict.PASS, "The best points do not pile up at a bound.", figures)
    verdict = Verdict.FAIL if any(pile["near"] == pile["of"] for pile in found) else Verdict.WARN
    told = "; ".join(
        f"{pile['parameter']}: {pile['near']} of the {pile['of']} best lie within {percent(DEFAULTS.edge_reach)} of "
        f"the {pile['bound']} bound {pile['value']:g}"
        for pile in found[:_NAMED]
    )
    more = f"; and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    widen = "widen it" if len(found) == 1 else "widen these"
    return Card("space_edges", title, verdict, f"{told}{more}. If values beyond make sense, {widen}.", figures)


def spread_card(readings: Readings, column: int) -> Card:
    """Whether the values of a metric differ."""
    metric, values = readings.metrics[column], readings.values(column)
    title = "Variety of values"
    if len(values) < DEFAULTS.card_least_results:
        return _too_few("spread", title, len(values), metric.name)
    distinct, counts = np.unique(values, return_counts=True)
    commonest, share = float(distinct[np.argmax(counts)]), float(counts.max()) / len(values)
    low, high = float(values.min()), float(values.max())
    figures = {"distinct": len(distinct), "commonest": commonest, "commonest_share": share, "low": low, "high": high}

    def card(verdict: Verdict, sentence: str) -> Card:
        return Card("spread", title, verdict, sentence, figures, metric.name)

    if len(distinct) == 1:
        return card(Verdict.FAIL, f"All {len(values)} values are {commonest:g}: there is nothing to learn from them.")
    if share > DEFAULTS.spread_commonest:
        return card(
            Verdict.WARN, f"{percent(share)} of the values are {commonest:g}: little can be learned from the others."
        )
    if high - low <= DEFAULTS.spread_rounding * max(abs(low), abs(high)):
        return card(
            Verdict.WARN, f"All values agree in their first digits ({low:.9g} to {high:.9g}): report differences."
        )
    return card(Verdict.PASS, f"Values range from {low:.4g} to {high:.4g}.")


def budget_card(problem: Problem, results: int) -> Card:
    """Whether the planned evaluations are enough for the number of parameters."""
    title, parameters = "Budget", len(problem.space.parameters) + len(problem.space.conditionals)
    advised = max(advised_budget(Definition(space=problem.space, metrics=problem.metrics)), 1)
    planned = max(problem.budget or 0, results)
    figures = {"budget": problem.budget, "results": results, "advised": advised, "parameters": parameters}
    needs = f"{number_of(parameters, 'parameter')} take{'s' * (parameters == 1)} about {advised} evaluations"
    if problem.budget is None and results < advised:
        return Card("budget", title, Verdict.UNKNOWN, f"No budget is set. {needs}; {results} are done.", figures)
    verdict = graded(planned / advised, good=1.0, bad=DEFAULTS.budget_bad)
    told = f"{planned} are {'done' if results == planned else 'planned'}"
    advice = "." if verdict is Verdict.PASS else ": plan more, or fix parameters that matter least."
    return Card("budget", title, verdict, f"{needs}; {told}{advice}", figures)


def constraints_card(readings: Readings) -> Card:
    """Which share of results reaches the thresholds of constraints."""
    title, total, satisfying = "Thresholds", len(readings.rows), int(readings.satisfying.sum())
    if total < DEFAULTS.card_least_results:
        return _too_few("constraints", title, total)
    metrics = [readings.metrics[j] for j in readings.constraints]
    shares = readings.met.mean(axis=0).tolist()
    figures = {
        "satisfying": satisfying,
        "results": total,
        "share": satisfying / total,
        "metrics": [
            {"metric": m.name, "threshold": m.threshold, "share": s} for m, s in zip(metrics, shares, strict=True)
        ],
    }
    verdict = Verdict.FAIL if not satisfying else graded(satisfying / total, good=DEFAULTS.satisfying_good, bad=0.0)
    told = f"{satisfying} of {total} results reach all thresholds ({percent(satisfying / total)})."
    hardest = int(np.argmin(shares))
    if verdict is not Verdict.PASS:
        told += f" {metrics[hardest].name} reaches its {metrics[hardest].threshold:g} in {percent(shares[hardest])}"
        told += ": is it within reach at all?" if verdict is Verdict.FAIL else ": the hardest one."
    return Card("constraints", title, verdict, told, figures)


def _too_few(name: str, title: str, count: int, metric: str | None = None) -> Card:
    told = f"There {'is' if count == 1 else 'are'} {number_of(count, 'result')}: too few to tell."
    return Card(name, title, Verdict.UNKNOWN, told, {"results": count}, metric)


def _repeat_stddev(readings: Readings, column: int) -> float:
    """Pooled standard deviation of the values of one metric around the mean at each point; 0 without repeats."""
    _, place = np.unique(readings.points, axis=0, return_inverse=True)
    place = place.reshape(-1)
    order = np.lexsort((readings.losses[:, column], place))
    place, losses = place[order], readings.losses[order, column]
    counts = np.bincount(place)
    freedom = int((np.maximum(counts, 1) - 1).sum())
    # Differences from the first: equal values give exactly zero.
    starts = np.searchsorted(place, np.arange(len(counts)))
    apart = losses - losses[starts][place]
    unit = float(np.abs(apart).max(initial=0.0))
    if unit == 0.0:
        return 0.0
    apart /= unit
    means = np.bincount(place, weights=apart) / np.maximum(counts, 1)
    return unit * float(np.sqrt(((apart - means[place]) ** 2).sum() / freedom))


def _good_points(readings: Readings) -> HostArray:
    """The distinct points that the user is after: the best few, the Pareto front, or all that satisfy."""
    allowed: IntArray = np.flatnonzero(readings.satisfying)
    columns = readings.objectives
    if len(columns) > 1:
        allowed = allowed[nondominated(readings.losses[allowed][:, columns])]
    elif columns:
        keys = (*readings.points[allowed].T[::-1], readings.losses[allowed, columns[0]])
        allowed = allowed[np.lexsort(keys)]
    _, first = np.unique(readings.points[allowed], axis=0, return_index=True)
    kept = allowed[np.sort(first)]
    return readings.points[kept[: DEFAULTS.edge_points] if len(columns) == 1 else kept]


def _edge_share(encoder: Encoder, axis: int, end: float) -> float:
    """How likely a random point is as near to this end."""
    levelled = encoder.levelled.get(axis)
    if levelled is None or levelled.levels > DEFAULTS.relaxed_levels:
        return DEFAULTS.edge_reach
    near = np.abs(levelled.coordinate(np.arange(levelled.levels)) - end) <= DEFAULTS.edge_reach
    return max(DEFAULTS.edge_reach, float(near.mean()))


def _is_pile(near: int, of: int, share: float) -> bool:
    """Whether most points lie there, and not by chance."""
    by_chance = float(stats.binom.sf(near - 1, of, share))
    return of >= DEFAULTS.edge_points and 2 * near > of and by_chance < DEFAULTS.edge_chance
