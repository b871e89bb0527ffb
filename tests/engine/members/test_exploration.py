import numpy as np

from optsvc.domain.space import Conditional, DoubleParameter, SearchSpace
from optsvc.engine import Seed
from optsvc.engine.history import EncodedHistory
from optsvc.engine.members.exploration import Exploration
from optsvc.engine.members.situation import Situation
from optsvc.engine.points.spread import SpaceSampler
from optsvc.engine.steps import complete
from tests.engine.builders import box, history, observed, problem


def explorations(space, past, count):
    sampler = SpaceSampler.of(space)
    situation = Situation(problem(space), EncodedHistory.of(problem(space), past, sampler.encoder), sampler, None)
    member, waiting = Exploration(situation), np.empty((0, sampler.encoder.dimension))
    out = []
    for ordinal in range(20, 20 + count):
        point, proposal = complete(member.propose(waiting, Seed(3, ordinal)))
        waiting = np.vstack([waiting, point])
        out.append(proposal.assignments)
    return out


def test_points_keep_away_from_where_everything_is_known():
    past = [observed({"x000": x / 40, "x001": y / 40}, 0.0) for x in range(20) for y in range(40)]

    assert all(a["x000"] > 0.6 for a in explorations(box(2), past, 4))


def test_the_branches_come_by_turns_however_poor_they_look():
    space = SearchSpace(
        (
            DoubleParameter("x", 0.0, 1.0, conditions=(("model", ("a", "b", "c")),)),
            DoubleParameter("y", 0.0, 1.0, conditions=(("model", ("d",)),)),
        ),
        conditionals=(Conditional("model", ("a", "b", "c", "d")),),
    )
    past = history(space, 12, lambda a: float(a["model"] == "d"))

    models = [o.assignments["model"] for o in past] + [a["model"] for a in explorations(space, past, 8)]

    assert sorted(models) == sorted("abcd" * 5)


def test_it_is_the_farthest_of_its_candidates():
    past = history(box(3), 30, lambda _: 0.0)
    points = np.array([list(o.assignments.values()) for o in past])

    found = np.array([list(a.values()) for a in explorations(box(3), past, 10)])
    at_random = np.random.default_rng(0).random((1000, 3))

    def gap(some):
        return np.sqrt(((some[:, None, :] - points) ** 2).sum(axis=2)).min(axis=1).mean()

    assert gap(found) > 1.3 * gap(at_random)
