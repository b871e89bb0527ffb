"""Asking for an analysis: what was computed of the present data at once, else what to wait for."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy.orm import Session

from optsvc import engine
from optsvc.domain.errors import InvalidRequest, Unprocessable
from optsvc.domain.experiment import Definition
from optsvc.queueing.queues import analysis_after_commit
from optsvc.services import access
from optsvc.services.access import Caller
from optsvc.services.analyses.catalog import KINDS
from optsvc.services.analyses.kind import Kind
from optsvc.services.analyses.options import Options
from optsvc.storage.analyses import AnalysisKey, AnalysisRepository
from optsvc.storage.definitions import definition_of
from optsvc.storage.models import Analysis, Experiment
from optsvc.storage.observations import ObservationRepository

State = Literal["fresh", "stale", "failed", "absent", "unavailable"]


@dataclass(frozen=True, slots=True)
class Answer:
    """An analysis as it was computed.

    Args:
        experiment_id: Of which experiment.
        kind: Its kind.
        options: All of its options, as the experiment fills them in.
        fresh: Whether it was computed from the present data.
        data_version: Of the data that it was computed from.
        observation_count: How many observations these were.
        computed: When.
        result: What came out, as the kind's `result` describes it.
    """

    experiment_id: int
    kind: str
    options: Mapping[str, Any]
    fresh: bool
    data_version: int
    observation_count: int
    computed: datetime
    result: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Wait:
    """It is not there yet; the workers are asked.

    Args:
        min_version: The data version at the time of the request: a result from it or from newer data will do.
    """

    min_version: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A kind, and how it stands with an experiment when no options are given.

    Args:
        kind: The kind.
        state: Whether there is a result, and from which data.
        why_not: What is in the way; None if nothing is.
    """

    kind: Kind
    state: State
    why_not: str | None


def key_of(kind: Kind, options: Options) -> AnalysisKey:
    """Under which key an analysis is kept."""
    canonical = options.canonical()
    text = json.dumps([kind.name, engine.ENGINE_VERSION, canonical], sort_keys=True)
    return AnalysisKey(kind.name, hashlib.sha256(text.encode()).hexdigest()[:32], canonical)


def take(
    session: Session,
    caller: Caller,
    experiment_id: int,
    kind: Kind,
    given: Options,
    *,
    min_version: int | None = None,
    stale: bool = False,
) -> Answer | Wait:
    """An analysis, or word that it must be waited for; the workers are asked when the transaction is committed.

    Args:
        session: The transaction to work in.
        caller: Who asks.
        experiment_id: The experiment.
        kind: What is asked.
        given: With which options.
        min_version: What an earlier `Wait` of the same request said.
        stale: Whether one from older data will do; a newer one is computed all the same.

    Raises:
        NotFound: The experiment is not there or not visible.
        InvalidRequest: An option does not fit the experiment.
        Unprocessable: It cannot be had of such an experiment, or not from the present data.
    """
    experiment = access.experiment(session, caller, experiment_id)
    definition = definition_of(experiment)
    why_not = _why_not(session, experiment, kind, definition)
    if why_not is not None:
        raise Unprocessable(f"no analysis {kind.name} of experiment {experiment_id}: {why_not}")
    options = given.filled_in(definition)
    _check_observations(session, experiment, options)
    key = key_of(kind, options)
    stored = AnalysisRepository(session, experiment).get(key)
    if min_version is None:
        min_version = experiment.data_version
    done = stored is not None and stored.data_version >= min_version
    failed = stored is not None and not done and stored.failed_version >= min_version
    if not done and not failed:
        options_text = json.dumps(dict(key.options), sort_keys=True)
        analysis_after_commit(session, experiment_id, kind.name, options_text, experiment.data_version)
    answer = None if stored is None else _answer(experiment, stored)
    if answer is not None and (done or stale):
        return answer
    if failed:
        raise Unprocessable(f"no analysis {kind.name} of experiment {experiment_id}: {stored and stored.error}")
    return Wait(min_version)


def listing(session: Session, caller: Caller, experiment_id: int) -> list[Listed]:
    """All kinds, and what there is of each when no options are given.

    Raises:
        NotFound: The experiment is not there or not visible.
    """
    experiment = access.experiment(session, caller, experiment_id)
    definition = definition_of(experiment)
    reasons = {kind.name: _why_not(session, experiment, kind, definition) for kind in KINDS.values()}
    digests = {
        kind.name: key_of(kind, kind.options().filled_in(definition)).digest
        for kind in KINDS.values()
        if reasons[kind.name] is None
    }
    stored = AnalysisRepository(session, experiment).of(list(digests.values()))
    return [
        Listed(kind, _state(experiment, stored.get(digests.get(kind.name, ""))), None)
        if reasons[kind.name] is None
        else Listed(kind, "unavailable", reasons[kind.name])
        for kind in KINDS.values()
    ]


def _why_not(session: Session, experiment: Experiment, kind: Kind, definition: Definition) -> str | None:
    """What is in the way, as far as can be told without computing anything."""
    if experiment.development:
        return "nothing is computed for a development experiment"
    why_not = kind.why_not(definition)
    if why_not is None and not ObservationRepository(session, experiment).count():
        return "nothing has been observed yet"
    return why_not


def _check_observations(session: Session, experiment: Experiment, options: Options) -> None:
    repository = ObservationRepository(session, experiment)
    for observation_id in options.observations():
        if repository.get(observation_id) is None:
            raise InvalidRequest(f"at: there is no observation {observation_id} in experiment {experiment.id}")


def _state(experiment: Experiment, stored: Analysis | None) -> State:
    if stored is None:
        return "absent"
    if stored.data_version == experiment.data_version:
        return "fresh"
    if stored.failed_version == experiment.data_version:
        return "failed"
    return "stale" if stored.result is not None else "absent"


def _answer(experiment: Experiment, stored: Analysis) -> Answer | None:
    if stored.result is None or stored.computed is None:
        return None
    return Answer(
        experiment_id=experiment.id,
        kind=stored.kind,
        options=stored.options,
        fresh=stored.data_version == experiment.data_version,
        data_version=stored.data_version,
        observation_count=stored.observation_count,
        computed=stored.computed,
        result=stored.result,
    )
