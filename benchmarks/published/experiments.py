"""The two experiments, and what is compared in each."""

from benchmarks.published import network, topics
from benchmarks.published.experiment import Published
from optsvc.client import Double, Int, Metric

NETWORK = Published(
    name="network",
    title="A network for sequences: accuracy against the cost of a prediction",
    parameters=(
        Int("batch_size", 8, 32),
        *(Int(f"size_{layer}", 2, 10) for layer in range(1, network.LAYERS + 1)),
        *(Int(f"filters_{layer}", 4, 32) for layer in range(1, network.LAYERS + 1)),
        Double("one_minus_beta_1", 0.03, 0.5, log=True),
        Double("one_minus_beta_2", 1e-4, 0.5, log=True),
        Double("decay", 1e-6, 0.03, log=True),
        Double("epsilon", 1e-10, 1e-3, log=True),
        Double("learning_rate", 1e-3, 0.03, log=True),
    ),
    metrics=(Metric("accuracy"), Metric("multiply_adds", "minimize")),
    train=network.train,
    limits={},
    worst=(1 / network.CLASSES, float(network.multiply_adds([10] * network.LAYERS, [32] * network.LAYERS))),
    budget=480,
    at_random=4800,
    compared=((480, 4800), (240, 2400), (240, 4800)),
)

TOPICS = Published(
    name="topics",
    title="A classifier of texts: accuracy against the cost of training, where most trainings fail",
    parameters=(
        Int("embedding", 2, 64),
        Double("learning_rate", 0.1, 1000.0, log=True),
        Int("batch_size", 8, 128),
        Double("clip", 1e-3, 10.0, log=True),
        Int("epochs", 1, 30),
        Double("dropout", 0.0, 0.9),
    ),
    metrics=(Metric("accuracy"), Metric("multiply_adds", "minimize")),
    train=topics.train,
    limits={"accuracy": 0.45, "multiply_adds": 50.0},
    worst=(0.45, 50.0),
    budget=480,
    at_random=1800,
    compared=((480, 1800), (180, 1800), (90, 1800)),
)

EXPERIMENTS = (NETWORK, TOPICS)
