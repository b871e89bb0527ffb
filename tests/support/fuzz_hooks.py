"""What Schemathesis is told about the data that are there; loaded by its own process."""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import strategies as st
from schemathesis.openapi.checks import JsonSchemaError

POINT = {"sugar": 1.0, "eggs": 4, "oven": "gas"}
_TEXTS = {"project_id", "token"}


@cache
def _houses() -> dict[str, dict[str, str]]:
    return json.loads(Path(os.environ["OPTSVC_FUZZ_IDS"]).read_text())


def _ids(context: schemathesis.HookContext) -> dict[str, str]:
    houses, path = _houses(), context.operation.path
    ids = houses.get(context.operation.label, houses["everybody"])
    return ids | ({"experiment_id": ids["ai_experiment_id"]} if "/aiexperiments/" in path else {})


@schemathesis.hook
def flatmap_path_parameters(context: schemathesis.HookContext, path_parameters: dict[str, Any] | None) -> Any:
    """Ids that exist, three times in four, instead of others that would do."""
    if not path_parameters:
        return st.just(path_parameters)
    ids = _ids(context)
    there = {
        name: ids[name] if name in ids and (_id(value) or (name in _TEXTS and isinstance(value, str))) else value
        for name, value in path_parameters.items()
    }
    return st.sampled_from([there, there, there, path_parameters])


@schemathesis.hook
def flatmap_body(context: schemathesis.HookContext, body: Any) -> Any:
    """Values that fit what is there, one time in two, instead of others that would do."""
    if not isinstance(body, dict):
        return st.just(body)
    ids = _ids(context)
    fitting = dict(body)
    if isinstance(body.get("assignments"), dict):
        fitting["assignments"] = POINT
    for key, name in (("suggestion", "suggestion_id"), ("organization", "organization_id"), ("id", "tag_id")):
        if _id(body.get(key)):
            fitting[key] = ids[name]
    return st.sampled_from([fitting, body])


@schemathesis.hook
def filter_failure(context: schemathesis.HookContext, failure: Any, case: Any, response: Any) -> bool:  # noqa: ARG001
    """With `fields` an answer is a part of what the document describes."""
    sent = {**(case.query or {}), **(case.body if isinstance(case.body, dict) else {})}
    return not (isinstance(failure, JsonSchemaError) and response.status_code == 200 and "fields" in sent)


def _id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63
