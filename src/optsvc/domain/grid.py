"""Walking through a grid: every combination of the parameters' values, in one fixed order."""

import math
from collections.abc import Sequence

from optsvc.domain.errors import InvalidExperiment
from optsvc.domain.space import CategoricalParameter, Parameter, SearchSpace, Value


def grid_values(parameter: Parameter) -> Sequence[Value]:
    """The values of one axis: its grid, or all its categories.

    Raises:
        InvalidExperiment: It is a range without a grid.
    """
    values = parameter.values if isinstance(parameter, CategoricalParameter) else parameter.grid
    if values is None:
        raise InvalidExperiment(f"parameter {parameter.name!r}: Missing required json key: grid, in a grid experiment")
    return values


def grid_size(space: SearchSpace) -> int:
    """How many points there are; raises as `grid_values`."""
    return math.prod(len(grid_values(parameter)) for parameter in space.parameters)


def grid_point(space: SearchSpace, index: int) -> dict[str, Value]:
    """The point at this place, from 0, with the first parameter by name running fastest; starts over at the end."""
    point: dict[str, Value] = {}
    for parameter in space.parameters:
        values = grid_values(parameter)
        index, place = divmod(index, len(values))
        point[parameter.name] = values[place]
    return point
