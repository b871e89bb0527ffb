"""The OpenAPI document."""

from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

DESCRIPTION = """
Optimization as a service: create an *experiment* (parameters, a metric, a budget), ask for *suggestions*, evaluate them
anywhere, report *observations*, read the *best assignments*.

Send the API token as the user name of HTTP basic authentication (empty password), or as a bearer token. Send an
`Idempotency-Key` with a POST to be able to repeat it safely: the repetition gets the first answer and does nothing.
A body is one JSON object, in which no key occurs twice, no number is `NaN` or infinite and no text holds a NUL. Errors
are `{"message": …, "status": …}`.

Two things change the shape of a success: with `fields` in a query, objects have these keys only; with the header
`X-Response-Content: skip`, the answer is 204 without a body.
"""

_SCHEMAS = "#/components/schemas/"

TAGS = [
    {"name": "health", "description": "Whether the service is up; without a token."},
    {"name": "experiments", "description": "A search space, metrics to optimize in it, and a budget."},
    {"name": "AI experiments", "description": "Experiments whose evaluations are training runs."},
    {"name": "suggestions", "description": "Points to evaluate next, each with the reason why."},
    {"name": "queued suggestions", "description": "Points of your own that are handed out before the optimizer's."},
    {"name": "observations", "description": "What came of the evaluations: values of the metrics, or a failure."},
    {"name": "results", "description": "The best points, how much each parameter matters, advice on how to go on."},
    {"name": "analyses", "description": "What an experiment has learnt: computed by the workers when you ask."},
    {"name": "plots", "description": "Charts of an experiment as Plotly figures, for any language to draw."},
    {"name": "events", "description": "What changes, as it changes: server-sent events."},
    {"name": "projects", "description": "Places for experiments and runs that belong together, with a note each."},
    {"name": "training runs", "description": "Executions of a program, their checkpoints, and what they reported."},
    {"name": "tags", "description": "Labels for runs."},
    {"name": "files", "description": "Files of runs; their bytes travel apart, to and from signed addresses."},
    {"name": "sessions", "description": "Signing in with a password, and who is signed in."},
    {"name": "tokens", "description": "Who you are, and what your programs sign in with."},
    {"name": "web data", "description": "What a dashboard keeps for its users, such as saved views of a project."},
    {"name": "accounts", "description": "Organizations, their clients (teams) and users, and who may do what."},
]


def operation_id(route: APIRoute) -> str:
    """The name of an operation, and so of a method in clients that are made from the document."""
    return route.name


class DocumentedAPI(FastAPI):
    """An application whose document says what this service answers, under names that make good names of classes."""

    def openapi(self) -> dict[str, Any]:
        """The document; the same object every time."""
        if self.openapi_schema is None:
            document = super().openapi()
            schemas = document["components"]["schemas"]
            for operations in document["paths"].values():
                for operation in operations.values():
                    _correct(operation, schemas)
            for name in ("HTTPValidationError", "ValidationError"):
                schemas.pop(name, None)
            names = {name: str(schema["title"]) for name, schema in schemas.items() if "_" in name}
            document["components"]["schemas"] = {names.get(name, name): schema for name, schema in schemas.items()}
            self.openapi_schema = _renamed(document, {f"{_SCHEMAS}{old}": _SCHEMAS + new for old, new in names.items()})
        return self.openapi_schema


def _correct(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Two things that FastAPI takes for granted and this service does otherwise."""
    if "HTTPValidationError" in str(operation["responses"].get("422")):
        del operation["responses"]["422"]  # faulty input gets a 400, in the shape of all errors
    if body := operation.get("requestBody", {}).get("content", {}).get("application/json"):
        name = body["schema"]["$ref"].removeprefix(_SCHEMAS)
        operation["requestBody"]["required"] = bool(schemas[name].get("required"))  # no body is an empty object


def _renamed(node: Any, names: dict[str, str]) -> Any:
    """The same with other references."""
    if isinstance(node, dict):
        return {key: _renamed(part, names) for key, part in node.items()}
    if isinstance(node, list):
        return [_renamed(part, names) for part in node]
    return names.get(node, node) if isinstance(node, str) else node
