"""The health report of an experiment: one card for each thing that can be wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from optsvc.domain.observation import Observation
from optsvc.engine.analysis.cards import Card, Verdict
from optsvc.engine.analysis.data_cards import (
    budget_card,
    constraints_card,
    duplicates_card,
    edges_card,
    failures_card,
    spread_card,
)
from optsvc.engine.analysis.fitted import FittedMetric
from optsvc.engine.analysis.honesty import Prediction
from optsvc.engine.analysis.model_cards import calibration_card, fit_card, honesty_card
from optsvc.engine.analysis.readings import Readings
from optsvc.engine.analysis.truth import noise_stddev
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.encoding import Encoder
from optsvc.engine.problem import Problem, Seed

_WORST_FIRST = (Verdict.FAIL, Verdict.WARN, Verdict.UNKNOWN, Verdict.PASS)


@dataclass(frozen=True, slots=True)
class Health:
    """The health report of an experiment.

    Args:
        verdict: The worst of all cards, those that cannot tell left out.
        cards: Those with the worst verdicts first.
    """

    verdict: Verdict
    cards: tuple[Card, ...]

    def to_dict(self) -> dict[str, Any]:
        """As JSON-ready types."""
        return {"verdict": self.verdict, "cards": [card.to_dict() for card in self.cards]}


def health(
    problem: Problem,
    history: Sequence[Observation],
    *,
    seed: Seed,
    predictions: Mapping[str | None, Sequence[Prediction]] | None = None,
) -> Health:
    """The health report of an experiment. Never fails: a card that has too little to go by says so.

    Args:
        problem: The search space, the metrics and the budget.
        history: What has been observed, **oldest first**: the card on failures tells whether they become rarer. No
            other card depends on the order.
        seed: The key of the experiment; its ordinal does not matter.
        predictions: By metric name, what was predicted of suggestions when they were made, and what came out.
    """
    encoder = Encoder(problem.space, DEFAULTS.relaxed_levels)
    readings = Readings.of(problem, history, encoder)
    cards = [
        failures_card(readings),
        duplicates_card(readings),
        edges_card(readings, encoder),
        budget_card(problem, len(history)),
    ]
    if readings.constraints:
        cards.append(constraints_card(readings))
    for column, metric in enumerate(readings.metrics):
        fitted = FittedMetric.fit(problem, history, metric, seed=seed)
        cards += [
            spread_card(readings, column),
            fit_card(metric.name, fitted),
            calibration_card(metric.name, fitted),
        ]
        if predictions is not None:
            cards.append(honesty_card(metric.name, predictions.get(metric.name, ()), _noise(fitted, readings, column)))
    ordered = tuple(sorted(cards, key=lambda card: _WORST_FIRST.index(card.verdict)))
    told = [card.verdict for card in ordered if card.verdict is not Verdict.UNKNOWN]
    return Health(told[0] if told else Verdict.UNKNOWN, ordered)


def _noise(fitted: FittedMetric | None, readings: Readings, column: int) -> float:
    """What a single result differs from the truth where values are good; 0 if results are not known to be noisy."""
    if fitted is None or not fitted.history.measured_noise:
        return 0.0
    return noise_stddev(fitted, float(readings.losses[:, column].min()))
