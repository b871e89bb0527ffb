"""Analyses of experiments, out."""

from typing import Any, Generic, Literal, Self, TypeVar

from pydantic import Field

from optsvc.api.schemas.common import IdOut, Out, Time, seconds
from optsvc.engine import ENGINE_VERSION
from optsvc.services.analyses.asking import Answer, Listed, State
from optsvc.services.analyses.options import Options

ResultT = TypeVar("ResultT")


class AnalysisOut(Out, Generic[ResultT]):
    """An analysis as it was computed."""

    object: Literal["analysis"]
    experiment: IdOut = Field(description="Id of the experiment.")
    kind: str = Field(description="Which analysis.", examples=["importances"])
    options: dict[str, Any] = Field(description="Its options, with what was not given filled in.")
    fresh: bool = Field(description="Whether it was computed from the present data; if not, a newer one is under way.")
    data_version: int = Field(description="Of the data that it was computed from; moves with every change to them.")
    observation_count: int = Field(description="How many observations it was computed from, failed ones too.")
    computed: Time = Field(description="When it was computed, in seconds since 1970 UTC.")
    engine_version: str = Field(description="Which version of the engine computed it.")
    result: ResultT = Field(description="What came out.")

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """Its name in the OpenAPI document."""
        return f"AnalysisOf{params[0].__name__}"


class PendingAnalysisOut(Out):
    """An analysis that is not there yet: the workers were asked, the same request a little later gets it."""

    object: Literal["pending_analysis"]
    kind: str = Field(description="Which analysis.", examples=["importances"])
    message: str = Field(description="That it is being computed, for people.")
    retry_after_s: int = Field(description="In how many seconds to ask again; the header `Retry-After` says it, too.")


class AnalysisOptionOut(Out):
    """Something that can be asked of an analysis or a plot, as a query parameter."""

    name: str = Field(description="Its name.")
    description: str = Field(description="What it does, and what it is when left out.")
    required: bool = Field(description="Whether it must be given.")

    @classmethod
    def all_of(cls, options: type[Options]) -> list[Self]:
        """All that can be asked."""
        return [
            cls(name=name, description=field.description or "", required=field.is_required())
            for name, field in options.model_fields.items()
        ]


class AnalysisKindOut(Out):
    """A kind of analysis, and how it stands with an experiment when no options are given."""

    object: Literal["analysis_kind"]
    kind: str = Field(description="Its name in addresses.", examples=["importances"])
    title: str = Field(description="Its name for people.")
    description: str = Field(description="What it tells.")
    options: list[AnalysisOptionOut] = Field(description="What can be asked of it.")
    state: State = Field(
        description="Without options: `fresh`: computed from the present data; `stale`: from older data; `failed`: the "
        "present data gave none; `absent`: nobody has asked yet; `unavailable`: it cannot be had of this experiment."
    )
    why_not: str | None = Field(description="What is in the way; null unless it is unavailable.")

    @classmethod
    def of(cls, listed: Listed) -> Self:
        """The kind as the API writes it."""
        kind = listed.kind
        return cls(
            object="analysis_kind",
            kind=kind.name,
            title=kind.title,
            description=kind.description,
            options=AnalysisOptionOut.all_of(kind.options),
            state=listed.state,
            why_not=listed.why_not,
        )


def analysis_json(answer: Answer) -> dict[str, Any]:
    """An analysis as `AnalysisOut` of its kind; the result is JSON already, and may be large."""
    return {
        "object": "analysis",
        "experiment": str(answer.experiment_id),
        "kind": answer.kind,
        "options": dict(answer.options),
        "fresh": answer.fresh,
        "data_version": answer.data_version,
        "observation_count": answer.observation_count,
        "computed": seconds(answer.computed),
        "engine_version": ENGINE_VERSION,
        "result": answer.result,
    }
