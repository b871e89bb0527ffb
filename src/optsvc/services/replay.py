"""Replay: computing a stored suggestion again from what it was computed from, to see that it comes out the same."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any, Literal

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from optsvc import engine
from optsvc.domain.errors import Unprocessable
from optsvc.services import suggestions
from optsvc.services.access import Caller
from optsvc.services.snapshot import Snapshot, as_told, environment_of, problem_of
from optsvc.storage.definitions import definition_of
from optsvc.storage.models import Experiment, Suggestion
from optsvc.storage.observations import ObservationRepository
from optsvc.storage.suggestions import SuggestionRepository

Verdict = Literal["identical", "different", "inputs changed"]


@dataclass(frozen=True, slots=True)
class Replay:
    """What came out of computing a suggestion again.

    Args:
        verdict: Whether everything is the same to the last bit; or whether what it was computed from is no longer there
            as it was, so that nothing was computed.
        differences: What differs, a sentence each; empty if identical.
        assignments: The point that came out; None if nothing was computed.
        environment: What the last bits depend on, now.
    """

    verdict: Verdict
    differences: list[str]
    assignments: Mapping[str, Any] | None
    environment: Mapping[str, str]


def check_replayable(session: Session, caller: Caller, experiment_id: int, suggestion_id: int) -> None:
    """Refuse to replay what the engine did not make.

    Raises:
        NotFound: The experiment or the suggestion is not there, deleted, or not visible.
        Unprocessable: There is nothing to compute again.
    """
    suggestion = suggestions.get(session, caller, experiment_id, suggestion_id)
    if suggestion.inputs is None:
        source = suggestion.provenance["source"]
        raise Unprocessable(
            f"suggestion {suggestion_id} cannot be replayed: no engine computed it (source: {source}), or it is older "
            "than the record that a replay needs"
        )


def replay(session: Session, suggestion_id: int, xp: ModuleType = np) -> Replay:
    """Compute a suggestion again; one that was computed in a batch, in a batch of one.

    Args:
        session: The transaction to read in.
        suggestion_id: One that `check_replayable` lets pass.
        xp: The array module that computes batches here, if it was a batch that made it.
    """
    suggestion = session.get_one(Suggestion, suggestion_id)
    experiment = session.get_one(Experiment, suggestion.experiment_id)
    inputs, then = suggestion.inputs or {}, suggestion.provenance
    snapshot = _restored(session, experiment, then, inputs)
    changed = _changed_inputs(snapshot, then, inputs)
    if changed:
        return Replay("inputs changed", changed, None, engine.environment())
    in_a_batch = "backend" in (then.get("details") or {})
    proposal = _computed(snapshot, inputs["call"], then["source"], xp if in_a_batch else None)
    environment = environment_of(proposal)
    differences = _differences(suggestion, proposal)
    if differences:
        differences += _changed_environment(then, inputs["environment"], environment)
    return Replay("different" if differences else "identical", differences, proposal.assignments, environment)


def _restored(session: Session, experiment: Experiment, then: Mapping[str, Any], inputs: Mapping[str, Any]) -> Snapshot:
    """The snapshot that the suggestion was computed from, as far as it is still there."""
    seed = engine.Seed(int(then["seed"]["key"], 16), then["seed"]["ordinal"])
    bare = replace(Snapshot.without_data(experiment), seed=seed)
    if inputs["call"] == "random_point":
        return bare
    last = then["last_observation"]
    rows = [] if last is None else ObservationRepository(session, experiment).history(up_to=int(last))
    pending_ids = [int(id_) for id_ in then["pending"]]
    handed_out = session.scalars(select(Suggestion).where(Suggestion.id.in_(pending_ids)))
    points = {row.id: row.assignments for row in handed_out}
    state = inputs["state"]
    return replace(
        bare,
        data_version=then["data_version"],
        problem=problem_of(definition_of(experiment)),
        history=as_told(rows, SuggestionRepository(session, experiment)),
        pending=[points[id_] for id_ in pending_ids if id_ in points] + inputs["ready"],
        state=None if state is None else engine.EngineState.from_dict(state),
        last_observation_id=None if last is None else int(last),
        pending_ids=pending_ids,
    )


def _changed_inputs(snapshot: Snapshot, then: Mapping[str, Any], inputs: Mapping[str, Any]) -> list[str]:
    now = snapshot.digests()
    changed = [name for name, digest in inputs["digests"].items() if now[name] != digest]
    said = {
        "experiment": "The parameters, the metric, the budget or the parallel bandwidth have changed.",
        "observations": f"Of the {then.get('observation_count')} observations counted, some have been changed or "
        f"deleted: {len(snapshot.history)} are left.",
        "pending": "The suggestions that were open at the time are not all there any more.",
    }
    return [said[name] for name in changed]


def _computed(snapshot: Snapshot, call: str, source: str, batches: ModuleType | None) -> engine.Proposal:
    if call == "random_point":
        return engine.random_point(snapshot.problem, seed=snapshot.seed)
    if call == "space_filling":
        made = engine.space_filling(*snapshot.model_input, seed=snapshot.seed, source=engine.Source(source))
        return made[0]
    if batches is not None:
        [(proposals, _)] = engine.suggest_many([snapshot.request], xp=batches)
        return proposals[0]
    proposals, _ = engine.suggest(*snapshot.model_input, seed=snapshot.seed, state=snapshot.state)
    return proposals[0]


def _differences(suggestion: Suggestion, proposal: engine.Proposal) -> list[str]:
    """What came out differently, to the last bit."""
    then = suggestion.provenance
    pairs = [
        (f"assignment {name}", value, proposal.assignments.get(name)) for name, value in suggestion.assignments.items()
    ]
    pairs += [("source", then["source"], proposal.source.value)]
    pairs += [("mean", then.get("mean"), proposal.mean), ("stddev", then.get("stddev"), proposal.stddev)]
    details = then.get("details") or {}
    results = {name: value for name, value in proposal.details.items() if name != "backend"}  # a cause, not a result
    pairs += [(name, details.get(name), value) for name, value in results.items()]
    return [f"{name}: {before!r} then, {after!r} now" for name, before, after in pairs if before != after]


def _changed_environment(then: Mapping[str, Any], before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Why the bits may differ."""
    pairs = [("engine version", then["engine_version"], engine.ENGINE_VERSION)]
    pairs += [(name, before.get(name), value) for name, value in after.items()]
    return [f"{name}: {old} then, {new} now" for name, old, new in pairs if old != new]
