"""The objects of the service as they were last seen. How to act on them is added by the two clients."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeAlias, TypeVar

from optsvc.client.errors import UsageError
from optsvc.client.exchange import Json

ConnectionT = TypeVar("ConnectionT")

Assignments: TypeAlias = Mapping[str, int | float | str]
"""A value for each parameter, by name."""

Metadata: TypeAlias = Mapping[str, float | str | None]
"""Notes of the user's own: at most 100 keys."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an experiment is.

    Args:
        observation_count: Observations so far, failed ones too.
        budget_consumed: The part of the observation budget that they used up.
    """

    observation_count: int
    budget_consumed: float

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read the ``progress`` of an experiment."""
        return cls(int(data["observation_count"]), float(data["observation_budget_consumed"]))


@dataclass(frozen=True, slots=True)
class MetricEvaluation:
    """The reported value of one metric.

    Args:
        name: The metric's name, None if it has none.
        value: In the metric's own units.
        stddev: Standard deviation of the measurement, same units; None if not known.
    """

    name: str | None
    value: float
    stddev: float | None = None

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read an entry of ``values``."""
        return cls(data.get("name"), float(data["value"]), data.get("value_stddev"))


@dataclass(frozen=True, slots=True)
class BestAssignments:
    """One of the best points so far.

    Args:
        observation_id: Of the observation that reported it.
        assignments: The point.
        values: What was reported there, one per metric.
        metadata: Of the observation.
    """

    observation_id: str
    assignments: Assignments
    values: tuple[MetricEvaluation, ...]
    metadata: Metadata | None

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read an entry of ``best_assignments``."""
        return cls(str(data["id"]), data["assignments"], _evaluations(data["values"]), data.get("metadata"))

    @property
    def value(self) -> float:
        """The value of the only metric."""
        return _only_value(self.values)


@dataclass(frozen=True, slots=True)
class Analysis:
    """What the service has learnt from an experiment.

    Args:
        kind: Which analysis.
        result: What came out; the OpenAPI document describes it for each kind.
        options: Its options, with what was not given filled in.
        fresh: Whether it was computed from the data of the time when it was asked for.
        observation_count: How many observations it was computed from.
        raw: Its JSON.
    """

    kind: str
    result: Mapping[str, Any]
    options: Mapping[str, Any]
    fresh: bool
    observation_count: int
    raw: Json

    @classmethod
    def from_json(cls, data: Json) -> Self:
        """Read an ``analysis``."""
        count = int(data["observation_count"])
        return cls(str(data["kind"]), data["result"], data["options"], bool(data["fresh"]), count, data)


class Record(Generic[ConnectionT]):
    """One object of the service; `raw` is its JSON as last seen, for what has no attribute here.

    Attributes:
        id: Its id.
        raw: Its JSON.
    """

    def __init__(self, connection: ConnectionT, raw: Json) -> None:
        self._connection = connection
        self._read(raw)

    def _read(self, raw: Json) -> None:
        self.raw = raw
        self.id = str(raw["id"])

    def __repr__(self) -> str:
        fields = {name: value for name, value in vars(self).items() if name not in {"raw", "_connection"}}
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in fields.items())})"


class ExperimentRecord(Record[ConnectionT]):
    """What is optimized, and how far it is.

    Attributes:
        id: Its id.
        name: For people.
        state: ``"active"`` or ``"deleted"``.
        parameters: The parameter objects of the API, sorted by name.
        metrics: The metric objects of the API, sorted by name.
        observation_budget: How many observations are planned; None if open.
        parallel_bandwidth: How many evaluations are planned at the same time; None if not given.
        metadata: Notes of the user's own.
        progress: How far it was when it was last seen.
        raw: Its JSON.
    """

    def _read(self, raw: Json) -> None:
        super()._read(raw)
        self.name: str = raw["name"]
        self.state: str = raw["state"]
        self.parameters: Sequence[Mapping[str, Any]] = raw["parameters"]
        self.metrics: Sequence[Mapping[str, Any]] = raw["metrics"]
        self.observation_budget: int | None = raw.get("observation_budget")
        self.parallel_bandwidth: int | None = raw.get("parallel_bandwidth")
        self.metadata: Metadata | None = raw.get("metadata")
        self.progress = Progress.from_json(raw["progress"])


class SuggestionRecord(Record[ConnectionT]):
    """A point to evaluate.

    Attributes:
        id: Its id.
        experiment_id: Of the experiment that it belongs to.
        assignments: The point.
        state: ``"open"`` until an observation refers to it, then ``"closed"``.
        metadata: Notes of the user's own.
        provenance: Why this point, as far as the service tells: among others ``source``, ``reason`` and the
            prediction ``mean`` and ``stddev``. Empty if it tells nothing.
        raw: Its JSON.
    """

    def _read(self, raw: Json) -> None:
        super()._read(raw)
        self.experiment_id = str(raw["experiment"])
        self.assignments: Assignments = raw["assignments"]
        self.state: str = raw["state"]
        self.metadata: Metadata | None = raw.get("metadata")
        self.provenance: Mapping[str, Any] = raw.get("optsvc") or {}


class ObservationRecord(Record[ConnectionT]):
    """What came back from an evaluation.

    Attributes:
        id: Its id.
        experiment_id: Of the experiment that it belongs to.
        suggestion_id: Of the suggestion that was evaluated; None if the point was the user's own.
        assignments: The point.
        values: One evaluation per metric, sorted by name; empty if it failed.
        failed: Whether the evaluation could not be carried out.
        metadata: Notes of the user's own.
        raw: Its JSON.
    """

    def _read(self, raw: Json) -> None:
        super()._read(raw)
        self.experiment_id = str(raw["experiment"])
        self.suggestion_id: str | None = raw.get("suggestion")
        self.assignments: Assignments = raw["assignments"]
        self.values = _evaluations(raw["values"])
        self.failed: bool = raw["failed"]
        self.metadata: Metadata | None = raw.get("metadata")

    @property
    def value(self) -> float | None:
        """The value of the only metric; None if the evaluation failed."""
        return None if self.failed else _only_value(self.values)


def _evaluations(values: Sequence[Mapping[str, Any]]) -> tuple[MetricEvaluation, ...]:
    return tuple(MetricEvaluation.from_json(value) for value in values)


def _only_value(values: tuple[MetricEvaluation, ...]) -> float:
    if len(values) != 1:
        raise UsageError(f"there are {len(values)} metrics: read `values` instead of `value`")
    return values[0].value
