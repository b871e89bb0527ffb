"""The OpenAPI document: valid, complete, and true."""

import httpx
import pytest
from fastapi.openapi.models import OpenAPI

from tests.support.examples import ok


@pytest.fixture(scope="module")
def document(server_url):
    return ok(httpx.get(f"{server_url}/openapi.json"))


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
            signs_in = (method, path) == ("post", "/v1/sessions")
            assert operation.get("security") == (None if signs_in else [{"basic": []}, {"bearer": []}, {"cookie": []}])
            for status in ("400", "401", "403", "404"):
                schema = operation["responses"][status]["content"]["application/json"]["schema"]
                assert schema["$ref"].endswith("/ErrorBody")


def test_no_schema_of_an_error_that_we_never_answer_is_left(document):
    assert {"HTTPValidationError", "ValidationError"}.isdisjoint(document["components"]["schemas"])


def test_every_answer_of_the_contract_has_a_closed_schema(document, operations):
    for method, path, operation in operations:
        if path.startswith("/v1") and method != "delete" and not path.endswith("/export"):  # a file
            schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
            described = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
            assert described["additionalProperties"] is False
            assert set(described.get("required", [])) == set(described["properties"])


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
            repeatable = method == "post" and not path.endswith(("/tokens", "/sessions"))  # these answer with a secret
            assert headers == (["idempotency-key"] if repeatable else []), (method, path)
