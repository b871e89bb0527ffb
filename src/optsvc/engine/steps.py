"""The costly parts of a suggestion, as questions: whoever drives a computation answers them, alone or many at once.

What decides (which starts, which points, when to stop) is written as generators that yield a `Question` and are sent
its answer. `complete` answers each by itself. `batch.lockstep` advances many generators together and answers questions
of a kind in one batch. So there is one algorithm, and the two ways to compute differ by rounding only, but for the
optimizer of the fit.
"""

from collections.abc import Generator
from typing import Protocol, TypeAlias, TypeVar

from optsvc.engine.backend import HostArray

Result = TypeVar("Result")


class Question(Protocol):
    """What takes time to answer."""

    def answer(self) -> HostArray:
        """The answer, by itself and on the host."""


Steps: TypeAlias = Generator[Question, HostArray, Result]
"""A computation that asks questions on its way to a result."""


def answered(result: Result) -> Steps[Result]:
    """A computation that has its result and asks nothing."""
    yield from ()
    return result


def complete(steps: Steps[Result]) -> Result:
    """The result, each question answered by itself."""
    try:
        question = next(steps)
        while True:
            question = steps.send(question.answer())
    except StopIteration as end:
        result: Result = end.value
        return result
