"""How proposals are computed: one experiment at a time, or many together."""

from collections.abc import Sequence
from typing import Protocol, TypeAlias

from optsvc import engine

Answers: TypeAlias = Sequence[tuple[list[engine.Proposal], engine.EngineState]]
"""Proposals and the state to keep, for each request."""


class Computing(Protocol):
    """Makes proposals."""

    def groups(self, requests: Sequence[engine.Request]) -> Sequence[Sequence[int]]:
        """Which of the requests are best computed together, by their places: each in one group."""

    def compute(self, requests: Sequence[engine.Request]) -> Answers:
        """The proposals for a group."""


class Alone:
    """One at a time, on the processor."""

    def groups(self, requests: Sequence[engine.Request]) -> Sequence[Sequence[int]]:
        """As many as there are requests."""
        return [[place] for place in range(len(requests))]

    def compute(self, requests: Sequence[engine.Request]) -> Answers:
        """By `engine.suggest`."""
        return [
            engine.suggest(one.problem, one.history, one.pending, seed=one.seed, count=one.count, state=one.state)
            for one in requests
        ]


ALONE = Alone()
