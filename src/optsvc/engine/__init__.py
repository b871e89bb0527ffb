"""The front door of the optimization engine; nothing else of it is imported from outside.

A pure function of what it is given: no database, no network, no clock, no global random state. The same input gives
the same output, bit for bit on the same build of its numeric libraries.
"""

from optsvc.engine.batch.many import Request, alike, suggest_many
from optsvc.engine.batch.routes import Routes
from optsvc.engine.environment import environment
from optsvc.engine.importance import importances
from optsvc.engine.initial import needs_model, random_point, space_filling
from optsvc.engine.points.feasible import check_space, feasible_share
from optsvc.engine.problem import EngineState, Problem, Proposal, Seed, Source
from optsvc.engine.suggest import ENGINE_VERSION, suggest

__all__ = [
    "ENGINE_VERSION",
    "EngineState",
    "Problem",
    "Proposal",
    "Request",
    "Routes",
    "Seed",
    "Source",
    "alike",
    "check_space",
    "environment",
    "feasible_share",
    "importances",
    "needs_model",
    "random_point",
    "space_filling",
    "suggest",
    "suggest_many",
]
