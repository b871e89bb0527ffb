"""Rows for the storage tests."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from optsvc.domain.metrics import Metric
from optsvc.domain.space import DoubleParameter, SearchSpace
from optsvc.services.access import Caller
from optsvc.storage.definitions import metrics_to_json, parameters_to_json
from optsvc.storage.models import Experiment


@pytest.fixture
def new_experiment(session: Session, caller: Caller) -> Callable[..., Experiment]:
    """Makes experiments of the test's own client in its transaction."""

    def new(**fields: Any) -> Experiment:
        space = SearchSpace((DoubleParameter("x", 0.0, 1.0),))
        defaults = {
            "client_id": caller.client_id,
            "name": "An experiment",
            "parameters": parameters_to_json(space),
            "metrics": metrics_to_json([Metric("y")]),
        }
        experiment = Experiment(**(defaults | fields))
        session.add(experiment)
        session.flush()
        return experiment

    return new
