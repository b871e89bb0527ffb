"""The front door of the optimization engine; nothing else of it is imported from outside.

A pure function of what it is given: no database, no network, no clock, no global random state. The same input gives
the same output, bit for bit on the same build of its numeric libraries.
"""

from optsvc.engine.analysis.belief import Belief, BelievedPoint, Chances, belief
from optsvc.engine.analysis.cards import Card, Verdict
from optsvc.engine.analysis.convergence import Convergence, Outlook, Signal, convergence
from optsvc.engine.analysis.coverage import RegionCoverage, coverage
from optsvc.engine.analysis.dependence import PartialDependence, PartialDependences, partial_dependence
from optsvc.engine.analysis.failure_regions import FailureRegions, FailureRule, failure_regions
from optsvc.engine.analysis.front_growth import FrontGrowth, front_growth
from optsvc.engine.analysis.health import Health, health
from optsvc.engine.analysis.honesty import Honesty, Prediction, honesty, share_interval
from optsvc.engine.analysis.importances import MetricImportances, metric_importances
from optsvc.engine.analysis.random_front import RandomFront, random_front
from optsvc.engine.analysis.readable import Condition
from optsvc.engine.analysis.robustness import Change, MetricRobustness, Robustness, robustness
from optsvc.engine.analysis.slices import Contour, Slice, Slices, contour, slices
from optsvc.engine.analysis.success_map import SuccessMap, success_map
from optsvc.engine.analysis.truth import Estimate
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
    "Belief",
    "BelievedPoint",
    "Card",
    "Chances",
    "Change",
    "Condition",
    "Contour",
    "Convergence",
    "EngineState",
    "Estimate",
    "FailureRegions",
    "FailureRule",
    "FrontGrowth",
    "Health",
    "Honesty",
    "MetricImportances",
    "MetricRobustness",
    "Outlook",
    "PartialDependence",
    "PartialDependences",
    "Prediction",
    "Problem",
    "Proposal",
    "RandomFront",
    "RegionCoverage",
    "Request",
    "Robustness",
    "Routes",
    "Seed",
    "Signal",
    "Slice",
    "Slices",
    "Source",
    "SuccessMap",
    "Verdict",
    "alike",
    "belief",
    "check_space",
    "contour",
    "convergence",
    "coverage",
    "environment",
    "failure_regions",
    "feasible_share",
    "front_growth",
    "health",
    "honesty",
    "importances",
    "metric_importances",
    "needs_model",
    "partial_dependence",
    "random_front",
    "random_point",
    "robustness",
    "share_interval",
    "slices",
    "space_filling",
    "success_map",
    "suggest",
    "suggest_many",
]
