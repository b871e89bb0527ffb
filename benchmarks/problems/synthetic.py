"""The synthetic problems: each is one of the functions in a box, with what makes it hard."""

from benchmarks.problems import functions
from benchmarks.problems.instance import ShiftedFunction
from optsvc.domain.space import CategoricalParameter, Conditional, DoubleParameter, IntParameter, LinearConstraint


def _box(names: str, low: float, high: float) -> tuple[DoubleParameter, ...]:
    return tuple(DoubleParameter(name, low, high) for name in names)


def _axes(count: int, low: float, high: float) -> tuple[DoubleParameter, ...]:
    return tuple(DoubleParameter(f"x{index:02}", low, high) for index in range(count))


_BRANIN = 0.39788735772973816
_HARTMANN = -3.322368011415515
_TRAINING = (
    DoubleParameter("a_rate", 1e-6, 1.0, log=True),
    DoubleParameter("b_decay", 1e-8, 1.0, log=True),
    IntParameter("c_layers", 1, 12),
    DoubleParameter("d_dropout", 0.0, 0.8),
)
_TRAINING_SHIFT = (1.5, 1.5, 3.0, 0.2)
_LINEAR, _TREE, _KERNEL = ((("model", (name,)),) for name in ("linear", "tree", "kernel"))
_BRANIN_BOX = (DoubleParameter("x", -5.0, 10.0), DoubleParameter("y", 0.0, 15.0))

SYNTHETIC = (
    ShiftedFunction("branin-2", "smooth", _BRANIN_BOX, functions.branin, _BRANIN, (2.0, 2.0)),
    ShiftedFunction("hartmann-6", "smooth", _box("abcdef", 0.0, 1.0), functions.hartmann6, _HARTMANN, (0.12,) * 6),
    ShiftedFunction("rosenbrock-4", "smooth", _box("abcd", -2.0, 2.0), functions.rosenbrock, 0.0, (0.8,) * 4),
    ShiftedFunction("ackley-5", "rugged", _box("abcde", -8.0, 8.0), functions.ackley, 0.0, (5.0,) * 5),
    ShiftedFunction("rastrigin-3", "rugged", _box("abc", -3.0, 3.0), functions.rastrigin, 0.0, (2.0,) * 3),
    ShiftedFunction("levy-6", "rugged", _box("abcdef", -8.0, 8.0), functions.levy, 0.0, (5.0,) * 6),
    ShiftedFunction(
        "mixed-ackley-5",
        "mixed",
        (
            CategoricalParameter("a", ("r", "s", "t")),
            CategoricalParameter("b", ("u", "v", "w")),
            IntParameter("c", -4, 4),
            *_box("de", -3.0, 3.0),
        ),
        functions.mixed_ackley,
        0.0,
        (0.0, 0.0, 3.0, 2.0, 2.0),
    ),
    ShiftedFunction(
        "whole-numbers-4",
        "mixed",
        tuple(IntParameter(name, 0, high) for name, high in zip("abcd", (15, 40, 8, 60), strict=True)),
        functions.whole_numbers,
        0.0,
        (4.0, 10.0, 3.0, 20.0),
    ),
    ShiftedFunction(
        "training-4",
        "log",
        _TRAINING,
        functions.training,
        functions.TRAINING_OPTIMUM,
        _TRAINING_SHIFT,
    ),
    ShiftedFunction(
        "choices-4",
        "categorical",
        (
            CategoricalParameter("a", tuple("pqrst")),
            CategoricalParameter("b", tuple("klmn")),
            CategoricalParameter("c", tuple("uvwxyz")),
            DoubleParameter("d", -2.0, 2.0),
        ),
        functions.categorical,
        0.0,
        (0.0, 0.0, 0.0, 1.3),
    ),
    ShiftedFunction("noisy-branin-2", "noisy", _BRANIN_BOX, functions.branin, _BRANIN, (2.0, 2.0), noise=5.0),
    ShiftedFunction(
        "noisy-hartmann-6", "noisy", _box("abcdef", 0.0, 1.0), functions.hartmann6, _HARTMANN, (0.12,) * 6, noise=0.2
    ),
    ShiftedFunction(
        "cliff-branin-2",
        "failing",
        _BRANIN_BOX,
        functions.branin,
        _BRANIN,
        (2.0, 2.0),
        fails=lambda x: bool(x[0] > 3.4),
    ),
    ShiftedFunction(
        "cliff-hartmann-6",
        "failing",
        _box("abcdef", 0.0, 1.0),
        functions.hartmann6,
        _HARTMANN,
        (0.12,) * 6,
        fails=lambda x: bool(x[2] + x[4] > 0.84),
    ),
    ShiftedFunction(
        "crash-rosenbrock-4", "failing", _box("abcd", -2.0, 2.0), functions.rosenbrock, 0.0, (0.8,) * 4, crashes=0.15
    ),
    ShiftedFunction(
        "branches-5",
        "conditional",
        (
            DoubleParameter("a_shared", 0.0, 1.0),
            DoubleParameter("b_momentum", 0.0, 1.0, conditions=(("solver", ("sgd",)),)),
            IntParameter("c_steps", 1, 20, conditions=(("solver", ("adam", "rms")),)),
            CategoricalParameter("d_mode", ("p", "q", "r"), conditions=(("solver", ("rms",)),)),
        ),
        functions.branches,
        0.0,
        (0.3, 0.15, 3.0, 0.0),
        conditionals=(Conditional("solver", ("sgd", "adam", "rms")),),
    ),
    ShiftedFunction(
        "blend-4",
        "constrained",
        _box("abcd", 0.0, 1.0),
        functions.blend,
        functions.BLEND_OPTIMUM,
        (0.0,) * 4,
        linear_constraints=(LinearConstraint(tuple((name, 1.0) for name in "abcd"), 1.0),),
    ),
    ShiftedFunction(
        "mixed-levy-8",
        "mixed",
        (
            CategoricalParameter("a", tuple("pqrs")),
            CategoricalParameter("b", tuple("uvw")),
            IntParameter("c", -8, 8),
            IntParameter("d", -8, 8),
            *_box("efgh", -8.0, 8.0),
        ),
        functions.mixed_levy,
        0.0,
        (0.0, 0.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0),
    ),
    ShiftedFunction(
        "codes-6",
        "categorical",
        tuple(CategoricalParameter(name, tuple("klmn")) for name in "abcdef"),
        functions.codes,
        0.0,
        (0.0,) * 6,
    ),
    ShiftedFunction(
        "decades-5",
        "log",
        tuple(DoubleParameter(name, 1e-8, 1e4, log=True) for name in "abcde"),
        functions.decades,
        0.0,
        (4.0,) * 5,
    ),
    ShiftedFunction(
        "noisy-training-4",
        "noisy",
        _TRAINING,
        functions.training,
        functions.TRAINING_OPTIMUM,
        _TRAINING_SHIFT,
        noise=0.5,
    ),
    ShiftedFunction(
        "pipeline-10",
        "conditional",
        (
            DoubleParameter("a_fraction", 0.0, 1.0),
            DoubleParameter("b_penalty", 1e-6, 1e2, log=True, conditions=_LINEAR),
            DoubleParameter("c_ratio", 0.0, 1.0, conditions=_LINEAR),
            IntParameter("d_depth", 1, 24, conditions=_TREE),
            IntParameter("e_leaf", 1, 60, conditions=_TREE),
            DoubleParameter("f_cost", 1e-4, 1e6, log=True, conditions=_KERNEL),
            DoubleParameter("g_width", 1e-8, 1e2, log=True, conditions=_KERNEL),
            DoubleParameter("h_quantile", 0.5, 1.0, conditions=(("scaler", ("robust",)),)),
        ),
        functions.pipeline,
        0.0,
        (0.3, 2.0, 0.3, 4.0, 10.0, 2.0, 2.0, 0.15),
        conditionals=(Conditional("model", ("linear", "tree", "kernel")), Conditional("scaler", ("none", "robust"))),
    ),
    ShiftedFunction("levy-20", "high-dimensional", _axes(20, -8.0, 8.0), functions.levy, 0.0, (5.0,) * 20),
    ShiftedFunction(
        "sparse-hartmann-20",
        "high-dimensional",
        _axes(20, 0.0, 1.0),
        functions.sparse_hartmann,
        _HARTMANN,
        (0.12,) * 20,
    ),
    ShiftedFunction(
        "styblinski-tang-30",
        "high-dimensional",
        _axes(30, -5.0, 5.0),
        functions.styblinski_tang,
        30 * -39.16616570377142,
        (2.0,) * 30,
    ),
    ShiftedFunction("ellipsoid-50", "high-dimensional", _axes(50, -8.0, 8.0), functions.ellipsoid, 0.0, (5.0,) * 50),
    ShiftedFunction(
        "parallel-hartmann-6",
        "parallel",
        _box("abcdef", 0.0, 1.0),
        functions.hartmann6,
        _HARTMANN,
        (0.12,) * 6,
        parallel=8,
    ),
    ShiftedFunction(
        "parallel-ackley-5", "parallel", _box("abcde", -8.0, 8.0), functions.ackley, 0.0, (5.0,) * 5, parallel=8
    ),
    ShiftedFunction(
        "parallel-training-4",
        "parallel",
        _TRAINING,
        functions.training,
        functions.TRAINING_OPTIMUM,
        _TRAINING_SHIFT,
        parallel=8,
    ),
)
