"""The maps of a training run, in and out."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints

from optsvc.api.schemas.common import In, Key, Number, Out, Whole, flat
from optsvc.domain.space import LARGEST_INT
from optsvc.domain.training_run import LONGEST_LOG, MOST_SCORES


def _as_doubles(assignments: dict[str, Any]) -> dict[str, Any]:
    """Whole numbers that only a double can hold, as doubles."""
    return {
        name: float(value) if isinstance(value, int) and abs(value) > LARGEST_INT else value
        for name, value in assignments.items()
    }


AssignmentsIn = Annotated[
    dict[str, Any],
    AfterValidator(flat),
    AfterValidator(_as_doubles),
    Field(
        description="What the program ran with: at most 100 names; texts, numbers; nulls are dropped.",
        examples=[{"learning_rate": 0.01}],
    ),
]
SourceName = Annotated[str, StringConstraints(min_length=1, max_length=30, strict=True)]


class EvaluationIn(In):
    """The value of one metric."""

    value: Number
    value_stddev: Number | None = Field(None, ge=0, description="Standard deviation of the measurement, if known.")
    name: str | None = None
    object: Literal["metric_evaluation"] | None = None


class EvaluationOut(Out):
    """The value of one metric."""

    object: Literal["metric_evaluation"]
    name: str
    value: float
    value_stddev: float | None

    @classmethod
    def of(cls, name: str, stored: dict[str, Any]) -> Self:
        """The stored value as the contract writes it."""
        return cls(
            object="metric_evaluation",
            name=name,
            value=stored["value"],
            value_stddev=stored.get("value_stddev"),
        )


class LogIn(In):
    """The text of one stream."""

    content: Annotated[str, AfterValidator(lambda text: text[:LONGEST_LOG])] = Field(
        description=f"Its first {LONGEST_LOG} characters are kept.", strict=True
    )
    object: Literal["log"] | None = None


class LogOut(Out):
    """The text of one stream."""

    object: Literal["log"]
    content: str


class DatasetIn(In):
    """A data set that the program used; only its name is known."""

    object: Literal["dataset"] | None = None


class DatasetOut(Out):
    """A data set that the program used."""

    object: Literal["dataset"]


class AssignmentMetaIn(In):
    """Where the value of one assignment came from."""

    source: SourceName
    object: Literal["assignments_meta"] | None = None


class AssignmentMetaOut(Out):
    """Where the value of one assignment came from."""

    object: Literal["assignments_meta"]
    source: str


class AssignmentSourceIn(In):
    """How the assignments of one source are shown."""

    sort: Whole | None = Field(None, description="Its place among the sources, ascending.")
    default_show: bool = Field(True, strict=True)
    object: Literal["assignments_sources"] | None = None


class AssignmentSourceOut(Out):
    """How the assignments of one source are shown."""

    object: Literal["assignments_sources"]
    sort: int | None
    default_show: bool


class ModelIn(In):
    """The model that was trained."""

    type: str | None = Field(None, strict=True)
    object: Literal["model"] | None = None


class ModelOut(Out):
    """The model that was trained."""

    object: Literal["model"]
    type: str | None


class SourceCodeIn(In):
    """The program."""

    content: str | None = Field(None, strict=True)
    hash: str | None = Field(None, strict=True)
    object: Literal["source_code"] | None = None


class SourceCodeOut(Out):
    """The program."""

    object: Literal["source_code"]
    content: str | None
    hash: str | None


class FeatureImportancesIn(In):
    """How much each feature matters to the model."""

    type: Key
    scores: dict[Key, Number] = Field(max_length=MOST_SCORES)


class SysMetadataIn(In):
    """What integrations report."""

    feature_importances: FeatureImportancesIn | None = None
