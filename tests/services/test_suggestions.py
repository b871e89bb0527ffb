"""Handing out the next point."""

from threading import Thread

import pytest

from optsvc.services import experiment_changes, observations, refresh, suggestions
from optsvc.services.suggestions import Wait
from optsvc.storage.experiments import ExperimentRepository
from optsvc.storage.models import Experiment, Proposal, Suggestion


@pytest.fixture
def ready(sessions):
    """Stores a proposal as the workers do."""

    def store(experiment_id, version, x):
        with sessions.begin() as session:
            row = Proposal(
                experiment_id=experiment_id,
                data_version=version,
                assignments={"x": x, "kind": "a"},
                provenance={"source": "gp", "reason": "made for this test"},
            )
            session.add(row)

    return store


@pytest.fixture
def modelled(new_experiment, observe):
    """An experiment that has left its space-filling start, at data version 1."""
    experiment_id = new_experiment()
    observe(experiment_id, 20)
    return experiment_id


def take(sessions, caller, experiment_id, **options):
    with sessions.begin() as session:
        return suggestions.take_next(session, caller, experiment_id, **options)


def test_the_start_is_handed_out_without_workers_and_never_twice(sessions, caller, new_experiment):
    experiment_id = new_experiment()

    taken = [take(sessions, caller, experiment_id) for _ in range(12)]

    assert all(isinstance(suggestion, Suggestion) for suggestion in taken)
    assert {suggestion.provenance["source"] for suggestion in taken} == {"initial"}
    assert len({str(suggestion.assignments) for suggestion in taken}) == 12
    assert [suggestion.provenance["seed"]["ordinal"] for suggestion in taken] == list(range(12))


def test_after_the_start_the_workers_are_asked(queueing_sessions, redis, caller, modelled):
    answer = take(queueing_sessions, caller, modelled)

    assert answer == Wait(min_version=1)
    assert redis.llen("rq:queue:optsvc-urgent") == 1


def test_a_ready_proposal_becomes_a_suggestion_and_is_gone(sessions, caller, modelled, ready):
    ready(modelled, 1, 0.25)

    suggestion = take(sessions, caller, modelled, metadata={"a": 1})

    assert suggestion.assignments == {"x": 0.25, "kind": "a"}
    assert suggestion.provenance["source"] == "gp"
    assert suggestion.user_metadata == {"a": 1}
    assert isinstance(take(sessions, caller, modelled), Wait)


def test_two_who_ask_at_once_do_not_get_the_same_proposal(sessions, caller, modelled, ready):
    ready(modelled, 1, 0.25)
    answers = []

    with sessions.begin() as first:
        answers.append(suggestions.take_next(first, caller, modelled))
        second = Thread(target=lambda: answers.append(take(sessions, caller, modelled)))
        second.start()
        second.join(timeout=0.3)
        assert second.is_alive()  # waits for the first to commit or to roll back
    second.join()

    assert [type(answer) for answer in answers] == [Suggestion, Wait]


def test_a_proposal_that_was_taken_by_a_transaction_that_failed_is_ready_again(sessions, caller, modelled, ready):
    ready(modelled, 1, 0.25)
    with sessions() as session:
        suggestions.take_next(session, caller, modelled)
        session.rollback()

    assert take(sessions, caller, modelled).assignments["x"] == 0.25


def test_a_stale_proposal_is_kept_for_the_last_resort(sessions, caller, modelled, ready, observe):
    ready(modelled, 1, 0.25)
    observe(modelled, 1)

    waited = take(sessions, caller, modelled)
    last = take(sessions, caller, modelled, min_version=waited.min_version, last_resort=True)
    nothing_left = take(sessions, caller, modelled, min_version=waited.min_version, last_resort=True)

    assert waited == Wait(min_version=2)
    assert (last.assignments["x"], last.provenance["source"]) == (0.25, "gp")
    assert nothing_left.provenance["source"] == "fallback"


@pytest.fixture
def failed(sessions):
    """Notes a failure of the engine as the workers do."""

    def note(experiment_id, version):
        with sessions.begin() as session:
            ExperimentRepository(session).failed(experiment_id, version)

    return note


def test_after_a_failure_of_the_engine_nobody_waits_until_the_data_have_moved_on(
    sessions, caller, modelled, failed, observe
):
    waited = take(sessions, caller, modelled)
    failed(modelled, 1)

    first = take(sessions, caller, modelled, min_version=waited.min_version)
    second = take(sessions, caller, modelled)

    assert waited == Wait(min_version=1)
    assert first.provenance["source"] == second.provenance["source"] == "fallback"
    assert "failed" in first.provenance["reason"]
    assert first.assignments != second.assignments
    observe(modelled, 1)
    assert take(sessions, caller, modelled) == Wait(min_version=2)


def test_after_a_failure_what_was_prepared_from_older_data_goes_first(
    sessions, caller, modelled, ready, failed, observe
):
    ready(modelled, 1, 0.25)
    observe(modelled, 1)
    failed(modelled, 2)

    assert take(sessions, caller, modelled).assignments["x"] == 0.25
    assert take(sessions, caller, modelled).provenance["source"] == "fallback"


def test_who_waits_takes_what_was_fresh_when_the_wait_began(sessions, caller, modelled, ready, observe):
    waited = take(sessions, caller, modelled)
    ready(modelled, 1, 0.25)
    observe(modelled, 1)

    assert take(sessions, caller, modelled, min_version=waited.min_version).assignments["x"] == 0.25


def test_the_newest_proposal_goes_first(sessions, caller, modelled, ready, observe):
    observe(modelled, 1)
    ready(modelled, 1, 0.25)
    ready(modelled, 2, 0.75)

    assert take(sessions, caller, modelled, min_version=1).assignments["x"] == 0.75


def test_a_point_of_the_users_own_makes_what_was_prepared_stale(sessions, caller, modelled, ready):
    ready(modelled, 1, 0.25)
    with sessions.begin() as session:
        suggestions.create_by_hand(session, caller, modelled, {"x": 0.25, "kind": "a"})

    assert isinstance(take(sessions, caller, modelled), Wait)


def test_a_long_run_of_failures_is_handed_to_the_model_of_where_success_is_likely(
    sessions, caller, new_experiment, observe
):
    experiment_id = new_experiment()
    observe(experiment_id, 150, failed=True)

    assert isinstance(take(sessions, caller, experiment_id), Wait)


def test_the_fallback_repeats_neither_an_open_point_nor_another_fallback(sessions, caller, modelled):
    taken = [take(sessions, caller, modelled, last_resort=True) for _ in range(8)]

    assert {suggestion.provenance["source"] for suggestion in taken} == {"fallback"}
    assert len({str(suggestion.assignments) for suggestion in taken}) == 8


def test_deleting_all_observations_starts_again(sessions, caller, modelled):
    with sessions.begin() as session:
        observations.delete_all(session, caller, modelled)

    assert take(sessions, caller, modelled).provenance["source"] == "initial"


def test_what_was_learned_goes_with_the_data_of_an_experiment_that_is_deleted_with_them(sessions, caller, modelled):
    refresh.refresh(sessions, modelled, lambda _: None)
    with sessions.begin() as session:
        experiment_changes.delete(session, caller, modelled, with_data=True)
        experiment_changes.update(session, caller, modelled, {"deleted": False})

    assert take(sessions, caller, modelled).provenance["source"] == "initial"
    with sessions() as session:
        assert session.get_one(Experiment, modelled).engine_state is None
