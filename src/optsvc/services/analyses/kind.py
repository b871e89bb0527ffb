"""What an analysis is: a question about an experiment that a worker answers from all that was observed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from optsvc import engine
from optsvc.domain.errors import Unprocessable
from optsvc.domain.experiment import Definition
from optsvc.domain.metrics import Metric
from optsvc.domain.observation import Foretold, Observation
from optsvc.domain.space import Assignments
from optsvc.services.analyses.options import Options


@dataclass(frozen=True, slots=True)
class Measured:
    """An observation as the rules for the best compare it."""

    assignments: Assignments
    results: dict[str | None, float]
    full_cost: bool


@dataclass(frozen=True, slots=True)
class Material:
    """All that an analysis is computed from, read at one moment.

    Args:
        definition: What the experiment asks for.
        problem: The same, as the engine knows it.
        history: What was observed, in order of arrival.
        ids: Of the observations in `history`.
        full_cost: Whether each of them was a full evaluation.
        predictions: What the model that suggested each of them predicted, by the metric's name; empty without a model.
        seed: Of the experiment.
        state: What the last fit left; it spares another one.
    """

    definition: Definition
    problem: engine.Problem
    history: Sequence[Observation]
    ids: Sequence[str]
    full_cost: Sequence[bool]
    predictions: Sequence[Mapping[str | None, Foretold]]
    seed: engine.Seed
    state: engine.EngineState | None

    def point(self, observation_id: int | None) -> Assignments | None:
        """The point of an observation, in the parameters of now; None if none is named.

        Raises:
            Unprocessable: The observation is gone.
        """
        if observation_id is None:
            return None
        if str(observation_id) not in self.ids:
            raise Unprocessable(f"at: observation {observation_id} is not there any more")
        return self.definition.space.as_of_now(self.history[self.ids.index(str(observation_id))].assignments)

    def measured(self) -> list[Measured]:
        """The history as the rules for the best compare it."""
        return [
            Measured(self.definition.space.as_of_now(o.assignments), {e.name: e.value for e in o.values}, full)
            for o, full in zip(self.history, self.full_cost, strict=True)
        ]

    def judged(self, metric: Metric) -> dict[str, engine.Prediction]:
        """What was foretold of a metric beside what came, by the id of the observation; of full evaluations."""
        found = {}
        for id_, observation, full, of_metrics in zip(
            self.ids, self.history, self.full_cost, self.predictions, strict=True
        ):
            told, evaluation = of_metrics.get(metric.name), observation.evaluation(metric)
            if full and told is not None and evaluation is not None:
                noise = evaluation.stddev or 0.0
                found[id_] = engine.Prediction(told.mean, told.stddev, evaluation.value, noise)
        return found


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of analysis.

    Args:
        name: Its name in addresses.
        title: For people, as a heading.
        description: What it tells, in a sentence or two.
        options: What can be asked of it.
        result: The dataclass that `compute` answers with: the API documents it from its docstring.
        compute: The answer; raises `Unprocessable` with a sentence if there can be none from these data.
        why_not: What is in the way in such an experiment, whatever its data; None if nothing is.
    """

    name: str
    title: str
    description: str
    options: type[Options]
    result: type[Any]
    compute: Callable[[Material, Any], Any]
    why_not: Callable[[Definition], str | None] = lambda _: None
