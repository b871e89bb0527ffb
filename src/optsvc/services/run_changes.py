"""What users say of a run, put into it: PUT replaces a map, MERGE merges into it."""

from collections.abc import Mapping
from typing import Any, TypedDict

from optsvc.domain.errors import InvalidRequest
from optsvc.domain.training_run import MOST_KEYS, MOST_SCORES, OPTIMIZER_SOURCE, RunState, merged
from optsvc.storage.models import TrainingRun, now


class RunChanges(TypedDict, total=False):
    """What may be said of a run; a key that is absent leaves its field as it is."""

    name: str
    state: RunState
    deleted: bool
    favorite: bool
    project: str
    assignments: dict[str, Any]
    assignments_meta: dict[str, Any]
    assignments_sources: dict[str, Any]
    values: dict[str, Any]
    logs: dict[str, Any]
    datasets: dict[str, Any]
    metadata: dict[str, Any] | None
    dev_metadata: dict[str, Any]
    sys_metadata: dict[str, Any]
    model: dict[str, Any]
    source_code: dict[str, Any]


def apply(run: TrainingRun, changes: RunChanges, *, merge: bool) -> None:
    """Change the fields of a run, but neither its project nor whether it is deleted, which reach further.

    Args:
        run: The run, locked.
        changes: What to change.
        merge: Whether maps are merged into what is there, at every depth, instead of replacing it.

    Raises:
        InvalidRequest: The run as it would be breaks a rule.
    """

    def combined(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> dict[str, Any]:
        return merged(old or {}, new) if merge else dict(new)

    if "name" in changes:
        run.name = changes["name"]
    if "favorite" in changes:
        run.favorite = changes["favorite"]
    if "values" in changes:
        run.values = combined(run.values, changes["values"])
    if "logs" in changes:
        run.logs = combined(run.logs, changes["logs"])
    if "datasets" in changes:
        run.datasets = combined(run.datasets, changes["datasets"])
    if "metadata" in changes:
        given = changes["metadata"]
        run.user_metadata = None if given is None else _flat("metadata", combined(run.user_metadata, given))
    if "dev_metadata" in changes:
        run.dev_metadata = _flat("dev_metadata", combined(run.dev_metadata, changes["dev_metadata"]))
    if "sys_metadata" in changes:
        run.sys_metadata = combined(run.sys_metadata, changes["sys_metadata"])
        scores = run.sys_metadata.get("feature_importances", {}).get("scores", {})
        if len(scores) > MOST_SCORES:
            raise InvalidRequest(f"sys_metadata.feature_importances.scores: at most {MOST_SCORES}, got {len(scores)}")
    if "model" in changes:
        run.model_type = combined({"type": run.model_type}, changes["model"]).get("type")
    if "source_code" in changes:
        stored = {"content": run.source_code_content, "hash": run.source_code_hash}
        source_code = combined(stored, changes["source_code"])
        run.source_code_content, run.source_code_hash = source_code.get("content"), source_code.get("hash")
    if "assignments" in changes:
        run.assignments = _flat("assignments", combined(run.assignments, changes["assignments"]))
    _apply_sources(run, changes, merge=merge)
    if "state" in changes:
        _apply_state(run, changes["state"])
    run.updated = now()


def is_finished(run: TrainingRun) -> bool:
    """Whether it has ended; it never becomes active again."""
    return run.completed is not None or run.observation_id is not None


def _apply_sources(run: TrainingRun, changes: RunChanges, *, merge: bool) -> None:
    """Where assignments came from. The optimizer's name may be repeated where it stands, but not taken."""
    stored_meta, stored_sources = run.assignments_meta or {}, run.assignments_sources or {}
    if "assignments_meta" in changes:
        given = changes["assignments_meta"]
        for name, entry in given.items():
            if name not in run.assignments:
                raise InvalidRequest(f"assignments_meta names {name!r}, which is not among the assignments")
            if entry.get("source") == OPTIMIZER_SOURCE != stored_meta.get(name, {}).get("source"):
                raise InvalidRequest(f"assignments_meta.{name}.source: {OPTIMIZER_SOURCE!r} is reserved")
        run.assignments_meta = merged(stored_meta, given) if merge else given
    if "assignments_sources" in changes:
        given = changes["assignments_sources"]
        if OPTIMIZER_SOURCE in given and OPTIMIZER_SOURCE not in stored_sources:
            raise InvalidRequest(f"assignments_sources: {OPTIMIZER_SOURCE!r} is reserved")
        run.assignments_sources = merged(stored_sources, given) if merge else given
    if "assignments" in changes and run.assignments_meta:
        run.assignments_meta = {k: entry for k, entry in run.assignments_meta.items() if k in run.assignments}


def _apply_state(run: TrainingRun, state: RunState) -> None:
    if state is RunState.ACTIVE and is_finished(run):
        return
    run.state = state.value
    if state is not RunState.ACTIVE and run.completed is None:
        run.completed = now()


def _flat(name: str, entries: dict[str, Any]) -> dict[str, Any]:
    if len(entries) > MOST_KEYS:
        raise InvalidRequest(f"{name}: at most {MOST_KEYS} keys, the run would have {len(entries)}")
    return entries
