"""What the engine is told about an experiment at one moment, and what is kept of its answer."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

from sqlalchemy.orm import Session

from optsvc import engine
from optsvc.domain.experiment import Definition, ExperimentType
from optsvc.domain.observation import Observation
from optsvc.domain.space import Assignments
from optsvc.storage.definitions import definition_of
from optsvc.storage.models import Experiment
from optsvc.storage.models import Observation as Row
from optsvc.storage.observations import ObservationRepository, to_domain
from optsvc.storage.suggestions import SuggestionRepository

Call = Literal["suggest", "space_filling", "random_point"]
"""The function of the engine that made a proposal."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that a proposal depends on.

    Args:
        experiment_id: The experiment.
        data_version: Of its data.
        problem: What is optimized.
        history: What was observed, in order of arrival.
        pending: Points handed out, then points that were ready to be, in order of their ids.
        seed: For the next proposal.
        state: What the last fit left.
        last_observation_id: Of the history.
        pending_ids: Of the suggestions handed out.
    """

    experiment_id: int
    data_version: int
    problem: engine.Problem
    history: Sequence[Observation]
    pending: Sequence[Assignments]
    seed: engine.Seed
    state: engine.EngineState | None
    last_observation_id: int | None
    pending_ids: Sequence[int]

    @classmethod
    def take(cls, session: Session, experiment: Experiment) -> Self:
        """Read it. Points that are ready but not handed out count as pending too.

        In the order in which points go from one to the next, as others commit between two reads: so one may be seen
        twice, but none is missed and proposed again.
        """
        suggestions = SuggestionRepository(session, experiment)
        ready = suggestions.ready(min_version=experiment.data_version)
        pending = suggestions.pending()
        observations = ObservationRepository(session, experiment).history()
        return cls(
            experiment_id=experiment.id,
            data_version=experiment.data_version,
            problem=problem_of(definition_of(experiment)),
            history=as_told(observations, suggestions),
            pending=[row.assignments for row in pending] + [row.assignments for row in ready],
            seed=engine.Seed(experiment.seed_key.int, experiment.issued + len(ready)),
            state=engine.EngineState.from_dict(experiment.engine_state) if experiment.engine_state else None,
            last_observation_id=observations[-1].id if observations else None,
            pending_ids=[suggestion.id for suggestion in pending],
        )

    @classmethod
    def without_data(cls, experiment: Experiment) -> Self:
        """What a random point depends on: the space and the seed."""
        return cls(
            experiment_id=experiment.id,
            data_version=experiment.data_version,
            problem=problem_of(definition_of(experiment)),
            history=(),
            pending=(),
            seed=engine.Seed(experiment.seed_key.int, experiment.issued),
            state=None,
            last_observation_id=None,
            pending_ids=(),
        )

    @property
    def request(self) -> engine.Request:
        """What the engine is asked for it."""
        return engine.Request(*self.model_input, seed=self.seed, state=self.state)

    def inputs(self, call: Call, proposal: engine.Proposal) -> dict[str, Any]:
        """What is stored with a proposal made from this, so that it can be made again.

        The data themselves stay where they are: they are told by their ids and recognized by their digests.
        """
        return {
            "call": call,
            "environment": environment_of(proposal),
            "state": None if self.state is None else self.state.to_dict(),
            "ready": [dict(point) for point in self.pending[len(self.pending_ids) :]],
            "digests": self.digests(),
        }

    def digests(self) -> dict[str, str]:
        """What tells whether an input is still the one that it was."""
        return {
            "experiment": _digest(asdict(self.problem)),
            "observations": _digest([_plain(observation) for observation in self.history]),
            "pending": _digest([dict(point) for point in self.pending]),
        }

    @property
    def model_input(self) -> tuple[engine.Problem, Sequence[Observation], Sequence[Assignments]]:
        """The first arguments of every function of the engine."""
        return self.problem, self.history, self.pending


def environment_of(proposal: engine.Proposal) -> dict[str, str]:
    """What the last bits of a proposal just made depend on."""
    return {**engine.environment(), "backend": proposal.details.get("backend", "numpy")}


def as_told(rows: Sequence[Row], suggestions: SuggestionRepository) -> list[Observation]:
    """Observations as the engine is told of them, with what was foretold."""
    forecasts = suggestions.forecasts() if rows else {}
    return [to_domain(row, forecasts) for row in rows]


def uses_model(experiment: Experiment) -> bool:
    """Whether its suggestions come from the optimizer; if not, there is nothing to compute for it."""
    return experiment.type == ExperimentType.OFFLINE and not experiment.development


def problem_of(definition: Definition) -> engine.Problem:
    """The experiment as the engine knows it: stored metrics are not its concern."""
    return engine.Problem(
        space=definition.space,
        metrics=definition.optimized + definition.constraints,
        budget=definition.budget,
        parallelism=definition.parallel_bandwidth or 1,
        solutions=definition.num_solutions or 1,
    )


def provenance(proposal: engine.Proposal, snapshot: Snapshot) -> dict[str, Any]:
    """Where a suggestion came from: shown with it, and enough to work it out again."""
    return {
        "source": proposal.source.value,
        "reason": proposal.reason,
        "engine_version": engine.ENGINE_VERSION,
        "seed": {"key": f"{snapshot.seed.key:032x}", "ordinal": proposal.ordinal},
        "data_version": snapshot.data_version,
        "observation_count": len(snapshot.history),
        "last_observation": None if snapshot.last_observation_id is None else str(snapshot.last_observation_id),
        "pending": [str(suggestion_id) for suggestion_id in snapshot.pending_ids],
        "mean": proposal.mean,
        "stddev": proposal.stddev,
        "predictions": proposal.details.get("predictions"),
        "p_success": proposal.details.get("p_success"),
        "p_feasible": proposal.details.get("p_feasible"),
        "details": dict(proposal.details),
    }


def _plain(observation: Observation) -> list[Any]:
    values = [(e.name, e.value, e.stddev) for e in observation.values]
    return [dict(observation.assignments), values, observation.failed]


def _digest(data: Any) -> str:
    text = json.dumps(data, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
