"""Random streams that are looked up, not carried along: each is a function of (experiment, ordinal, stage, index).

Philox is counter-based, so no call depends on how many draws another call made, and a proposal can be replayed alone.
"""

from enum import IntEnum

import numpy as np

from optsvc.engine.problem import Seed


class Stage(IntEnum):
    """What a stream is for. Stored suggestions depend on these numbers: add new ones, never renumber."""

    INITIAL = 1
    FIT_STARTS = 2
    RAW_POINTS = 3
    START_CHOICE = 4
    FANTASIES = 5
    TPE = 6
    REPLACEMENT = 7
    NEIGHBOURS = 8
    RANDOM = 9
    EXPLORATION = 10
    REFERENCE = 11
    COVERAGE = 12
    IMPORTANCE = 16
    FAILURE_REGIONS = 17
    BELIEF = 24
    ROBUSTNESS = 25
    REMAINING = 26
    RANDOM_FRONT = 27


def generator(seed: Seed, stage: Stage, index: int = 0) -> np.random.Generator:
    """The stream of one stage of one proposal."""
    sequence = np.random.SeedSequence(entropy=seed.key, spawn_key=(seed.ordinal, int(stage), index))
    return np.random.Generator(np.random.Philox(sequence))


def experiment_generator(seed: Seed, stage: Stage, index: int = 0) -> np.random.Generator:
    """A stream that all proposals of an experiment share."""
    return generator(Seed(key=seed.key, ordinal=0), stage, index)
