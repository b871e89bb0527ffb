"""Many suggestions at once: their generators advance together, and what they ask is answered together."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from optsvc.engine.backend import Backend, HostArray
from optsvc.engine.batch.desk import Desk
from optsvc.engine.batch.padding import Memory
from optsvc.engine.steps import Question, Steps
from optsvc.engine.surrogates.questions import Fit

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
    desk = Desk(backend, memory)
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
