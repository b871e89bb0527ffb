"""What is known of an experiment before it is created."""

from collections.abc import Sequence
from dataclasses import dataclass

from optsvc import engine
from optsvc.domain.advice import advised_budget
from optsvc.domain.experiment import Definition


@dataclass(frozen=True, slots=True)
class Preflight:
    """What is known of an experiment before it is created.

    Args:
        features: Which parts of the service it uses.
        point_count: How many points there are, linear constraints aside; None if they cannot be counted.
        feasible_share: Which part of the bounds keeps to the linear constraints, an estimate.
        advised_budget: How many evaluations to plan.
    """

    features: Sequence[str]
    point_count: int | None
    feasible_share: float
    advised_budget: int


def of(definition: Definition) -> Preflight:
    """What is known of an experiment with this definition, which `experiments.create` accepts."""
    space = definition.space
    used = {
        definition.type.value: True,
        "log transformations": any(getattr(parameter, "log", False) for parameter in space.parameters),
        "grids": any(getattr(parameter, "grid", None) for parameter in space.parameters),
        "categories": any(hasattr(parameter, "values") for parameter in space.parameters),
        "priors": any(getattr(parameter, "prior", None) for parameter in space.parameters),
        "conditionals": bool(space.conditionals),
        "linear constraints": bool(space.linear_constraints),
        "several optimized metrics": len(definition.optimized) > 1,
        "constraint metrics": bool(definition.constraints),
        "stored metrics": len(definition.metrics) > len(definition.optimized) + len(definition.constraints),
        "several solutions": (definition.num_solutions or 1) > 1,
        "tasks": bool(definition.tasks),
        "parallel evaluations": (definition.parallel_bandwidth or 1) > 1,
    }
    return Preflight(
        features=[feature for feature, is_used in used.items() if is_used],
        point_count=space.point_count,
        feasible_share=engine.feasible_share(space),
        advised_budget=advised_budget(definition),
    )
