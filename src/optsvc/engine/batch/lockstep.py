"""Many suggestions at once: their generators advance together, and questions of a kind are answered in one batch.

Batched are the fits of all experiments, the scoring of points wherever expected improvement is the whole acquisition
function, and the climbs on it. Answered one by one, on the host, as `suggest` would: whatever involves a model of
failures or beliefs of the user, climbs within linear constraints or along conditional parameters, and the walk over
spaces that have no model yet. Choosing starts, sweeps over discrete coordinates and all other decisions are the host's.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import TypeVar
from weakref import WeakKeyDictionary

import numpy as np

from optsvc.engine.acquisition.composite import Encoded, OnPoints, Total
from optsvc.engine.acquisition.expected_improvement import LogExpectedImprovement
from optsvc.engine.backend import Backend, BoolArray, HostArray, IntArray
from optsvc.engine.batch.improvement import ImprovementBatch, bucket_of
from optsvc.engine.batch.likelihood import fit_many
from optsvc.engine.batch.padding import ROWS, Memory, bucket, stack
from optsvc.engine.candidates.local_search import Patience, minimize_in_box
from optsvc.engine.candidates.questions import Climb, Scores
from optsvc.engine.encoding import Encoder
from optsvc.engine.steps import Question, Steps
from optsvc.engine.surrogates.questions import Fit

Item = TypeVar("Item")
Result = TypeVar("Result")


def advance_together(steps: Sequence[Steps[Result]], backend: Backend, memory: Memory) -> list[Result]:
    """The results of all computations; fits are waited for, so that what follows them is asked together.

    Args:
        steps: The computations.
        backend: What answers batches.
        memory: What there is.

    Raises:
        Exception: The backend's `OutOfMemory`, where there is no room even for one.
    """
    results: dict[int, Result] = {}
    answers: dict[int, HostArray | None] = dict.fromkeys(range(len(steps)))
    questions: dict[int, Question] = {}
    desk = _Desk(backend, memory)
    while answers or questions:
        for index, answer in answers.items():
            try:
                questions[index] = steps[index].send(answer) if answer is not None else next(steps[index])
            except StopIteration as end:
                results[index] = end.value
        fits = {index: question for index, question in questions.items() if isinstance(question, Fit)}
        asked: Mapping[int, Question] = fits or questions
        answers = dict(zip(asked, desk.answers(list(asked.values())), strict=True))
        questions = {index: question for index, question in questions.items() if index not in asked}
    return [results[index] for index in range(len(steps))]


class _Desk:
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
        for members in grouped(scores.items(), lambda item: self._batch(item[1])):
            out |= zip([i for i, _ in members], self._scores([q for _, q in members]), strict=True)
        for several in grouped(climbs.items(), lambda item: self._batch(item[1])):
            out |= zip([i for i, _ in several], self._climbs([q for _, q in several]), strict=True)
        return [out[i] if i in out else question.answer() for i, question in enumerate(questions)]

    def _fits(self, questions: Sequence[Fit]) -> list[HostArray]:
        data, priors, starts = zip(*((q.data, q.prior, q.starts) for q in questions), strict=True)
        return fit_many(data, priors, starts, questions[0].defaults, self._backend, self._memory)

    def _place(self, functions: Sequence[LogExpectedImprovement]) -> None:
        """Brings what is new to the device, in one batch for each bucket."""
        new = [function for function in dict.fromkeys(functions) if function not in self._places]
        for group in grouped(new, bucket_of):
            batch = ImprovementBatch(group, self._backend, self._memory)
            self._places.update({function: (batch, place) for place, function in enumerate(group)})

    def _batch(self, question: Scores | Climb) -> ImprovementBatch:
        return self._place_of(question)[0]

    def _place_of(self, question: Scores | Climb) -> tuple[ImprovementBatch, int]:
        function = plain(question.acquisition)
        if function is None:
            raise TypeError("only expected improvement alone has a place on the device")
        return self._places[function]

    def _members(self, questions: Sequence[Scores | Climb]) -> IntArray:
        return np.array([self._place_of(question)[1] for question in questions])

    def _scores(self, questions: Sequence[Scores]) -> list[HostArray]:
        batch = self._batch(questions[0])
        features = [question.sampler.encoder.features(question.points) for question in questions]
        most = max(len(part) for part in features)
        values = batch.value(self._members(questions), stack(features, (most, batch.columns)))
        return [row[: len(part)] for row, part in zip(values, features, strict=True)]

    def _climbs(self, questions: Sequence[Climb]) -> list[HostArray]:
        """All climbs of all questions as one, in features: along smooth axes these are the coordinates themselves."""
        batch, members = self._batch(questions[0]), self._members(questions)
        encoders = [question.sampler.encoder for question in questions]
        columns = [_smooth_columns(encoder) for encoder in encoders]
        counts = [len(question.starts) for question in questions]
        owners = np.repeat(np.arange(len(questions)), counts)
        starts, smooth = np.zeros((len(owners), batch.columns)), np.zeros((len(questions), batch.columns), dtype=bool)
        scale = np.zeros((len(questions), batch.columns))
        for k, (question, encoder, own) in enumerate(zip(questions, encoders, columns, strict=True)):
            starts[owners == k, : len(encoder.groups)] = encoder.features(question.starts)
            smooth[k, own], scale[k, own] = True, question.step[encoder.smooth]

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
        out = []
        for question, encoder, own, part in zip(
            questions, encoders, columns, np.split(ends, np.cumsum(counts)[:-1]), strict=True
        ):
            points = question.starts.copy()
            points[:, encoder.smooth] = part[:, own]
            out.append(points)
        return out


def plain(acquisition: OnPoints) -> LogExpectedImprovement | None:
    """The expected improvement that is the whole acquisition function; None if there is more to it."""
    if isinstance(acquisition, Total) and len(acquisition.terms) == 1:
        [acquisition] = acquisition.terms
    if isinstance(acquisition, Encoded) and isinstance(acquisition.function, LogExpectedImprovement):
        return acquisition.function
    return None


def _is_plain_climb(question: Climb) -> bool:
    encoder = question.sampler.encoder
    widths = np.bincount(encoder.groups, minlength=encoder.dimension)
    along_coordinates: BoolArray = widths[encoder.smooth] == 1
    return bool(along_coordinates.all()) and question.sampler.region is None and plain(question.acquisition) is not None


def _smooth_columns(encoder: Encoder) -> IntArray:
    """The feature columns of the smooth axes, in their order."""
    columns: IntArray = np.searchsorted(encoder.groups, np.flatnonzero(encoder.smooth))
    return columns


def grouped(items: Iterable[Item], key: Callable[[Item], Hashable]) -> list[list[Item]]:
    """The items with equal keys, in the order in which they came."""
    groups: defaultdict[Hashable, list[Item]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return list(groups.values())
