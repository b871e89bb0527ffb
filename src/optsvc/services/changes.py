"""What has changed in an experiment, or among those of a client, since somebody looked last.

Who follows changes keeps a mark, a text made of the numbers in `optsvc.storage.changes`. It is compared with how things
stand now, so it does not matter what happened in between, or whether anybody was told.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from sqlalchemy.orm import Session

from optsvc.domain.errors import NotFound
from optsvc.services import access
from optsvc.services.access import Caller, Reach
from optsvc.storage import changes
from optsvc.storage.changes import ClientMark, ClientState, ExperimentMark, ExperimentState

_MARK = re.compile(r"[0-9]{1,19}(\.[0-9]{1,19})*")
_LATE_US = 2_000_000
"""A change may become visible so much later than the moment that stands in it; what is told twice does no harm."""


class Kind(StrEnum):
    """Of what something has changed."""

    OBSERVATIONS = "observations"
    SUGGESTIONS = "suggestions"
    QUEUE = "queue"
    PROPOSAL = "proposal"
    ANALYSES = "analyses"
    DEFINITION = "definition"
    STATE = "state"
    RUNS = "runs"


_NUMBERS: dict[Kind, tuple[str, ...]] = {
    Kind.OBSERVATIONS: ("data_version", "observations", "newest", "best"),
    Kind.SUGGESTIONS: ("issued", "open"),
    Kind.QUEUE: ("queued", "last_queued"),
    Kind.ANALYSES: ("analyses", "analysed", "importances"),
    Kind.DEFINITION: ("definition",),
    Kind.STATE: ("deleted",),
    Kind.RUNS: ("runs", "finished_runs"),
}
"""Which numbers of an experiment tell of what; a proposal is news when it is newer, not when it was taken."""


@dataclass(frozen=True, slots=True)
class ExperimentChanges:
    """What is to be looked at again in an experiment.

    Args:
        experiment_id: The experiment.
        kinds: What has changed; false altogether if nothing has.
        new_observations: Ids of those that came, oldest first; of very many the newest.
        new_best: Whether another observation is the best one.
        observation_count: How many there are now.
        best_observation: The id of the best one; None if there is none, or several metrics are optimized.
        archived: Whether the experiment is.
    """

    experiment_id: int
    kinds: tuple[Kind, ...]
    new_observations: tuple[int, ...]
    new_best: bool
    observation_count: int
    best_observation: int | None
    archived: bool

    def __bool__(self) -> bool:
        return bool(self.kinds)


@dataclass(frozen=True, slots=True)
class ClientChanges:
    """The experiments of a client to be looked at again; of very many those changed last. False if there are none."""

    client_id: int
    experiments: tuple[int, ...]

    def __bool__(self) -> bool:
        return bool(self.experiments)


@dataclass(frozen=True, slots=True)
class ExperimentStanding:
    """How an experiment stands."""

    experiment_id: int
    state: ExperimentState

    @property
    def mark(self) -> str:
        """What to keep, to learn later what has changed since."""
        return ".".join(map(str, self.state.mark))

    def since(self, mark: str) -> ExperimentChanges:
        """What has changed since then: everything, if the mark cannot be read."""
        now, numbers = self.state.mark, _numbers(mark)
        if len(numbers) != len(now):
            return self._changes(tuple(Kind), ExperimentMark(*[0] * len(now)))
        before = ExperimentMark(*numbers)
        kinds = [kind for kind, names in _NUMBERS.items() if any(getattr(before, n) != getattr(now, n) for n in names)]
        if now.proposal > before.proposal:
            kinds.append(Kind.PROPOSAL)
        return self._changes(tuple(kinds), before)

    def _changes(self, kinds: tuple[Kind, ...], before: ExperimentMark) -> ExperimentChanges:
        now = self.state.mark
        return ExperimentChanges(
            experiment_id=self.experiment_id,
            kinds=kinds,
            new_observations=tuple(id_ for id_ in reversed(self.state.newest) if id_ > before.newest),
            new_best=now.best not in (0, before.best),
            observation_count=now.observations,
            best_observation=now.best or None,
            archived=bool(now.deleted),
        )


@dataclass(frozen=True, slots=True)
class ClientStanding:
    """How the experiments of a client stand."""

    client_id: int
    state: ClientState

    @property
    def mark(self) -> str:
        """As of an experiment."""
        return ".".join(map(str, self.state.mark))

    def since(self, mark: str) -> ClientChanges:
        """As of an experiment."""
        numbers = _numbers(mark)
        if len(numbers) != len(self.state.mark):
            return ClientChanges(self.client_id, tuple(self.state.updated))
        before = ClientMark(*numbers)
        if before == self.state.mark:
            return ClientChanges(self.client_id, ())
        since = before.updated - _LATE_US
        return ClientChanges(
            self.client_id, tuple(id_ for id_, updated in self.state.updated.items() if updated > since)
        )


Changes = ExperimentChanges | ClientChanges
Standing = ExperimentStanding | ClientStanding


@dataclass(frozen=True, slots=True)
class ExperimentTopic:
    """One experiment to follow."""

    experiment_id: int

    @classmethod
    def of(cls, session: Session, caller: Caller, experiment_id: int) -> Self:
        """The experiment, if the caller may see it.

        Raises:
            NotFound, Forbidden: As in `access.experiment`.
        """
        return cls(access.experiment(session, caller, experiment_id).id)


@dataclass(frozen=True, slots=True)
class ClientTopic:
    """The experiments of a client to follow, as far as somebody sees them."""

    reach: Reach

    @classmethod
    def of(cls, session: Session, caller: Caller, client_id: int | None) -> Self:
        """The client that is named, else the token's own.

        Raises:
            NotFound, Forbidden: As in `access.client`.
        """
        client = access.client(session, caller, client_id)
        reach = access.reach(session, caller, client)
        if reach is None:
            raise NotFound(f"no client with id {client.id}")
        return cls(reach)


Topic = ExperimentTopic | ClientTopic


def look(session: Session, topics: Collection[Topic], known: Mapping[Topic, Standing]) -> dict[Topic, Standing]:
    """How things stand now.

    Args:
        session: The transaction to work in.
        topics: What to look at; an experiment that is gone is left out.
        known: How things stood before, as far as known; saves reading what cannot have changed.
    """
    experiments = [topic.experiment_id for topic in topics if isinstance(topic, ExperimentTopic)]
    before = {
        topic.experiment_id: standing.state
        for topic, standing in known.items()
        if isinstance(topic, ExperimentTopic) and isinstance(standing, ExperimentStanding)
    }
    found: dict[Topic, Standing] = {
        ExperimentTopic(id_): ExperimentStanding(id_, state)
        for id_, state in changes.experiment_states(session, experiments, before).items()
    }
    for topic in topics:
        if isinstance(topic, ClientTopic):
            found[topic] = ClientStanding(topic.reach.client_id, changes.client_state(session, topic.reach.condition))
    return found


def _numbers(mark: str) -> list[int]:
    return [int(part) for part in mark.split(".")] if _MARK.fullmatch(mark) else []
