"""From results with several metrics to Markdown: a table for each group, and one of its problems."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.campaign import Plan
from benchmarks.peers import PEERS, RANDOM
from benchmarks.report import Comparison, markdown, seconds, version, whole_and_part
from benchmarks.scores import Array, mean_difference
from benchmarks.store import Store
from benchmarks.trial import SECONDS_AT


@dataclass(frozen=True)
class _Kind:
    """How a group is told of.

    Args:
        title: What its figures are, and which are better.
        shown: The figure, of a regret.
        fill: Whether there are fill distances.
    """

    title: str
    shown: Callable[[Array], Array] = lambda regret: 1 - regret
    fill: bool = False


_HYPERVOLUME = _Kind("hypervolume as a share of the reference front's; more is better")
_KINDS = {
    "constrained": _Kind("regret of the best feasible point; less is better", shown=np.asarray),
    "coverage": _Kind("share of the feasible set near an evaluated feasible point; more is better", fill=True),
    "multisolution": _Kind("share of the known optima found; more is better"),
}


def report(plan: Plan, store: Store, names: Sequence[str], unmeasured: Sequence[str]) -> str:
    """All tables, one below the other; `unmeasured` says who is left out everywhere and why."""
    groups = compared(plan, store, names)
    if not groups:
        return "Nothing has been run that these have in common: " + ", ".join(names) + "."
    parts = [part for comparison, incomplete in groups for part in _group(comparison, incomplete)]
    lacking = [
        f"- {peer.name}: knows no {', no '.join(sorted(peer.lacks))}"
        for peer in PEERS
        if peer.name in names and peer.lacks
    ]
    if lacking:
        parts.append("Left out of problems that need it:\n\n" + "\n".join(lacking))
    parts += [f"Not measured: {sentence}." for sentence in unmeasured]
    return "\n\n".join(parts)


def compared(plan: Plan, store: Store, names: Sequence[str]) -> list[tuple[Comparison, list[Comparison]]]:
    """For each group what `whole_and_part` says, of those that have been measured in it."""
    out = []
    for group in dict.fromkeys(problem.group for problem in plan.problems):
        problems = [problem for problem in plan.problems if problem.group == group]
        own = {problem.name for problem in problems}
        here = [n for n in names if any(key.peer == n and key.problem in own for key in store)]
        if here:
            comparison, part = whole_and_part(store, here, problems, plan.seeds, plan.budget)
            out += [(comparison, part)] if comparison.pairs else []
    return out


def _group(comparison: Comparison, incomplete: Sequence[Comparison]) -> list[str]:
    (group,) = comparison.groups
    kind = _KINDS.get(group, _HYPERVOLUME)
    problems = len({problem.name for problem, _ in comparison.pairs})
    head = f"### {group}\n\n{problems} problems, {len(comparison.pairs)} pairs of problem and seed: {kind.title}."
    parts = [head, _summary(comparison, kind), _by_problem(comparison, kind), *_behind(comparison)]
    parts += _met_in_part(incomplete, kind)
    broken = {name: sum("broken" in result for result in _results(comparison, name)) for name in comparison.names}
    parts += [
        f"{name} broke down on {count} of the pairs; what it had found by then counts."
        for name, count in broken.items()
        if count
    ]
    return parts


def _summary(comparison: Comparison, kind: _Kind) -> str:
    baseline, checkpoints = comparison.names[0], comparison.checkpoints
    timed = [at for at in SECONDS_AT if at <= comparison.budget]
    header = [
        "optimizer",
        *(f"at {at}" for at in checkpoints),
        f"minus {baseline} at {checkpoints[-1]} (95 %)",
        "feasible, %",
        *(["fill distance"] if kind.fill else []),
        *(f"s at {at}" for at in timed),
    ]
    at_checkpoints = [kind.shown(comparison.regrets(at)) for at in checkpoints]
    rows = []
    for index, name in enumerate(comparison.names):
        results = _results(comparison, name)
        fills = [result["fill"][str(checkpoints[-1])] for result in results] if kind.fill else []
        rows.append(
            [
                f"{name} {version(comparison, name)}".strip(),
                *(f"{figures[index].mean():.3f}" for figures in at_checkpoints),
                _difference(comparison, at_checkpoints[-1], index) if index else "",
                f"{100 * np.mean([result['feasible'] for result in results]):.0f}",
                *([f"{np.mean(fills):.3f}"] if kind.fill else []),
                *(seconds(comparison, name, at) for at in timed),
            ]
        )
    return markdown(header, rows)


def _by_problem(comparison: Comparison, kind: _Kind) -> str:
    figures = kind.shown(comparison.regrets(comparison.checkpoints[-1]))
    of_pair = _problems(comparison)
    rows = [
        [name, *(f"{value:.3f}" for value in figures[:, of_pair == name].mean(axis=1))]
        for name in dict.fromkeys(of_pair.tolist())
    ]
    return markdown([f"at {comparison.checkpoints[-1]}", *comparison.names], rows)


def _met_in_part(part: Sequence[Comparison], kind: _Kind) -> list[str]:
    """Those that have been run on some of the pairs only: their figures, and the first one's on these."""
    if not part:
        return []
    baseline, checkpoints = part[0].names[0], part[0].checkpoints
    header = [
        "optimizer",
        "pairs",
        *(f"at {at}" for at in checkpoints),
        f"minus {baseline} at {checkpoints[-1]} (95 %)",
        f"s at {SECONDS_AT[-1]}",
    ]
    rows = []
    for comparison in part:
        name = comparison.names[1]
        figures = [kind.shown(comparison.regrets(at)) for at in checkpoints]
        rows.append(
            [
                f"{name} {version(comparison, name)}".strip(),
                str(len(comparison.pairs)),
                *("{1:.3f} / {0:.3f}".format(*both.mean(axis=1)) for both in figures),
                _difference(comparison, figures[-1], 1),
                " / ".join(seconds(comparison, one, SECONDS_AT[-1]) for one in (name, baseline)),
            ]
        )
    return [f"Run in part; its figures / those of {baseline} on the same pairs:\n\n" + markdown(header, rows)]


def _behind(comparison: Comparison) -> list[str]:
    """Who is worse than random search in the mean, and when."""
    if RANDOM not in comparison.names:
        return []
    random = comparison.names.index(RANDOM)
    behind: dict[str, list[str]] = {}
    for at in comparison.checkpoints:
        means = comparison.regrets(at).mean(axis=1)
        for name, mean in zip(comparison.names, means, strict=True):
            if mean > means[random]:
                behind.setdefault(name, []).append(str(at))
    lines = "; ".join(f"{name} after {', '.join(at)}" for name, at in behind.items())
    return [f"Worse than random search: {lines or 'none'}."]


def _difference(comparison: Comparison, figures: Array, index: int) -> str:
    of_pair = _problems(comparison)
    differences = {name: (figures[index] - figures[0])[of_pair == name] for name in of_pair.tolist()}
    mean, low, high = mean_difference(differences)
    # One seed of each problem says nothing of the others.
    return f"{mean:+.3f}" + (f" ({low:+.3f} to {high:+.3f})" if comparison.several_seeds else "")


def _problems(comparison: Comparison) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    return np.array([problem.name for problem, _ in comparison.pairs])


def _results(comparison: Comparison, name: str) -> list[dict[str, object]]:
    return [comparison.result(name, *pair) for pair in comparison.pairs]
