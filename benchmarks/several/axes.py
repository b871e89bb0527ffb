"""One parameter as an axis: own units, unit coordinates, draws."""

import math

import numpy as np

from benchmarks.protocols import Array
from optsvc.domain.space import CategoricalParameter, DoubleParameter, Parameter, Value


def own(parameter: Parameter, unit: Array) -> Array:
    """In its own units (a category: its index), of unit coordinates."""
    if isinstance(parameter, CategoricalParameter):
        return unit
    low, high = parameter.low, parameter.high
    if isinstance(parameter, DoubleParameter) and parameter.log:
        return np.exp(math.log(low) + unit * math.log(high / low))
    span = low + unit * (high - low)
    return span if isinstance(parameter, DoubleParameter) else np.round(span)


def unit(parameter: Parameter, own: Array) -> Array:
    """Its unit coordinates, of values in its own units."""
    if isinstance(parameter, CategoricalParameter):
        return own
    low, high = parameter.low, parameter.high
    if isinstance(parameter, DoubleParameter) and parameter.log:
        return np.log(own / low) / math.log(high / low)
    return (own - low) / (high - low)


def drawn(parameter: Parameter, draws: Array) -> Array:
    """Unit coordinates of uniform draws from 0…1."""
    if isinstance(parameter, CategoricalParameter):
        return np.floor(draws * len(parameter.values))
    if isinstance(parameter, DoubleParameter):
        return draws
    steps = parameter.high - parameter.low
    return np.floor(draws * (steps + 1)) / steps


def number(parameter: Parameter, value: Value) -> float:
    """A value as a number: of a category its index."""
    return parameter.values.index(str(value)) if isinstance(parameter, CategoricalParameter) else float(value)


def value(parameter: Parameter, own: float) -> Value:
    """The assigned value, of a number in its own units."""
    if isinstance(parameter, CategoricalParameter):
        return parameter.values[int(own)]
    return own if isinstance(parameter, DoubleParameter) else int(own)
