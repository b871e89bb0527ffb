import numpy as np
import pytest
from benchmarks.published import network, topics
from benchmarks.published.experiment import Evaluation
from benchmarks.published.experiments import EXPERIMENTS, NETWORK, TOPICS
from benchmarks.published.measures import beside, hypervolume
from benchmarks.published.runs import Run


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda experiment: experiment.name)
def test_a_training_gives_the_same_values_each_time(experiment):
    drawn = experiment.draw(np.random.default_rng(1))

    once, again = experiment.evaluate(drawn), experiment.evaluate(dict(reversed(drawn.items())))

    assert once == again


def test_a_prediction_of_the_network_costs_what_counting_by_hand_gives():
    found = network.multiply_adds([2, 3, 4], [5, 6, 7])

    # 32 places, 2 inputs, 5 filters; 16 places, 3 times 5 inputs, 6 filters; 8 places; at last 7 features, 8 classes.
    assert found == 32 * 2 * 1 * 5 + 16 * 3 * 5 * 6 + 8 * 4 * 6 * 7 + 7 * 8


def test_a_training_of_the_classifier_costs_what_counting_by_hand_gives():
    found = topics.multiply_adds(embedding=10, batch=100, epochs=2)

    # Each of 480 texts has 24 words and 8 topics, three products of each layer; 5 steps change 300 words and the layer.
    one_epoch = 480 * 3 * (24 * 10 + 10 * 8) + 5 * (300 * 10 + 10 * 8 + 8)
    assert found == 2 * one_epoch


def test_the_slopes_of_the_network_are_those_of_its_loss():
    made = network.Network([2, 3, 5], [4, 5, 4])
    inputs, labels = (part[:16] for part in network.sequences())

    slopes = made.slopes(inputs, labels)

    for weights, slope in zip(made.weights, slopes, strict=True):
        place = np.unravel_index(np.abs(slope).argmax(), slope.shape)
        before = weights[place]
        step = np.float32(1e-2)
        weights[place] = before + step
        above = _cross_entropy(made.scores(inputs), labels)
        weights[place] = before - step
        below = _cross_entropy(made.scores(inputs), labels)
        weights[place] = before
        assert (above - below) / (2 * step) == pytest.approx(slope[place], rel=0.05)


def _cross_entropy(scores, labels):
    scores = scores.astype(float)
    return np.mean(np.log(np.exp(scores).sum(axis=1)) - scores[np.arange(len(labels)), labels])


def test_what_breaks_a_limit_has_failed():
    starved = {"embedding": 2, "learning_rate": 0.1, "batch_size": 128, "clip": 1e-3, "epochs": 1, "dropout": 0.0}

    inaccurate = TOPICS.evaluate(starved)
    costly = TOPICS.evaluate({**starved, "embedding": 64, "batch_size": 8, "epochs": 30})

    assert inaccurate.failed
    assert inaccurate.values[1] < 50
    assert costly.failed
    assert costly.values[1] > 50


def test_shares_of_a_combined_front_count_what_both_found_for_both():
    some = [Evaluation((0.9, 50_000.0)), Evaluation((0.5, 20_000.0)), Evaluation((0.99, 1.0), failed=True)]
    others = [Evaluation((0.5, 20_000.0)), Evaluation((0.8, 60_000.0)), Evaluation((0.3, 10_000.0))]

    found = beside(NETWORK, some, others)

    assert (found.points, found.share, found.other_share) == (3, pytest.approx(2 / 3), pytest.approx(2 / 3))


def test_a_hypervolume_is_that_of_the_steps_of_a_front():
    staircase = {(3.0, 1.0), (2.0, 2.0), (1.0, 3.0)}
    dominated_and_outside = {(1.0, 1.0), (5.0, -1.0)}

    assert hypervolume(staircase, (0.0, 0.0)) == 6
    assert hypervolume(staircase | dominated_and_outside, (0.0, 0.0)) == 6


def test_a_run_goes_on_after_a_line_that_was_cut_off(tmp_path):
    run = Run(tmp_path, TOPICS, "random", 0)
    run.append(Evaluation((0.5, 1.0)))
    with run.path.open("a") as file:
        file.write('{"values":[0.')
    whole = Evaluation((0.4, 2.0), failed=True, assignments={"epochs": 3}, said={"source": "gp"})

    run.append(whole)

    assert run.evaluations() == [Evaluation((0.5, 1.0)), whole]
