"""Bodies that tests send."""

from typing import Any

import httpx


def experiment_body(**changes: Any) -> dict[str, Any]:
    """A small mixed search space with one maximized metric."""
    return {
        "name": "Cake",
        "parameters": [
            {"name": "sugar", "type": "double", "bounds": {"min": 0.1, "max": 10}, "transformation": "log"},
            {"name": "eggs", "type": "int", "bounds": {"min": 1, "max": 6}},
            {"name": "oven", "type": "categorical", "categorical_values": ["gas", "electric"]},
        ],
        "metrics": [{"name": "taste"}],
        "observation_budget": 40,
    } | changes


def taste(assignments: dict[str, Any]) -> float:
    """A metric for that space, with its maximum 1 at sugar = 1, eggs = 4, oven = gas."""
    miss = abs(assignments["sugar"] - 1) / 10 + abs(assignments["eggs"] - 4) / 5 + 0.3 * (assignments["oven"] != "gas")
    return 1 - miss


def ok(response: httpx.Response) -> Any:
    """The body of an answer that must be a success."""
    assert response.status_code == 200, response.text
    return response.json()


def refused(response: httpx.Response, status: int) -> str:
    """The message of an answer that must be this error, in the contract's shape."""
    body = response.json()
    assert response.status_code == status, response.text
    assert body["status"] == status
    return str(body["message"])
