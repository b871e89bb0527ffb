"""Search spaces with conditions, constraints and priors."""

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

BRANCHED = SearchSpace(
    (
        DoubleParameter("always", 0.0, 1.0),
        DoubleParameter("momentum", 0.0, 1.0, conditions=(("solver", ("sgd",)),)),
        IntParameter("steps", 1, 9, conditions=(("solver", ("adam", "rms")),)),
        CategoricalParameter("mode", ("p", "q"), conditions=(("solver", ("rms",)),)),
        DoubleParameter("rate", 1e-4, 1.0, log=True, conditions=(("decay", ("on",)), ("solver", ("adam", "sgd")))),
    ),
    (Conditional("solver", ("adam", "rms", "sgd")), Conditional("decay", ("on", "off"))),
)

FINITE_BRANCHES = SearchSpace(
    (
        IntParameter("steps", 1, 4, conditions=(("gate", ("a",)),)),
        CategoricalParameter("mode", ("p", "q", "r"), conditions=(("gate", ("b", "c")),)),
        IntParameter("size", 1, 2),
    ),
    (Conditional("gate", ("a", "b", "c")),),
)


def total(names, threshold, at_least=False):
    return LinearConstraint(tuple((name, 1.0) for name in names), threshold, at_least)


TRIANGLE = SearchSpace(
    (DoubleParameter("x", 0.0, 10.0), DoubleParameter("y", 0.0, 10.0), DoubleParameter("z", -1.0, 1.0)),
    linear_constraints=(total("xy", 10.0),),
)

SLIVER = SearchSpace(
    tuple(DoubleParameter(name, 0.0, 1.0) for name in "abcd"),
    linear_constraints=(total("abcd", 1.0), total("abcd", 0.99, at_least=True)),
)

PORTIONS = SearchSpace(
    (
        *(IntParameter(name, 0, 20) for name in "abc"),
        DoubleParameter("d", 0.0, 20.0),
        DoubleParameter("e", 0.0, 8.0, grid=(0.0, 1.0, 3.0, 8.0)),
    ),
    linear_constraints=(total("abcde", 20.0), LinearConstraint((("a", 2.0), ("b", -1.0)), 3.0)),
)

BELIEVED = SearchSpace(
    (
        DoubleParameter("a", -10.0, 10.0, prior=NormalPrior(4.0, 1.0)),
        DoubleParameter("b", 0.0, 5.0, prior=BetaPrior(2.0, 6.0)),
        DoubleParameter("c", 0.0, 1.0),
    )
)

EVERYTHING = SearchSpace(
    (
        DoubleParameter("a", -10.0, 10.0, prior=NormalPrior(4.0, 1.0)),
        IntParameter("b", 0, 100),
        DoubleParameter("c", 0.0, 1.0, conditions=(("gate", ("on",)),), prior=BetaPrior(0.5, 0.5)),
        IntParameter("d", 1, 3, conditions=(("gate", ("off",)),)),
    ),
    (Conditional("gate", ("on", "off")),),
    (LinearConstraint((("a", 3.0), ("b", 1.0)), 40.0),),
)

SPACES = {
    "branched": BRANCHED,
    "finite branches": FINITE_BRANCHES,
    "triangle": TRIANGLE,
    "sliver": SLIVER,
    "portions": PORTIONS,
    "believed": BELIEVED,
    "everything": EVERYTHING,
}
