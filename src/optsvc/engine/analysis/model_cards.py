"""What can be told of an experiment's health from how well its model predicts."""

from collections.abc import Sequence

from scipy import stats

from optsvc.engine.analysis.cards import Card, Verdict, graded
from optsvc.engine.analysis.fitted import FittedMetric
from optsvc.engine.analysis.honesty import Prediction, honesty
from optsvc.engine.analysis.truth import Z95
from optsvc.engine.analysis.words import number_of, percent
from optsvc.engine.defaults import DEFAULTS


def fit_card(metric: str | None, fitted: FittedMetric | None) -> Card:
    """What the model explains: each result predicted from all others, against their mean as the prediction."""
    title = "Fit of the model"
    if fitted is None or len(fitted.model.means) < DEFAULTS.card_least_modelled:
        return _no_model("fit", title, metric, fitted)
    posterior = fitted.model.posterior
    # The targets, as the process has them.
    targets = posterior.mean + posterior.backend.to_host(posterior.factor @ posterior.whitened)
    expected, _ = posterior.leave_one_out(targets)
    n = len(targets)
    by_mean = (targets - targets.mean()) * n / (n - 1.0)
    explained = 1.0 - float(((targets - expected) ** 2).sum() / (by_mean**2).sum())
    verdict = graded(explained, good=DEFAULTS.explained_good, bad=DEFAULTS.explained_bad)
    share = percent(max(explained, 0.0))
    told = f"Predicting each of {n} results from the others, the model explains {share} of what differs"
    advice = {
        Verdict.PASS: ".",
        Verdict.WARN: ": suggestions are better than chance, but more results, or less noise, would help.",
        Verdict.FAIL: ": no better than guessing the mean. Check that the metric depends on these parameters.",
    }
    return Card("fit", title, verdict, told + advice[verdict], {"explained": explained, "results": n}, metric)


def calibration_card(metric: str | None, fitted: FittedMetric | None) -> Card:
    """Whether the model is as sure as it may be: how many results lie in the intervals predicted from the others."""
    title = "Confidence of the model"
    if fitted is None or len(fitted.model.means) < DEFAULTS.card_least_modelled:
        return _no_model("calibration", title, metric, fitted)
    covered = int((fitted.model.squared_errors <= Z95**2 * fitted.model.variance_scale).sum())
    n = len(fitted.model.squared_errors)
    verdict = _coverage_verdict(covered, n)
    told = f"{covered} of {n} results lie in the 95 % interval predicted from the others"
    figures = {"covered": covered, "results": n, "coverage": covered / n}
    return Card("calibration", title, verdict, told + _SURE[verdict], figures, metric)


def honesty_card(metric: str | None, predictions: Sequence[Prediction], noise_stddev: float) -> Card:
    """Whether what was predicted of suggestions came out."""
    title = "Predictions against results"
    held = honesty(predictions, noise_stddev=noise_stddev)
    figures = {
        "predictions": held.count,
        "covered": held.covered,
        "coverage": held.coverage,
        "rank_correlation": held.rank_correlation,
        "noise_stddev": noise_stddev,
    }
    if held.count < DEFAULTS.card_least_modelled:
        told = f"{number_of(held.count, 'predicted result').capitalize()} so far: too few to tell."
        return Card("honesty", title, Verdict.UNKNOWN, told, figures, metric)
    verdict = _coverage_verdict(held.covered, held.count)
    told = f"{held.covered} of {held.count} results came out in the 95 % interval predicted when they were suggested"
    told += _SURE[verdict]
    if held.rank_correlation is not None:
        told += f" Rank correlation of predicted and observed values: {held.rank_correlation:.2f}."
    return Card("honesty", title, verdict, told, figures, metric)


_SURE = {
    Verdict.PASS: ".",
    Verdict.WARN: ": fewer than should. Take predicted intervals as somewhat wider.",
    Verdict.FAIL: ": the model is far too sure. Do not rely on predicted intervals.",
}


def _coverage_verdict(covered: int, count: int) -> Verdict:
    """Of 95 % intervals: fewer than so many by no chance is too few."""
    if float(stats.binom.cdf(covered, count, 0.95)) >= DEFAULTS.coverage_chance:
        return Verdict.PASS
    return Verdict.FAIL if covered < DEFAULTS.coverage_bad * count else Verdict.WARN


def _no_model(name: str, title: str, metric: str | None, fitted: FittedMetric | None) -> Card:
    count = 0 if fitted is None else len(fitted.model.means)
    told = f"There are {count} values" if fitted else "There is no model: there are too few values, or all are equal"
    return Card(name, title, Verdict.UNKNOWN, f"{told}: too early to tell.", {"results": count}, metric)
