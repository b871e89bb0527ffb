"""The problems with several metrics. One whose definition changes gets a new name: stored results go by it."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from benchmarks.problems.functions import hartmann6, training
from benchmarks.protocols import Array
from benchmarks.several import engineering, functions
from benchmarks.several.problem import Function, MovedProblem
from optsvc.domain.metrics import Metric, Objective, Strategy
from optsvc.domain.space import CategoricalParameter, DoubleParameter, IntParameter


def _box(names: str, low: float, high: float) -> tuple[DoubleParameter, ...]:
    return tuple(DoubleParameter(name, low, high) for name in names)


def _boxes(*bounds: tuple[float, float]) -> tuple[DoubleParameter, ...]:
    return tuple(DoubleParameter(name, low, high) for name, (low, high) in zip("abcdefgh", bounds, strict=False))


def _least(*names: str) -> tuple[Metric, ...]:
    return tuple(Metric(name, Objective.MINIMIZE) for name in names)


def _most(name: str) -> Metric:
    return Metric(name, Objective.MAXIMIZE)


def _below(name: str, threshold: float) -> Metric:
    return Metric(name, Objective.MINIMIZE, Strategy.CONSTRAINT, threshold)


def _above(name: str, threshold: float) -> Metric:
    return Metric(name, Objective.MAXIMIZE, Strategy.CONSTRAINT, threshold)


def _rows(loss: Callable[[Array], float]) -> Function:
    """A function of one point and one value, for many."""
    return lambda points: np.array([[loss(point)] for point in points])


def _first(function: Function, count: int) -> Function:
    """Only its first metrics."""
    return lambda points: function(points)[:, :count]


def _training(point: Array) -> float:
    """The single-metric benchmark's made-up training, which takes logarithms."""
    return training(np.array([np.log10(point[0]), np.log10(point[1]), point[2], point[3]]))


_TWO, _THREE = _least("first", "second"), _least("first", "second", "third")
_ZDT_BOX, _ZDT_FOLDS = _box("abcdef", 0.0, 1.0), (1, 2, 3, 4, 5)
_NETWORK = (
    DoubleParameter("a_rate", 1e-5, 1.0, log=True),
    IntParameter("b_layers", 1, 8),
    DoubleParameter("c_width", 8.0, 512.0, log=True),
    DoubleParameter("d_dropout", 0.0, 0.8),
    CategoricalParameter("e_activation", ("p", "q", "r")),
)
_VEHICLE = _box("abcde", 1.0, 3.0)
_DISC = (*_boxes((55, 80), (75, 110), (1000, 3000)), IntParameter("d", 11, 20))
_GRAMACY = (*_least("total"), _above("wave", 1.5), _below("radius", 1.5))
_BRANIN_CURRIN = partial(
    MovedProblem, group="pareto-2", parameters=_box("ab", 0.0, 1.0), metrics=_TWO, function=functions.branin_currin
)

_PARETO_2 = (
    *(
        MovedProblem(
            f"{name}-6", "pareto-2", _ZDT_BOX, _TWO, function, _ZDT_FOLDS, pareto_set=partial(functions.zdt_set, 6)
        )
        for name, function in (("zdt1", functions.zdt1), ("zdt2", functions.zdt2), ("zdt3", functions.zdt3))
    ),
    MovedProblem(
        "dtlz2-two-6",
        "pareto-2",
        _box("abcdef", 0.0, 1.0),
        _TWO,
        functions.dtlz2(2),
        pareto_set=partial(functions.dtlz2_set, 2, 6, 2001),
    ),
    _BRANIN_CURRIN("branin-currin-2"),
    _BRANIN_CURRIN("noisy-branin-currin-2", noise=(5.0, 0.5)),
    MovedProblem(
        "truss-4",
        "pareto-2",
        _boxes((1.0, 3.0), (2**0.5, 3.0), (2**0.5, 3.0), (1.0, 3.0)),
        _least("volume", "displacement"),
        engineering.four_bar_truss,
    ),
    MovedProblem(
        "gears-4",
        "pareto-2",
        tuple(IntParameter(name, 12, 60) for name in "abcd"),
        _least("error", "size"),
        engineering.gear_train,
        pareto_set=engineering.gear_train_set,
    ),
    MovedProblem(
        "network-two-5",
        "pareto-2",
        _NETWORK,
        (_most("accuracy"), *_least("milliseconds")),
        _first(functions.network, 2),
    ),
)

_PARETO_3 = (
    MovedProblem(
        "dtlz2-three-6",
        "pareto-3",
        _box("abcdef", 0.0, 1.0),
        _THREE,
        functions.dtlz2(3),
        pareto_set=partial(functions.dtlz2_set, 3, 6, 161),
    ),
    MovedProblem(
        "noisy-dtlz2-three-4",
        "pareto-3",
        _box("abcd", 0.0, 1.0),
        _THREE,
        functions.dtlz2(3),
        noise=(0.05, 0.05, 0.05),
        pareto_set=partial(functions.dtlz2_set, 3, 4, 161),
    ),
    MovedProblem("vehicle-5", "pareto-3", _VEHICLE, _least("mass", "acceleration", "intrusion"), engineering.vehicle),
    MovedProblem(
        "network-three-5",
        "pareto-3",
        _NETWORK,
        (_most("accuracy"), *_least("milliseconds", "megabytes")),
        functions.network,
    ),
)

_CONSTRAINED = (
    MovedProblem(
        "gardner-2", "constrained", _box("ab", 0.0, 6.0), (*_least("loss"), _below("wave", -0.95)), functions.gardner
    ),
    MovedProblem("gramacy-2", "constrained", _box("ab", 0.0, 1.0), _GRAMACY, functions.gramacy),
    MovedProblem(
        "noisy-gramacy-2", "constrained", _box("ab", 0.0, 1.0), _GRAMACY, functions.gramacy, noise=(0.05, 0.05, 0.05)
    ),
    MovedProblem(
        "pressure-vessel-4",
        "constrained",
        (
            IntParameter("a_shell", 1, 99),
            IntParameter("b_head", 1, 99),
            DoubleParameter("c_radius", 10.0, 200.0),
            DoubleParameter("d_length", 10.0, 240.0),
        ),
        (*_least("cost"), _below("shell", 0.0), _below("head", 0.0), _above("volume", 1.0)),
        engineering.pressure_vessel,
    ),
    MovedProblem(
        "speed-reducer-7",
        "constrained",
        (
            DoubleParameter("a", 2.6, 3.6),
            DoubleParameter("b", 0.7, 0.8),
            IntParameter("c_teeth", 17, 28),
            DoubleParameter("d", 7.3, 8.3),
            DoubleParameter("e", 7.3, 8.3),
            DoubleParameter("f", 2.9, 3.9),
            DoubleParameter("g", 5.0, 5.5),
        ),
        (*_least("weight"), *(_below(name, 1.0) for name in ("teeth", "deflection", "stress", "proportions"))),
        engineering.speed_reducer,
    ),
    MovedProblem(
        "tension-spring-3",
        "constrained",
        _boxes((0.05, 2.0), (0.25, 1.3), (2.0, 15.0)),
        (
            *_least("weight"),
            _above("deflection", 1.0),
            _below("shear", 1.0),
            _above("surge", 1.0),
            _below("diameter", 1.0),
        ),
        engineering.tension_spring,
    ),
)

_PARETO_CONSTRAINED = (
    MovedProblem(
        "bnh-2",
        "pareto-constrained",
        _boxes((0.0, 5.0), (0.0, 3.0)),
        (*_TWO, _below("near", 25.0), _above("far", 7.7)),
        functions.bnh,
    ),
    MovedProblem(
        "osy-6",
        "pareto-constrained",
        _boxes((0, 10), (0, 10), (1, 5), (0, 6), (1, 5), (0, 10)),
        (*_TWO, *(_above(name, 0.0) for name in ("third", "fourth", "fifth", "sixth"))),
        functions.osy,
    ),
    MovedProblem(
        "c2-dtlz2-4", "pareto-constrained", _box("abcd", 0.0, 1.0), (*_TWO, _below("outside", 0.0)), functions.c2_dtlz2
    ),
    MovedProblem(
        "disc-brake-4",
        "pareto-constrained",
        _DISC,
        (
            *_least("mass", "time"),
            _above("apart", 20.0),
            _below("pressure", 0.4),
            _below("heat", 1.0),
            _above("torque", 900.0),
        ),
        engineering.disc_brake,
    ),
    MovedProblem(
        "welded-beam-4",
        "pareto-constrained",
        _boxes((0.125, 5.0), (0.1, 10.0), (0.1, 10.0), (0.125, 5.0)),
        (
            *_least("cost", "deflection"),
            _below("shear", 13_600.0),
            _below("bending", 30_000.0),
            _below("weld", 0.0),
            _above("buckling", 6_000.0),
        ),
        engineering.welded_beam,
    ),
    MovedProblem(
        "cliff-srn-2",
        "pareto-constrained",
        _box("ab", -20.0, 20.0),
        (*_TWO, _below("radius", 225.0), _below("slope", 0.0)),
        functions.srn,
        fails=lambda x: x[:, 1] > 9.0,
    ),
)

_COVERAGE = (
    MovedProblem(
        "crescent-2", "coverage", _box("ab", 0.0, 1.0), (_below("near", 0.35), _above("far", 0.3)), functions.crescent
    ),
    MovedProblem(
        "islands-3",
        "coverage",
        _box("abc", 0.0, 1.0),
        (_above("height", 0.35), _below("total", 1.8)),
        functions.islands,
    ),
    MovedProblem(
        "vehicle-cover-5",
        "coverage",
        _VEHICLE,
        (_below("mass", 1680.0), _below("acceleration", 9.0), _below("intrusion", 0.12)),
        engineering.vehicle,
    ),
    MovedProblem(
        "training-cover-4",
        "coverage",
        (
            DoubleParameter("a_rate", 1e-6, 1.0, log=True),
            DoubleParameter("b_decay", 1e-8, 1.0, log=True),
            IntParameter("c_layers", 1, 12),
            DoubleParameter("d_dropout", 0.0, 0.8),
        ),
        (_below("loss", 1.5),),
        _rows(_training),
    ),
    MovedProblem("hartmann-cover-6", "coverage", _box("abcdef", 0.0, 1.0), (_below("loss", -0.7),), _rows(hartmann6)),
)


def _solutions(
    name: str, parameters: tuple[DoubleParameter, ...], function: Function, optima: Sequence[tuple[float, ...]]
) -> MovedProblem:
    return MovedProblem(
        name, "multisolution", parameters, _least("loss"), function, solutions=len(optima), optima=tuple(optima)
    )


_VINCENT = tuple(float(np.exp((np.pi / 2 + 2 * np.pi * k) / 10)) for k in (-2, -1, 0))

_MULTISOLUTION = (
    _solutions(
        "himmelblau-2",
        _box("ab", -6.0, 6.0),
        functions.himmelblau,
        [(3.0, 2.0), (-2.805, 3.131), (-3.779, -3.283), (3.584, -1.848)],
    ),
    _solutions(
        "camel-2",
        _boxes((-2.0, 2.0), (-1.0, 1.0)),
        functions.camel,
        [(0.0898, -0.7127), (-0.0898, 0.7127), (-1.7036, 0.7961), (1.7036, -0.7961)],
    ),
    _solutions("vincent-2", _box("ab", 0.25, 1.6), functions.vincent, [(a, b) for a in _VINCENT for b in _VINCENT]),
    _solutions("wells-4", _box("abcd", 0.0, 1.0), functions.wells, functions.WELLS),
)

PROBLEMS = (*_PARETO_2, *_PARETO_3, *_CONSTRAINED, *_PARETO_CONSTRAINED, *_COVERAGE, *_MULTISOLUTION)
