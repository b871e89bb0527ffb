"""The Python client: experiments, suggestions and observations over HTTP. Needs HTTPX and nothing else."""

from optsvc.client.asynchronous import AsyncClient, AsyncExperiment, AsyncObservation, AsyncSuggestion
from optsvc.client.blocking import Client, Experiment, Observation, Suggestion
from optsvc.client.errors import (
    ApiError,
    BadRequest,
    Conflict,
    ConnectionFailed,
    Forbidden,
    NotFound,
    NotReady,
    OptsvcClientError,
    RateLimited,
    ServerError,
    Unauthorized,
    Unprocessable,
    UsageError,
)
from optsvc.client.parameters import Categorical, Double, Int, Metric
from optsvc.client.plots import Plot
from optsvc.client.records import Analysis, BestAssignments, MetricEvaluation, Progress

__all__ = [
    "Analysis",
    "ApiError",
    "AsyncClient",
    "AsyncExperiment",
    "AsyncObservation",
    "AsyncSuggestion",
    "BadRequest",
    "BestAssignments",
    "Categorical",
    "Client",
    "Conflict",
    "ConnectionFailed",
    "Double",
    "Experiment",
    "Forbidden",
    "Int",
    "Metric",
    "MetricEvaluation",
    "NotFound",
    "NotReady",
    "Observation",
    "OptsvcClientError",
    "Plot",
    "Progress",
    "RateLimited",
    "ServerError",
    "Suggestion",
    "Unauthorized",
    "Unprocessable",
    "UsageError",
]
