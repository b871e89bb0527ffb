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

    value: Number = Field(description="What was measured, in the metric's own units.")
    value_stddev: Number | None = Field(None, ge=0, description="Standard deviation of the measurement, if known.")
    name: str | None = Field(None, description="May be repeated from our answers: the metric.")
    object: Literal["metric_evaluation"] | None = None


class EvaluationOut(Out):
    """The value of one metric."""

    object: Literal["metric_evaluation"]
    name: str = Field(description="The metric.")
    value: float = Field(description="What was measured, in the metric's own units.")
    value_stddev: float | None = Field(description="Standard deviation of the measurement; null if unknown.")

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
    content: str = Field(description="The text; a long one ends early.")


class DatasetIn(In):
    """A data set that the program used; only its name is known."""

    object: Literal["dataset"] | None = None


class DatasetOut(Out):
    """A data set that the program used."""

    object: Literal["dataset"]


class AssignmentMetaIn(In):
    """Where the value of one assignment came from."""

    source: SourceName = Field(description="The name of the source.")
    object: Literal["assignments_meta"] | None = None


class AssignmentMetaOut(Out):
    """Where the value of one assignment came from."""

    object: Literal["assignments_meta"]
    source: str = Field(description="The name of the source.")


class AssignmentSourceIn(In):
    """How the assignments of one source are shown."""

    sort: Whole | None = Field(None, description="Its place among the sources, ascending.")
    default_show: bool = Field(True, strict=True, description="Whether they are shown at first.")
    object: Literal["assignments_sources"] | None = None


class AssignmentSourceOut(Out):
    """How the assignments of one source are shown."""

    object: Literal["assignments_sources"]
    sort: int | None = Field(description="Its place among the sources, ascending; null if it was not said.")
    default_show: bool = Field(description="Whether they are shown at first.")


class ModelIn(In):
    """The model that was trained."""

    type: str | None = Field(None, strict=True, description="Which kind of model, in your own words.")
    object: Literal["model"] | None = None


class ModelOut(Out):
    """The model that was trained."""

    object: Literal["model"]
    type: str | None = Field(description="Which kind of model; null if it was not said.")


class SourceCodeIn(In):
    """The program."""

    content: str | None = Field(None, strict=True, description="The text of the program.")
    hash: str | None = Field(None, strict=True, description="What names its version, such as a commit.")
    object: Literal["source_code"] | None = None


class SourceCodeOut(Out):
    """The program."""

    object: Literal["source_code"]
    content: str | None = Field(description="The text of the program; null if it was not sent.")
    hash: str | None = Field(description="What names its version; null if it was not sent.")


class FeatureImportancesIn(In):
    """How much each feature matters to the model."""

    type: Key = Field(description="How they were computed, in the words of the integration.")
    scores: dict[Key, Number] = Field(max_length=MOST_SCORES, description="A number for each feature.")


class SysMetadataIn(In):
    """What integrations report."""

    feature_importances: FeatureImportancesIn | None = Field(
        None, description="How much each feature matters to the model."
    )
