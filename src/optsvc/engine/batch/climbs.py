"""Climbs of many searches as one: in features, which along smooth axes are the coordinates themselves."""

from collections.abc import Sequence

import numpy as np

from optsvc.engine.backend import BoolArray, HostArray, IntArray
from optsvc.engine.batch.improvement import ImprovementBatch
from optsvc.engine.candidates.local_search import Patience, minimize_in_box
from optsvc.engine.candidates.questions import Climb
from optsvc.engine.encoding import Encoder


def climbs_along_coordinates(encoder: Encoder) -> bool:
    """Whether each smooth axis is one feature column, so that a climb in features is one in coordinates."""
    widths = np.bincount(encoder.groups, minlength=encoder.dimension)
    return bool((widths[encoder.smooth] == 1).all())


def climb_together(questions: Sequence[Climb], batch: ImprovementBatch, members: IntArray) -> list[HostArray]:
    """The answers ``(b, p)`` of all questions.

    Args:
        questions: With axes that `climbs_along_coordinates` lets pass, and without linear constraints.
        batch: Where their acquisition functions are.
        members: Their places there, shape ``(k,)``.
    """
    starts, smooth, scale = _in_features(questions, batch.columns)
    counts = [len(question.starts) for question in questions]
    owners = np.repeat(np.arange(len(questions)), counts)

    def objective(points: HostArray, rows: IntArray) -> tuple[HostArray, HostArray]:
        mine = owners[rows]
        asked, among, sizes = np.unique(mine, return_inverse=True, return_counts=True)
        # The rows of each question are consecutive, so this numbers them from 0.
        within = np.arange(len(rows)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        block = np.zeros((len(asked), sizes.max(), batch.columns))
        block[among, within] = points
        value, gradient = batch.value_and_gradient(members[asked], block)
        return -value[among, within], -np.where(smooth[mine], gradient[among, within], 0.0)

    cube = np.zeros(batch.columns), np.ones(batch.columns)
    patience = Patience.polish(questions[0].defaults)
    ends, _ = minimize_in_box(objective, starts, scale[owners], cube, patience)
    parts = np.split(ends, np.cumsum(counts)[:-1])
    return [_in_coordinates(question, part) for question, part in zip(questions, parts, strict=True)]


def _in_features(questions: Sequence[Climb], columns: int) -> tuple[HostArray, BoolArray, HostArray]:
    """All starts ``(b, d)``; and of each question which columns are smooth, and its steps, ``(k, d)``."""
    starts = []
    smooth = np.zeros((len(questions), columns), dtype=bool)
    scale = np.zeros((len(questions), columns))
    for k, question in enumerate(questions):
        encoder = question.sampler.encoder
        own = _smooth_columns(encoder)
        features = encoder.features(question.starts)
        starts.append(np.pad(features, ((0, 0), (0, columns - features.shape[1]))))
        smooth[k, own], scale[k, own] = True, question.step[encoder.smooth]
    return np.vstack(starts), smooth, scale


def _in_coordinates(question: Climb, features: HostArray) -> HostArray:
    """The starts of a question, with the smooth coordinates where the climbs ended."""
    encoder = question.sampler.encoder
    points = question.starts.copy()
    points[:, encoder.smooth] = features[:, _smooth_columns(encoder)]
    return points


def _smooth_columns(encoder: Encoder) -> IntArray:
    """The feature columns of the smooth axes, in their order."""
    columns: IntArray = np.searchsorted(encoder.groups, np.flatnonzero(encoder.smooth))
    return columns
