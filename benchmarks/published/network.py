"""A small convolutional network on generated sequences: one training and what one prediction costs, in NumPy.

Three times a convolution (same length), ReLU and the larger of two neighbours; then the mean over what is left of the
sequence, and a linear layer. Adam (Kingma & Ba 2015) on the cross-entropy, its learning rate divided by
``1 + decay * step``. Everything is drawn from fixed seeds: the same hyperparameters give the same network, bit for bit,
on the same build of NumPy.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

Array: TypeAlias = npt.NDArray[np.float32]
Labels: TypeAlias = npt.NDArray[np.int64]

LENGTH, CLASSES, LAYERS = 32, 8, 3
TRAINED, VALIDATED, EPOCHS = 480, 800, 4
_PART, _GAP, _NOISE = 5, 3, 0.35


def train(assignments: Mapping[str, Any]) -> dict[str, float]:
    """Train the network of these hyperparameters.

    Args:
        assignments: ``batch_size``; ``size_1`` to ``size_3``, the convolutions' lengths; ``filters_1`` to
            ``filters_3``; of Adam ``one_minus_beta_1``, ``one_minus_beta_2``, ``decay``, ``epsilon`` and
            ``learning_rate``.

    Returns:
        ``accuracy`` on sequences not trained on; ``multiply_adds`` that one prediction takes.
    """
    sizes = [int(assignments[f"size_{layer}"]) for layer in range(1, LAYERS + 1)]
    filters = [int(assignments[f"filters_{layer}"]) for layer in range(1, LAYERS + 1)]
    inputs, labels = sequences()
    network = Network(sizes, filters)
    adam = Adam(network.weights, assignments)
    rng = np.random.default_rng(2)
    with np.errstate(all="ignore"):  # a training that diverges is one of low accuracy
        for _ in range(EPOCHS):
            for rows in _batches(rng.permutation(TRAINED), int(assignments["batch_size"])):
                adam.step(network.slopes(inputs[rows], labels[rows]))
        predicted = network.scores(inputs[TRAINED:]).argmax(axis=1)
    accuracy = float(np.mean(predicted == labels[TRAINED:]))
    return {"accuracy": accuracy, "multiply_adds": float(multiply_adds(sizes, filters))}


def multiply_adds(sizes: Sequence[int], filters: Sequence[int]) -> int:
    """How many one prediction takes, in the convolutions and the linear layer."""
    length, channels, total = LENGTH, 1, 0
    for size, count in zip(sizes, filters, strict=True):
        total += length * size * channels * count
        length, channels = length // 2, count
    return total + channels * CLASSES


@cache
def sequences() -> tuple[Array, Labels]:
    """Noisy sequences with one of eight motifs each, shape ``(n, LENGTH, 1)``, and which: first those to train on.

    All motifs are made of the same two parts, fixed random walks of five steps: one or the other comes first, and 0, 3,
    6 or 9 steps are between them. A motif stands anywhere, stronger or weaker.
    """
    rng = np.random.default_rng(1)
    count = TRAINED + VALIDATED
    labels = rng.integers(CLASSES, size=count)
    inputs = _NOISE * rng.normal(size=(count, LENGTH))
    motifs = _motifs(rng)
    steps = motifs.shape[1]
    starts = rng.integers(LENGTH - steps, size=count, endpoint=True)
    strengths = rng.uniform(0.7, 1.3, size=(count, 1))
    inputs[np.arange(count)[:, None], starts[:, None] + np.arange(steps)] += strengths * motifs[labels]
    return inputs[:, :, None].astype(np.float32), labels


def _motifs(rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Shape ``(CLASSES, steps)``."""
    parts = rng.normal(size=(2, _PART)).cumsum(axis=1)
    parts -= parts.mean(axis=1, keepdims=True)
    parts /= parts.std(axis=1, keepdims=True)
    motifs = np.zeros((CLASSES, 2 * _PART + _GAP * (CLASSES // 2 - 1)))
    for label, motif in enumerate(motifs):
        second = _PART + _GAP * (label // 2)
        motif[:_PART] = parts[label % 2]
        motif[second : second + _PART] = parts[1 - label % 2]
    return motifs


class Network:
    """Weights, and their slopes by backpropagation.

    Args:
        sizes: Length of each convolution.
        filters: How many of each.
    """

    def __init__(self, sizes: Sequence[int], filters: Sequence[int]) -> None:
        rng = np.random.default_rng(3)
        shapes = zip(sizes, [1, *filters[:-1]], filters, strict=True)
        self._sizes = sizes
        self.weights: list[Array] = []
        for size, channels, count in shapes:
            self.weights += [_drawn(rng, size * channels, count), np.zeros(count, np.float32)]
        self.weights += [_drawn(rng, filters[-1], CLASSES), np.zeros(CLASSES, np.float32)]

    def scores(self, inputs: Array) -> Array:
        """Of each class, shape ``(n, CLASSES)``."""
        return self._forward(inputs)[0]

    def slopes(self, inputs: Array, labels: Labels) -> list[Array]:
        """Of the mean cross-entropy, one array for each of `weights`."""
        scores, passed = self._forward(inputs)
        chances = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        chances[np.arange(len(labels)), labels] -= 1
        back = chances / np.float32(len(labels))
        features, shape = passed[-1]
        slopes = [features.T @ back, back.sum(axis=0)]
        back = np.broadcast_to((back @ self.weights[-2].T)[:, None, :], shape) / np.float32(shape[1])
        for layer in reversed(range(LAYERS)):
            patches, kept = passed[layer]
            n, length, count = kept.shape
            flat = (kept * np.repeat(back, 2, axis=1)).reshape(n * length, count)
            slopes = [patches.T @ flat, flat.sum(axis=0), *slopes]
            if layer:
                back = _folded((flat @ self.weights[2 * layer].T).reshape(n, length, self._sizes[layer], -1))
        return slopes

    def _forward(self, inputs: Array) -> tuple[Array, list[Any]]:
        """Scores; and of each layer its patches and where its output was let through, at last the features."""
        passed: list[Any] = []
        signal = inputs
        for layer, size in enumerate(self._sizes):
            n, length, channels = signal.shape
            before = (size - 1) // 2
            padded = np.zeros((n, length + size - 1, channels), np.float32)
            padded[:, before : before + length] = signal
            windows = sliding_window_view(padded, size, axis=1).transpose(0, 1, 3, 2)
            patches = windows.reshape(n * length, size * channels)
            out = (patches @ self.weights[2 * layer] + self.weights[2 * layer + 1]).reshape(n, length, -1)
            even, odd = out[:, 0::2], out[:, 1::2]
            signal = np.maximum(np.maximum(even, odd), 0)
            kept = np.zeros_like(out)
            kept[:, 0::2] = (even >= odd) & (even > 0)
            kept[:, 1::2] = (odd > even) & (odd > 0)
            passed.append((patches, kept))
        features = signal.mean(axis=1)
        passed.append((features, signal.shape))
        return features @ self.weights[-2] + self.weights[-1], passed


def _folded(patches: Array) -> Array:
    """The slopes of a signal from those of its patches, shape ``(n, length, size, channels)``."""
    n, length, size, channels = patches.shape
    out = np.zeros((n, length + size - 1, channels), np.float32)
    for offset in range(size):
        out[:, offset : offset + length] += patches[:, :, offset]
    before = (size - 1) // 2
    return out[:, before : before + length]


class Adam:
    """The optimizer; changes `weights` in place."""

    def __init__(self, weights: list[Array], assignments: Mapping[str, Any]) -> None:
        self._weights = weights
        self._rate, self._decay = float(assignments["learning_rate"]), float(assignments["decay"])
        self._epsilon = float(assignments["epsilon"])
        self._betas = 1 - float(assignments["one_minus_beta_1"]), 1 - float(assignments["one_minus_beta_2"])
        self._first = [np.zeros_like(w) for w in weights]
        self._second = [np.zeros_like(w) for w in weights]
        self._steps = 0

    def step(self, slopes: list[Array]) -> None:
        """One step against the slopes."""
        self._steps += 1
        one, two = self._betas
        rate = self._rate / (1 + self._decay * (self._steps - 1)) / (1 - one**self._steps)
        root = 1 / np.sqrt(1 - two**self._steps)
        for weight, slope, first, second in zip(self._weights, slopes, self._first, self._second, strict=True):
            first += np.float32(1 - one) * (slope - first)
            second += np.float32(1 - two) * (slope * slope - second)
            weight -= np.float32(rate) * first / (np.float32(root) * np.sqrt(second) + np.float32(self._epsilon))


def _drawn(rng: np.random.Generator, rows: int, columns: int) -> Array:
    """Weights of He et al. (2015)."""
    return (rng.normal(size=(rows, columns)) * np.sqrt(2 / rows)).astype(np.float32)


def _batches(rows: Labels, size: int) -> Iterator[Labels]:
    return (rows[start : start + size] for start in range(0, len(rows), size))
