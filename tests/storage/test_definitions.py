"""Search spaces and metrics come back from the database as they went in."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optsvc.domain.experiment import Definition, ExperimentType, Task
from optsvc.domain.metrics import Metric, Objective, Strategy
from optsvc.domain.revision import ParameterRecord
from optsvc.domain.space import (
    BetaPrior,
    CategoricalParameter,
    Conditional,
    DoubleParameter,
    IntParameter,
    LinearConstraint,
    NormalPrior,
    SearchSpace,
)
from optsvc.storage.definitions import (
    definition_of,
    definition_to_json,
    metrics_from_json,
    metrics_to_json,
    parameters_to_json,
    records_from_json,
    records_to_json,
    space_from_json,
)

names = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20)
doubles = st.floats(allow_nan=False, allow_infinity=False)
whole = st.integers(-(2**53), 2**53)


def ascending(values, least):
    return st.lists(values, min_size=least, max_size=4, unique=True).map(sorted).map(tuple)


several_names = st.lists(names, min_size=2, max_size=4, unique=True).map(tuple)
conditions = st.lists(st.tuples(names, several_names), max_size=2).map(tuple)
priors = st.builds(NormalPrior, doubles, doubles) | st.builds(BetaPrior, doubles, doubles)
double_parameters = st.builds(
    lambda name, grid, log, keep, *more: DoubleParameter(name, grid[0], grid[-1], log, grid if keep else None, *more),
    names,
    ascending(doubles, 2),
    st.booleans(),
    st.booleans(),
    st.none() | priors,
    conditions,
    st.none() | doubles,
)
int_parameters = st.builds(
    lambda name, grid, keep, *more: IntParameter(name, grid[0], grid[-1], grid if keep else None, *more),
    names,
    ascending(whole, 2),
    st.booleans(),
    conditions,
    st.none() | whole,
)
categorical_parameters = st.builds(
    CategoricalParameter, names, several_names, st.just(()), conditions, st.none() | names
)
parameters = st.lists(
    double_parameters | int_parameters | categorical_parameters,
    min_size=1,
    max_size=4,
    unique_by=lambda parameter: parameter.name,
).map(tuple)
spaces = st.builds(
    SearchSpace,
    parameters,
    st.lists(st.builds(Conditional, names, several_names), max_size=2).map(tuple),
    st.lists(
        st.builds(LinearConstraint, st.lists(st.tuples(names, doubles), max_size=3).map(tuple), doubles, st.booleans()),
        max_size=2,
    ).map(tuple),
)
definitions = st.builds(
    Definition,
    spaces,
    st.lists(
        st.builds(Metric, names, st.sampled_from(Objective), st.sampled_from(Strategy), st.none() | doubles),
        min_size=1,
        max_size=3,
        unique_by=lambda metric: metric.name,
    ).map(tuple),
    st.sampled_from(ExperimentType),
    st.lists(st.builds(Task, names, doubles), max_size=2).map(tuple),
    st.none() | st.integers(1, 2**53),
    st.none() | st.integers(1, 2**53),
    st.none() | st.integers(1, 2**53),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(definition=definitions)
def test_definitions_survive_the_database(session, new_experiment, definition):
    experiment = new_experiment(**definition_to_json(definition))

    session.refresh(experiment)

    assert definition_of(experiment) == definition


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    parameters=parameters, removed=st.lists(st.booleans(), min_size=4, max_size=4), retired=st.lists(names, max_size=2)
)
def test_the_past_of_parameters_survives_the_database(session, new_experiment, parameters, removed, retired):
    records = [
        ParameterRecord(parameter, gone, tuple((name, number + 9) for number, name in enumerate(retired)))
        for parameter, gone in zip(parameters, removed, strict=False)
    ]
    experiment = new_experiment(parameters=records_to_json(records))

    session.refresh(experiment)

    assert records_from_json(experiment.parameters) == sorted(records, key=lambda record: record.parameter.name)
    assert definition_of(experiment).space == SearchSpace(
        tuple(record.parameter for record in records if not record.removed)
    )


@pytest.mark.parametrize("high", [1e16, 1e25, 1.7976931348623157e308])
def test_a_large_double_bound_comes_back_as_a_float(session, new_experiment, high):
    space = SearchSpace((DoubleParameter("x", 1.0, high, log=True, grid=(1.0, high)),))
    experiment = new_experiment(parameters=parameters_to_json(space))

    session.refresh(experiment)

    [parameter] = space_from_json(experiment.parameters).parameters
    assert [type(value) for value in (parameter.low, parameter.high, *parameter.grid)] == [float] * 4


def test_the_unnamed_metric_survives_the_database():
    assert metrics_from_json(metrics_to_json([Metric()])) == (Metric(),)
