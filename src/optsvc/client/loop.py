"""A tuning job: when to ask for the next suggestion, and when to stop."""

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from optsvc.client import requests
from optsvc.client.errors import UsageError
from optsvc.client.exchange import Json, Request
from optsvc.client.records import ExperimentRecord, Progress, SuggestionRecord

Flow: TypeAlias = Generator[Request, Json, Json | None]
"""Yields requests and is sent their answers; returns the JSON of a suggestion, or None at the end."""


def has_room(budget: int | None, progress: Progress, open_count: int) -> bool:
    """Whether one more evaluation fits the budget when all that are under way are counted as done."""
    return budget is None or progress.budget_consumed + open_count < budget


@dataclass
class Loop:
    """The turns of one tuning job.

    Any number of loops may share an experiment. Each asks only while observations and open suggestions leave
    room in the budget. Several can see the same last place and all take it; but a turn that begins once the
    places are taken does not ask. Each loop can be in one such turn, so k loops overshoot by k - 1 at most.

    Args:
        experiment: What to work on; every turn that looks at its progress refreshes it.
        evaluations: End after this many suggestions, even if the budget would allow more.
        resume: First hand out again what is open already.
    """

    experiment: ExperimentRecord[Any]
    evaluations: int | None = None
    resume: bool = False
    _handed_out: int = 0
    _in_hand: SuggestionRecord[Any] | None = None
    _left_over: list[Json] = field(default_factory=list)

    def hand_out(self, suggestion: SuggestionRecord[Any]) -> None:
        """Remember what the user is evaluating now."""
        self._in_hand = suggestion
        self._handed_out += 1

    def turn(self) -> Flow:
        """Find the next suggestion.

        Raises:
            UsageError: The last suggestion was not reported, or nothing says when to stop.
        """
        yield from self._check_reported()
        if self.resume:
            self.resume = False
            yield from self._collect_left_over()
        if self.evaluations is not None and self._handed_out >= self.evaluations:
            return None

        # Open ones are counted first: a result that arrives between the two answers then counts twice. That can
        # end this loop early, but the one that reported goes on. The other way round it would not count at all.
        open_count = (yield requests.suggestions(self.experiment.id, state="open", limit=0))["count"]
        latest = yield requests.experiment(self.experiment.id)
        self.experiment._read(latest)
        # Not from the attributes: another thread may be refreshing the same object with an older answer.
        budget, progress = latest.get("observation_budget"), Progress.from_json(latest["progress"])
        if budget is None and self.evaluations is None:
            raise UsageError(
                "this experiment has no observation_budget, so its loop would never end: "
                "set one with experiment.update(observation_budget=...), or say loop(evaluations=...)"
            )
        if not has_room(budget, progress, 0 if self._left_over else open_count):
            return None
        return self._left_over.pop() if self._left_over else (yield requests.suggest(self.experiment.id))

    def _check_reported(self) -> Generator[Request, Json, None]:
        if self._in_hand is None or self._in_hand.state != "open":
            return
        # Not through this object, but perhaps by its id, in a batch, or from another process.
        still_open = yield requests.suggestions(self.experiment.id, state="open", only=self._in_hand.id, limit=0)
        if still_open["count"]:
            raise UsageError(
                f"suggestion {self._in_hand.id} was not reported before the next turn: call "
                "suggestion.observe(value), suggestion.observe(failed=True), or suggestion.delete()"
            )

    def _collect_left_over(self) -> Generator[Request, Json, None]:
        request: Request | None = requests.suggestions(self.experiment.id, state="open")
        while request is not None:
            page = yield request
            self._left_over += page["data"]  # newest first, so that the oldest is taken from the end
            request = requests.next_page(request, page)
