"""A classifier of generated texts: one training and what it costs, in NumPy.

A text is a bag of words. The words' embeddings are averaged, go through ReLU and dropout (Srivastava et al. 2014) into
a linear layer; plain stochastic gradient descent on the cross-entropy, the gradient's norm clipped (Pascanu et al.
2013). Everything is drawn from fixed seeds: the same hyperparameters give the same classifier, bit for bit, on the same
build of NumPy.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.float32]
Labels: TypeAlias = npt.NDArray[np.int64]

WORDS, TOPICS, TEXT = 300, 8, 24
"""Words that exist, topics, and words of one text."""
TRAINED, VALIDATED = 480, 1200
_FORWARD_AND_BACK = 3
"""The products of a layer in a step of training for each one in a prediction: forward, and two slopes."""


def train(assignments: Mapping[str, Any]) -> dict[str, float]:
    """Train the classifier of these hyperparameters.

    Args:
        assignments: ``embedding``, how many numbers stand for a word; ``learning_rate``; ``batch_size``; ``clip``, the
            largest norm of a gradient; ``epochs``; ``dropout``, the share that is left out.

    Returns:
        ``accuracy`` on texts not trained on; ``multiply_adds``, millions that the training takes.
    """
    embedding, batch, epochs = (int(assignments[name]) for name in ("embedding", "batch_size", "epochs"))
    rate, clip, dropout = (np.float32(assignments[name]) for name in ("learning_rate", "clip", "dropout"))
    bags, labels = texts()
    rng = np.random.default_rng(12)
    words = (0.5 * rng.normal(size=(WORDS, embedding))).astype(np.float32)
    layer = (rng.normal(size=(embedding, TOPICS)) / np.sqrt(embedding)).astype(np.float32)
    bias = np.zeros(TOPICS, np.float32)
    with np.errstate(all="ignore"):  # a training that diverges is one of low accuracy
        for _ in range(epochs):
            order = rng.permutation(TRAINED)
            for start in range(0, TRAINED, batch):
                rows = order[start : start + batch]
                kept = (rng.random((len(rows), embedding), dtype=np.float32) >= dropout) / (1 - dropout)
                slopes = _slopes((words, layer, bias), bags[rows], labels[rows], kept)
                norm = np.sqrt(sum(np.vdot(slope, slope) for slope in slopes))
                step = rate * min(np.float32(1), clip / norm)
                for weights, slope in zip((words, layer, bias), slopes, strict=True):
                    weights -= step * slope
        scores = np.maximum(bags[TRAINED:] @ words, 0) @ layer + bias
    accuracy = float(np.mean(scores.argmax(axis=1) == labels[TRAINED:]))
    return {"accuracy": accuracy, "multiply_adds": multiply_adds(embedding, batch, epochs) / 1e6}


def multiply_adds(embedding: int, batch: int, epochs: int) -> int:
    """How many a training takes: for each text its own words and the linear layer, for each step all weights."""
    steps = -(-TRAINED // batch)
    of_texts = TRAINED * _FORWARD_AND_BACK * (TEXT * embedding + embedding * TOPICS)
    of_updates = steps * (WORDS * embedding + embedding * TOPICS + TOPICS)
    return epochs * (of_texts + of_updates)


@cache
def texts() -> tuple[Array, Labels]:
    """Shares of the words in texts, shape ``(n, WORDS)``, and their topics: first those to train on.

    A third of a text's words comes from its topic, some from another topic, the rest from what all texts share.
    """
    rng = np.random.default_rng(11)
    count = TRAINED + VALIDATED
    common = 1 / np.arange(1, WORDS + 1)
    common /= common.sum()
    topical = rng.dirichlet(np.full(WORDS, 0.05), size=TOPICS)
    labels = rng.integers(TOPICS, size=count)
    others = (labels + rng.integers(1, TOPICS, size=count)) % TOPICS
    shares = 0.32 * topical[labels] + 0.18 * topical[others] + 0.5 * common
    bags = np.stack([rng.multinomial(TEXT, share) for share in shares])
    return (bags / TEXT).astype(np.float32), labels


def _slopes(weights: tuple[Array, Array, Array], bags: Array, labels: Labels, kept: Array) -> tuple[Array, ...]:
    """Of the mean cross-entropy, for the words, the layer and the bias."""
    words, layer, bias = weights
    means = bags @ words
    features = np.maximum(means, 0) * kept
    scores = features @ layer + bias
    chances = np.exp(scores - scores.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    chances[np.arange(len(labels)), labels] -= 1
    back = chances / np.float32(len(labels))
    through = (back @ layer.T) * kept * (means > 0)
    return bags.T @ through, features.T @ back, back.sum(axis=0)
