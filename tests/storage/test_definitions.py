"""Search spaces and metrics come back from the database as they went in."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optsvc.domain.metrics import Metric, Objective, Strategy
from optsvc.domain.space import CategoricalParameter, DoubleParameter, IntParameter, SearchSpace
from optsvc.storage.definitions import metrics_from_json, metrics_to_json, parameters_to_json, space_from_json

names = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20)
doubles = st.floats(allow_nan=False, allow_infinity=False)
whole = st.integers(-(2**53), 2**53)


def ascending(values, least):
    return st.lists(values, min_size=least, max_size=4, unique=True).map(sorted).map(tuple)


double_parameters = st.builds(
    lambda name, grid, log, keep: DoubleParameter(name, grid[0], grid[-1], log, grid if keep else None),
    names,
    ascending(doubles, 2),
    st.booleans(),
    st.booleans(),
)
int_parameters = st.builds(
    lambda name, grid, keep: IntParameter(name, grid[0], grid[-1], grid if keep else None),
    names,
    ascending(whole, 2),
    st.booleans(),
)
categorical_parameters = st.builds(
    CategoricalParameter, names, st.lists(names, min_size=2, max_size=4, unique=True).map(tuple)
)
spaces = st.lists(
    double_parameters | int_parameters | categorical_parameters,
    min_size=1,
    max_size=4,
    unique_by=lambda parameter: parameter.name,
).map(lambda parameters: SearchSpace(tuple(parameters)))
metrics = st.lists(
    st.builds(Metric, names, st.sampled_from(Objective), st.sampled_from(Strategy), st.none() | doubles),
    min_size=1,
    max_size=3,
    unique_by=lambda metric: metric.name,
)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(space=spaces, measured=metrics)
def test_definitions_survive_the_database(session, new_experiment, space, measured):
    experiment = new_experiment(parameters=parameters_to_json(space), metrics=metrics_to_json(measured))

    session.refresh(experiment)

    assert space_from_json(experiment.parameters) == space
    assert metrics_from_json(experiment.metrics) == tuple(sorted(measured, key=lambda metric: metric.name))


@pytest.mark.parametrize("high", [1e16, 1e25, 1.7976931348623157e308])
def test_a_large_double_bound_comes_back_as_a_float(session, new_experiment, high):
    space = SearchSpace((DoubleParameter("x", 1.0, high, log=True, grid=(1.0, high)),))
    experiment = new_experiment(parameters=parameters_to_json(space))

    session.refresh(experiment)

    [parameter] = space_from_json(experiment.parameters).parameters
    assert [type(value) for value in (parameter.low, parameter.high, *parameter.grid)] == [float] * 4


def test_the_unnamed_metric_survives_the_database():
    assert metrics_from_json(metrics_to_json([Metric()])) == (Metric(),)
