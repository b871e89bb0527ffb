"""What holds for every member of the ensemble, in every kind of space."""

import math

import pytest

from optsvc.engine import Seed, Source, space_filling
from optsvc.engine.backend import NUMPY
from optsvc.engine.defaults import DEFAULTS
from optsvc.engine.fitting import fit_models
from optsvc.engine.history import EncodedHistory
from optsvc.engine.members.densities import Densities
from optsvc.engine.members.exploration import Exploration
from optsvc.engine.members.likeliest_success import LikeliestSuccess
from optsvc.engine.members.process import Process
from optsvc.engine.members.situation import Situation
from optsvc.engine.points.spread import SpaceSampler
from optsvc.engine.steps import complete
from optsvc.engine.success_model import fit_success
from tests.engine.builders import MIXED, failed, history, problem
from tests.engine.spaces import SPACES

ALL = {**SPACES, "mixed": MIXED}
SOURCES = {
    "process": {Source.GP},
    "densities": {Source.TPE},
    "exploration": {Source.EXPLORE},
    "likeliest success": {Source.GP, Source.INITIAL},
}


def rank_of(assignments):
    return sum(len(v) if isinstance(v, str) else math.atan(v - 2.0) ** 2 for v in assignments.values())


def member_of(name, space, past):
    sampler, encoder = SpaceSampler.of(space), SpaceSampler.of(space).encoder
    encoded = EncodedHistory.of(problem(space), past, encoder)
    classifier, _ = fit_success(encoded, len(past), encoder, state=None, defaults=DEFAULTS, backend=NUMPY)
    situation = Situation(problem(space), encoded, sampler, classifier)
    if name == "exploration":
        return Exploration(situation)
    if name == "densities":
        return Densities(situation, Seed(1, 0))
    if name == "likeliest success":
        return LikeliestSuccess(situation, classifier)
    models = complete(
        fit_models(
            *(problem(space), encoded, len(past), encoder),
            **{"state": None, "seed": Seed(1, len(past)), "defaults": DEFAULTS, "backend": NUMPY},
        )
    )
    return Process(situation, models)


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("space", ALL)
def test_proposals_are_legal_new_and_the_same_in_any_order(space, name):
    space = ALL[space]
    past = history(space, 14, rank_of)
    past[3] = failed(past[3].assignments)
    pending = [p.assignments for p in space_filling(problem(space), past, [], seed=Seed(1, 14), count=2)]
    encode = SpaceSampler.of(space).encoder.encode

    def ask(past, pending, ordinal):
        member = member_of(name, space, past)
        return complete(member.propose(encode(pending), Seed(1, ordinal)))[1]

    proposals = [ask(past, pending, ordinal) for ordinal in (16, 17)]

    assert proposals == [ask(past[::-1], pending[::-1], ordinal) for ordinal in (16, 17)]
    used = [tuple(sorted(a.items())) for a in [*(o.assignments for o in past), *pending]]
    for ordinal, proposal in zip((16, 17), proposals, strict=True):
        assert proposal.source in SOURCES[name]
        assert proposal.ordinal == ordinal
        assert 0.0 < proposal.details["p_success"] <= 1.0
        assert space.validate(proposal.assignments) == dict(proposal.assignments)
        assert tuple(sorted(proposal.assignments.items())) not in used
