"""The OpenAPI document: valid, complete, and true."""

import re

import pytest
from fastapi.openapi.models import OpenAPI

from tests.support import patient
from tests.support.examples import ok


@pytest.fixture(scope="module")
def document(server_url):
    return ok(patient.get(f"{server_url}/openapi.json"))


@pytest.fixture(scope="module")
def operations(document):
    return [
        (method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def references(node):
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for part in node.values():
            yield from references(part)
    elif isinstance(node, list):
        for part in node:
            yield from references(part)


def test_the_document_is_an_openapi_document_whose_references_all_lead_somewhere(document):
    assert OpenAPI.model_validate(document).openapi.startswith("3.1")
    used = {reference.removeprefix("#/components/schemas/") for reference in references(document)}
    assert used == set(document["components"]["schemas"])


def test_every_operation_says_what_it_does_under_a_name_of_its_own(operations):
    assert all(operation["summary"] and operation["description"] for _, _, operation in operations)
    assert len({operation["operationId"] for _, _, operation in operations}) == len(operations)


def test_every_operation_of_the_contract_says_how_to_sign_in_and_what_its_errors_look_like(operations):
    for method, path, operation in operations:
        if path.startswith("/v1"):
            signs_in = method == "post" and path in ("/v1/sessions", "/v1/sessions/token")
            assert operation.get("security") == (None if signs_in else [{"basic": []}, {"bearer": []}, {"cookie": []}])
            for status in {"400", "401", "403", "404", "429", *operation["responses"]} - {"200", "202"}:
                schema = operation["responses"][status]["content"]["application/json"]["schema"]
                assert schema["$ref"].endswith("/ErrorBody")
            assert "413" in operation["responses"] or "requestBody" not in operation


def test_no_schema_of_an_error_that_we_never_answer_is_left(document):
    assert {"HTTPValidationError", "ValidationError"}.isdisjoint(document["components"]["schemas"])


def test_every_answer_of_the_contract_has_a_closed_schema(document, operations):
    for method, path, operation in operations:
        if path.startswith("/v1") and method != "delete" and not path.endswith(("/export", "/events")):  # not JSON
            schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
            described = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
            assert described["additionalProperties"] is False
            for name in set(described["properties"]) - set(described.get("required", [])):
                words = described["properties"][name]["description"]
                assert "bsent" in words or "Only" in words, (
                    f"{name} is not always there, but does not say when: {words}"
                )


def has_words(document, schema):
    """Whether a schema says what it is: itself, what it refers to, or all that it may be."""
    if "$ref" in schema:
        return has_words(document, document["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    branches = [
        branch for kind in ("anyOf", "oneOf") for branch in schema.get(kind, []) if branch.get("type") != "null"
    ]
    return bool(schema.get("description") or (branches and all(has_words(document, branch) for branch in branches)))


def has_type(schema):
    """Whether a schema says what kind of value it is; what may be anything says so in words."""
    return bool({"type", "$ref", "anyOf", "oneOf", "const", "enum"} & schema.keys()) and (
        schema.get("type") != "array" or has_type(schema["items"])
    )


def test_every_schema_and_each_of_its_fields_has_a_type_and_words(document):
    schemas = document["components"]["schemas"]
    fields = {
        f"{name}.{key}": field
        for name, schema in schemas.items()
        for key, field in schema.get("properties", {}).items()
    }

    assert [name for name, schema in schemas.items() if not has_words(document, schema)] == []
    assert [name for name, field in fields.items() if not has_words(document, field)] == []
    assert [name for name, field in fields.items() if not has_type(field)] == []


def test_every_parameter_has_a_type_and_words(document, operations):
    parameters = {
        f"{method} {path} {parameter['name']}": parameter
        for method, path, operation in operations
        for parameter in operation.get("parameters", [])
    }

    silent = [name for name, p in parameters.items() if not (p.get("description") or has_words(document, p["schema"]))]
    assert silent == []
    assert [name for name, parameter in parameters.items() if not has_type(parameter["schema"])] == []


def test_names_of_operations_and_schemas_make_good_names_in_every_language(document, operations):
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", operation["operationId"]) for _, _, operation in operations)
    assert all(re.fullmatch(r"[A-Z][A-Za-z0-9]+", name) for name in document["components"]["schemas"])


def test_every_tag_that_is_used_is_described_and_the_other_way_round(document, operations):
    used = {tag for _, _, operation in operations for tag in operation["tags"]}

    assert {tag["name"] for tag in document["tags"] if tag["description"]} == used


def test_a_body_is_needed_only_where_one_of_its_keys_is(document, operations):
    for method, path, operation in operations:
        body = operation.get("requestBody", {})
        if json_body := body.get("content", {}).get("application/json"):
            name = json_body["schema"]["$ref"].rpartition("/")[2]
            assert body["required"] == bool(document["components"]["schemas"][name].get("required")), (method, path)


def test_what_is_sent_or_answered_as_a_file_names_its_formats(operations):
    formats = {"application/x-ndjson", "text/csv"}
    for _, path, operation in operations:
        if path.endswith("/export"):
            assert operation["responses"]["200"]["content"].keys() == formats
        if path.endswith("/import"):
            assert operation["requestBody"]["content"].keys() == formats


def test_every_post_says_that_it_can_be_repeated_safely(operations):
    for method, path, operation in operations:
        if path.startswith("/v1"):
            headers = [p["name"].lower() for p in operation.get("parameters", []) if p["in"] == "header"]
            repeatable = method == "post" and not path.endswith(
                ("/tokens", "/sessions", "/sessions/token")
            )  # these answer with a secret
            stream = ["last-event-id"] if path.endswith("/events") else []
            assert headers == (["idempotency-key"] if repeatable else stream), (method, path)
