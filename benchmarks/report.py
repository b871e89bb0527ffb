"""From results to Markdown."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from benchmarks.peers import RANDOM
from benchmarks.protocols import BenchmarkProblem
from benchmarks.scores import Array, ranks, record, regret_at, score, share_of_wins
from benchmarks.store import Key, Store
from benchmarks.trial import SECONDS_AT

_CHECKPOINTS = (20, 40, 60, 100)


@dataclass(frozen=True)
class Comparison:
    """Results that compare like with like: only those problems and seeds that all peers have.

    Args:
        names: The peers, as in the store, ours first.
        pairs: Problem and seed.
        budget: How many evaluations each made.
        store: The results.
    """

    names: tuple[str, ...]
    pairs: tuple[tuple[BenchmarkProblem, int], ...]
    budget: int
    store: Store

    @classmethod
    def of(
        cls, store: Store, names: Sequence[str], problems: Sequence[BenchmarkProblem], seeds: Sequence[int], budget: int
    ) -> "Comparison":
        """What `names` have in common."""
        pairs = tuple(
            (problem, seed)
            for problem, seed in product(problems, seeds)
            if all(Key(name, problem.name, seed, budget) in store for name in names)
        )
        return cls(tuple(names), pairs, budget, store)

    @property
    def checkpoints(self) -> tuple[int, ...]:
        """When to look."""
        return tuple(at for at in _CHECKPOINTS if at <= self.budget)

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups of the problems, in their order."""
        return tuple(dict.fromkeys(problem.group for problem, _ in self.pairs))

    @property
    def several_seeds(self) -> bool:
        """Whether some problem has more than one pair: only then is there an interval over seeds."""
        return len({problem.name for problem, _ in self.pairs}) < len(self.pairs)

    def result(self, name: str, problem: BenchmarkProblem, seed: int) -> dict[str, Any]:
        """One peer's result on one pair."""
        return self.store[Key(name, problem.name, seed, self.budget)]

    def regrets(self, evaluation: int, group: str | None = None) -> Array:
        """Shape ``(peers, pairs of the group)``."""
        pairs = [pair for pair in self.pairs if group in (None, pair[0].group)]
        return np.array(
            [[regret_at(self.result(name, *pair)["regret"], evaluation) for pair in pairs] for name in self.names]
        )


def whole_and_part(
    store: Store, names: Sequence[str], problems: Sequence[BenchmarkProblem], seeds: Sequence[int], budget: int
) -> tuple[Comparison, list[Comparison]]:
    """Those that have been run wherever the first has; and the first with each of the others, where both have."""
    first = names[0]
    every = Comparison.of(store, [first], problems, seeds, budget).pairs
    beside = {name: Comparison.of(store, [first, name], problems, seeds, budget) for name in names[1:]}
    whole = [first, *(name for name, comparison in beside.items() if comparison.pairs == every)]
    part = [comparison for name, comparison in beside.items() if name not in whole and comparison.pairs]
    return Comparison.of(store, whole, problems, seeds, budget), part


def report(comparison: Comparison, part: Sequence[Comparison], unmeasured: Sequence[str]) -> str:
    """All tables, one below the other.

    Args:
        comparison: Of those that have been run in full.
        part: The first of them with each of those that have not.
        unmeasured: Who is left out, and why.
    """
    if not comparison.pairs:
        return "Nothing has been run that all of these have in common: " + ", ".join(comparison.names) + "."
    problems = len({problem.name for problem, _ in comparison.pairs})
    parts = [
        f"{problems} problems, {len(comparison.pairs)} pairs of problem and seed, {comparison.budget} evaluations.",
        overall(comparison),
        by_group(comparison),
        uneven(comparison),
        calibration(comparison),
        met_in_part(part),
        *(f"Not measured: {sentence}." for sentence in unmeasured),
    ]
    return "\n\n".join(part for part in parts if part)


def overall(comparison: Comparison) -> str:
    """A line for each peer: scores, rank, pairs won by ours, time."""
    checkpoints = comparison.checkpoints
    header = [
        "optimizer",
        *(f"score at {at}" for at in checkpoints),
        "regret",
        "rank",
        "ours won/tied/lost",
        "won, % (95 %)",
        *(f"s at {at}" for at in SECONDS_AT if at <= comparison.budget),
        "failed, %",
    ]
    scores = [score(comparison.regrets(at)).mean(axis=1) for at in checkpoints]
    last = comparison.regrets(checkpoints[-1])
    rank = ranks(last).mean(axis=1)
    rows = []
    for index, name in enumerate(comparison.names):
        rows.append(
            [
                f"{name} {version(comparison, name)}",
                *(f"{at[index]:.1f}" for at in scores),
                f"{last[index].mean():.2g}",
                f"{rank[index]:.2f}",
                *(_against(comparison, last, index) if index else ("", "")),
                *(seconds(comparison, name, at) for at in SECONDS_AT if at <= comparison.budget),
                f"{_failed(comparison, name):.0f}",
            ]
        )
    return markdown(header, rows)


def met_in_part(part: Sequence[Comparison]) -> str:
    """A line for each of those that have been run on some pairs only: its figures, and the first one's on these."""
    if not part:
        return ""
    first, checkpoints = part[0].names[0], part[0].checkpoints
    header = [
        "optimizer",
        "pairs",
        "problems",
        *(f"score at {at}" for at in checkpoints),
        "regret",
        "ours won/tied/lost",
        "won, % (95 %)",
        f"s at {SECONDS_AT[-1]}",
    ]
    rows = []
    for comparison in part:
        name = comparison.names[1]
        scores = [score(comparison.regrets(at)).mean(axis=1) for at in checkpoints]
        last = comparison.regrets(checkpoints[-1])
        rows.append(
            [
                f"{name} {version(comparison, name)}",
                str(len(comparison.pairs)),
                str(len({problem.name for problem, _ in comparison.pairs})),
                *(f"{its:.1f} / {ours:.1f}" for ours, its in scores),
                "{1:.2g} / {0:.2g}".format(*last.mean(axis=1)),
                *_against(comparison, last, 1),
                " / ".join(seconds(comparison, one, SECONDS_AT[-1]) for one in (name, first)),
            ]
        )
    return f"Run in part; its figures / those of {first} on the same pairs:\n\n" + markdown(header, rows)


def by_group(comparison: Comparison) -> str:
    """Mean regret, and in brackets the mean score, of every peer in every group at every checkpoint."""
    rows = []
    for group, at in product(comparison.groups, comparison.checkpoints):
        regrets = comparison.regrets(at, group)
        pairs = zip(regrets.mean(axis=1), score(regrets).mean(axis=1), strict=True)
        rows.append([group, str(at), *(f"{regret:.2g} ({points:.0f})" for regret, points in pairs)])
    return markdown(["group", "at", *comparison.names], rows)


def uneven(comparison: Comparison) -> str:
    """The groups in which a peer is worse than random search at a checkpoint."""
    if RANDOM not in comparison.names:
        return ""
    lines = []
    random = comparison.names.index(RANDOM)
    for group, at in product(comparison.groups, comparison.checkpoints):
        means = comparison.regrets(at, group).mean(axis=1)
        lines += [
            f"- {name}, {group}, after {at}: {mean:.3g}, random search {means[random]:.3g}"
            for name, mean in zip(comparison.names, means, strict=True)
            if mean > means[random]
        ]
    return "Groups whose mean regret is worse than random search's: " + (
        "\n\n" + "\n".join(lines) if lines else "none."
    )


def calibration(comparison: Comparison) -> str:
    """How often the truth lay in the stored 95 % interval of the prediction, by group and in all."""
    rows = []
    for name in comparison.names:
        sums = [
            np.sum([[r["covered"], r["predicted"]] for r in _of_group(comparison, name, group)], axis=0)
            for group in comparison.groups
        ]
        total = np.sum(sums, axis=0)
        if total[1]:
            shares = (f"{100 * covered / n:.0f}" if n else "" for covered, n in sums)
            rows.append([name, f"{100 * total[0] / total[1]:.1f}", *shares])
    if not rows:
        return ""
    return "Later results inside the 95 % interval of their prediction, %:\n\n" + markdown(
        ["optimizer", "all", *comparison.groups], rows
    )


def _of_group(comparison: Comparison, name: str, group: str) -> list[dict[str, Any]]:
    return [comparison.result(name, *pair) for pair in comparison.pairs if pair[0].group == group]


def _against(comparison: Comparison, regrets: Array, index: int) -> tuple[str, str]:
    problems = np.array([problem.name for problem, _ in comparison.pairs])
    pairs = {name: (regrets[0, problems == name], regrets[index, problems == name]) for name in problems}
    share, low, high = (100 * value for value in share_of_wins(pairs))
    interval = f" ({low:.1f} to {high:.1f})" if comparison.several_seeds else ""
    return "/".join(map(str, record(regrets[0], regrets[index]))), f"{share:.1f}{interval}"


def seconds(comparison: Comparison, name: str, at: int) -> str:
    """Median of what a suggestion took around an evaluation."""
    traces = [comparison.result(name, *pair)["seconds"] for pair in comparison.pairs]
    known = [trace[str(at)] for trace in traces if str(at) in trace]
    return f"{np.median(known):.2g}" if known else ""


def _failed(comparison: Comparison, name: str) -> float:
    """Percentage of failed evaluations, on the problems that can fail."""
    results = [comparison.result(name, *pair) for pair in comparison.pairs if pair[0].group == "failing"]
    made = comparison.budget * (2 if name.endswith("-x2") else 1)
    return 100 * float(np.mean([result["failed"] / made for result in results])) if results else 0.0


def version(comparison: Comparison, name: str) -> str:
    """That of the library; ours is part of the name."""
    versions = {comparison.result(name, *pair)["version"] for pair in comparison.pairs}
    return "" if name.startswith(("ours", "random")) else ", ".join(sorted(versions))


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
