"""Answering questions of many suggestions: those of a kind and of a size in one batch.

Batched are the fits of all experiments, the scoring of points wherever expected improvement is the whole acquisition
function, and the climbs on it. Answered one by one, on the host, as `suggest` would: whatever involves a model of
failures or beliefs of the user, climbs within linear constraints or along conditional parameters, and the walk over
spaces that have no model yet. Choosing starts, sweeps over discrete coordinates and all other decisions are the host's.
"""

from collections.abc import Sequence
from weakref import WeakKeyDictionary

import numpy as np

from optsvc.engine.acquisition.composite import Encoded, OnPoints, Total
from optsvc.engine.acquisition.expected_improvement import LogExpectedImprovement
from optsvc.engine.backend import Backend, HostArray, IntArray
from optsvc.engine.batch.climbs import climb_together, climbs_along_coordinates
from optsvc.engine.batch.improvement import ImprovementBatch, bucket_of
from optsvc.engine.batch.likelihood import fit_many
from optsvc.engine.batch.padding import ROWS, Memory, bucket, grouped, stack
from optsvc.engine.candidates.questions import Climb, Scores
from optsvc.engine.steps import Question
from optsvc.engine.surrogates.questions import Fit


class Desk:
    """Answers questions; remembers which acquisition functions are on the device."""

    def __init__(self, backend: Backend, memory: Memory) -> None:
        self._backend, self._memory = backend, memory
        # A batch leaves the device with the last suggestion that uses it.
        self._places: WeakKeyDictionary[LogExpectedImprovement, tuple[ImprovementBatch, int]] = WeakKeyDictionary()

    def answers(self, questions: Sequence[Question]) -> list[HostArray]:
        """In the order of the questions."""
        out: dict[int, HostArray] = {}
        fits = {i: q for i, q in enumerate(questions) if isinstance(q, Fit)}
        scores = {i: q for i, q in enumerate(questions) if isinstance(q, Scores) and plain(q.acquisition)}
        climbs = {i: q for i, q in enumerate(questions) if isinstance(q, Climb) and _is_plain_climb(q)}
        for group in grouped(fits.items(), lambda item: bucket(len(item[1].data.targets), ROWS)):
            out |= zip([i for i, _ in group], self._fits([q for _, q in group]), strict=True)
        searching: list[Scores | Climb] = [*scores.values(), *climbs.values()]
        self._place([function for question in searching if (function := plain(question.acquisition))])
        for members in grouped(scores.items(), lambda item: self._place_of(item[1])[0]):
            out |= zip([i for i, _ in members], self._scores([q for _, q in members]), strict=True)
        for several in grouped(climbs.items(), lambda item: self._place_of(item[1])[0]):
            out |= zip([i for i, _ in several], self._climbs([q for _, q in several]), strict=True)
        return [out[i] if i in out else question.answer() for i, question in enumerate(questions)]

    def _fits(self, questions: Sequence[Fit]) -> list[HostArray]:
        data, priors, starts = zip(*((q.data, q.prior, q.starts) for q in questions), strict=True)
        return fit_many(data, priors, starts, questions[0].defaults, self._backend, self._memory)

    def _scores(self, questions: Sequence[Scores]) -> list[HostArray]:
        batch, members = self._batch(questions)
        features = [question.sampler.encoder.features(question.points) for question in questions]
        most = max(len(part) for part in features)
        values = batch.value(members, stack(features, (most, batch.columns)))
        return [row[: len(part)] for row, part in zip(values, features, strict=True)]

    def _climbs(self, questions: Sequence[Climb]) -> list[HostArray]:
        return climb_together(questions, *self._batch(questions))

    def _place(self, functions: Sequence[LogExpectedImprovement]) -> None:
        """Brings what is new to the device, in one batch for each bucket."""
        new = [function for function in dict.fromkeys(functions) if function not in self._places]
        for group in grouped(new, bucket_of):
            batch = ImprovementBatch(group, self._backend, self._memory)
            self._places.update({function: (batch, place) for place, function in enumerate(group)})

    def _place_of(self, question: Scores | Climb) -> tuple[ImprovementBatch, int]:
        function = plain(question.acquisition)
        if function is None:
            raise TypeError("only expected improvement alone has a place on the device")
        return self._places[function]

    def _batch(self, questions: Sequence[Scores | Climb]) -> tuple[ImprovementBatch, IntArray]:
        """The one that the acquisition functions of all these questions are in, and their places there."""
        batches, members = zip(*(self._place_of(question) for question in questions), strict=True)
        return batches[0], np.array(members)


def plain(acquisition: OnPoints) -> LogExpectedImprovement | None:
    """The expected improvement that is the whole acquisition function; None if there is more to it."""
    if isinstance(acquisition, Total) and len(acquisition.terms) == 1:
        [acquisition] = acquisition.terms
    if isinstance(acquisition, Encoded) and isinstance(acquisition.function, LogExpectedImprovement):
        return acquisition.function
    return None


def _is_plain_climb(question: Climb) -> bool:
    sampler = question.sampler
    along = climbs_along_coordinates(sampler.encoder)
    return along and sampler.region is None and plain(question.acquisition) is not None
