from collections import Counter
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optsvc.client.errors import UsageError
from optsvc.client.exchange import Json, Request
from optsvc.client.loop import Flow, Loop, has_room
from optsvc.client.records import ExperimentRecord, Progress, SuggestionRecord

NOTHING_YET = {"observation_count": 0, "observation_budget_consumed": 0.0}
EXPERIMENT = {"id": "1", "name": "e", "state": "active", "parameters": [], "metrics": [], "progress": NOTHING_YET}


@dataclass
class Ledger:
    """The part of the service's promises that a loop relies on: who holds what, and how much is done."""

    budget: int | None
    observed: set[str] = field(default_factory=set)
    handed_out: list[str] = field(default_factory=list)

    def answer(self, request: Request) -> Json:
        if request.method == "POST":
            self.handed_out.append(str(len(self.handed_out) + 1))
            return self.suggestion(self.handed_out[-1])
        if request.path.endswith("/suggestions"):
            only = request.params["id"]
            found = [each for each in self.open() if only is None or each == only]
            page = [self.suggestion(each) for each in reversed(found)][: request.params["limit"]]
            return {"count": len(found), "data": page, "paging": {"before": None, "after": None}}
        progress = {"observation_count": len(self.observed), "observation_budget_consumed": float(len(self.observed))}
        return EXPERIMENT | {"observation_budget": self.budget, "progress": progress}

    def open(self) -> list[str]:
        return [each for each in self.handed_out if each not in self.observed]

    def suggestion(self, suggestion_id: str) -> Json:
        return {"id": suggestion_id, "experiment": "1", "assignments": {}, "state": "open"}


def experiment() -> ExperimentRecord[None]:
    return ExperimentRecord(None, EXPERIMENT)


def complete(flow: Flow, ledger: Ledger) -> Json | None:
    try:
        request = next(flow)
        while True:
            request = flow.send(ledger.answer(request))
    except StopIteration as done:
        return done.value


def take(loop: Loop, ledger: Ledger) -> SuggestionRecord | None:
    raw = complete(loop.turn(), ledger)
    if raw is None:
        return None
    suggestion = SuggestionRecord(None, raw)
    loop.hand_out(suggestion)
    return suggestion


@pytest.mark.parametrize(
    ("budget", "consumed", "open_count", "expected"),
    [
        (10, 9, 0, True),
        (10, 10, 0, False),
        (10, 8, 1, True),
        (10, 8, 2, False),
        (10, 12, 0, False),
        (None, 99, 9, True),
    ],
)
def test_there_is_room_while_done_and_open_together_are_below_the_budget(budget, consumed, open_count, expected):
    assert has_room(budget, Progress(consumed, float(consumed)), open_count) is expected


@given(budget=st.integers(1, 12), moves=st.lists(st.integers(0, 4), max_size=400), k=st.integers(1, 5))
def test_k_loops_use_up_the_budget_and_overshoot_by_k_minus_one_at_most(budget, moves, k):
    ledger = Ledger(budget)
    most_at_once = interleave(ledger, [Loop(experiment()) for _ in range(k)], moves)

    assert budget <= len(ledger.observed) <= budget + k - 1
    assert most_at_once <= k


def interleave(ledger: Ledger, loops: list[Loop], moves: list[int]) -> int:
    """Let the loops advance request by request in the order of `moves`, then in turn until all have ended."""
    running = dict(enumerate(map(worker, [ledger] * len(loops), loops)))
    most_at_once = 0
    for move in [*moves, *list(range(len(loops))) * 1000]:
        if move in running and next(running[move], "ended") == "ended":
            del running[move]
        most_at_once = max(most_at_once, len(ledger.open()))
    assert not running
    return most_at_once


def worker(ledger: Ledger, loop: Loop):
    """One program in a loop; it yields wherever another one could get in between."""
    while True:
        flow = loop.turn()
        try:
            request = next(flow)
            while True:
                yield
                answer = ledger.answer(request)
                yield
                request = flow.send(answer)
        except StopIteration as done:
            raw = done.value
        if raw is None:
            return
        suggestion = SuggestionRecord(None, raw)
        loop.hand_out(suggestion)
        yield
        ledger.observed.add(suggestion.id)
        suggestion.state = "closed"


def test_a_result_that_arrives_in_the_middle_of_a_turn_makes_no_room():
    ledger = Ledger(budget=2, handed_out=["1", "2"], observed={"1"})
    flow = Loop(experiment()).turn()

    first_answer = ledger.answer(next(flow))
    ledger.observed.add("2")
    second_answer = ledger.answer(flow.send(first_answer))

    with pytest.raises(StopIteration):
        flow.send(second_answer)


def test_a_suggestion_that_is_open_elsewhere_keeps_its_place_in_the_budget():
    ledger = Ledger(budget=3, handed_out=["1"])
    loop = Loop(experiment())

    seen = []
    while (suggestion := take(loop, ledger)) is not None:
        ledger.observed.add(suggestion.id)
        seen.append(suggestion.id)

    assert seen == ["2", "3"]


@pytest.mark.parametrize(("budget", "expected"), [(3, ["1", "3"]), (5, ["1", "3", "4", "5"])])
def test_resuming_hands_out_what_is_open_oldest_first_and_then_goes_on(budget, expected):
    ledger = Ledger(budget, handed_out=["1", "2", "3"], observed={"2"})
    loop = Loop(experiment(), resume=True)

    seen = []
    while (suggestion := take(loop, ledger)) is not None:
        ledger.observed.add(suggestion.id)
        seen.append(suggestion.id)

    assert seen == expected


def test_resuming_ends_when_the_budget_is_consumed_although_something_is_open():
    ledger = Ledger(budget=1, handed_out=["1", "2"], observed={"2"})

    assert take(Loop(experiment(), resume=True), ledger) is None


@pytest.mark.parametrize(("evaluations", "budget", "expected"), [(3, None, 3), (3, 5, 3), (5, 3, 3), (0, 5, 0)])
def test_a_loop_ends_at_its_own_number_or_at_the_budget_whichever_comes_first(evaluations, budget, expected):
    ledger = Ledger(budget)
    loop = Loop(experiment(), evaluations)

    while (suggestion := take(loop, ledger)) is not None:
        ledger.observed.add(suggestion.id)

    assert len(ledger.observed) == expected


def test_a_loop_that_would_never_end_is_refused():
    with pytest.raises(UsageError, match="observation_budget"):
        take(Loop(experiment()), Ledger(budget=None))


def test_a_suggestion_left_unreported_is_an_error_at_the_next_turn():
    ledger, loop = Ledger(budget=5), Loop(experiment())
    take(loop, ledger)

    with pytest.raises(UsageError, match="suggestion 1 was not reported"):
        take(loop, ledger)

    assert ledger.handed_out == ["1"]


def test_a_suggestion_reported_by_other_means_is_fine():
    ledger, loop = Ledger(budget=5), Loop(experiment())
    take(loop, ledger)
    ledger.observed.add("1")

    assert take(loop, ledger).id == "2"


def test_a_report_through_the_suggestion_itself_needs_no_question():
    ledger, loop = Ledger(budget=5), Loop(experiment())
    suggestion = take(loop, ledger)
    suggestion.state = "closed"

    asked = Counter(request.params.get("id") for request in requests_of(loop.turn(), ledger))

    assert asked["1"] == 0


def test_the_experiment_is_up_to_date_after_its_loop():
    ledger, loop = Ledger(budget=3), Loop(experiment())

    while (suggestion := take(loop, ledger)) is not None:
        ledger.observed.add(suggestion.id)

    assert loop.experiment.progress.observation_count == 3


def requests_of(flow: Flow, ledger: Ledger) -> list[Request]:
    asked = [next(flow)]
    try:
        while True:
            asked.append(flow.send(ledger.answer(asked[-1])))
    except StopIteration:
        return asked
