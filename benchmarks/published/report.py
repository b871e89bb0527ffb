"""From results to Markdown and pictures; only seeds that all optimizers have finished count."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.peers import OURS
from benchmarks.published.experiment import Evaluation, Published
from benchmarks.published.measures import beside, front, successes
from benchmarks.published.optimizers import OPTIMIZERS
from benchmarks.published.pictures import Runs, draw
from benchmarks.published.runs import RANDOM, Run
from benchmarks.store import versioned

_PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "published-experiments.md"


def report(folder: Path, experiments: Sequence[Published], seeds: Sequence[int], *, engine: str, write: bool) -> None:
    """Print all tables, ours of a version of the engine; with `write`, put them and their pictures into the page."""
    ours = versioned(OURS)
    names = [versioned(OURS, engine), *(name for name in OPTIMIZERS if name not in {ours, RANDOM}), RANDOM]
    page = _PAGE.read_text()
    for experiment in experiments:
        finished = [seed for seed in seeds if all(Run(folder, experiment, name, seed).finished for name in names)]
        if not finished:
            print(f"{experiment.name}: no seed has been finished by all.")
            continue
        runs = {name: [Run(folder, experiment, name, seed).evaluations() for seed in finished] for name in names}
        text = tables(experiment, runs)
        print(text)
        if write:
            begin, end = f"<!-- {experiment.name}: begin -->", f"<!-- {experiment.name}: end -->"
            page = re.sub(f"{begin}.*{end}", f"{begin}\n{text}\n{end}", page, flags=re.DOTALL)
            draw(experiment, runs, _PAGE.parent / f"published-{experiment.name}.svg")
    if write:
        _PAGE.write_text(page)


def tables(experiment: Published, runs: Runs) -> str:
    """Each optimizer beside random search, and what each found at its end."""
    seeds = len(runs[RANDOM])
    return "\n\n".join(
        [
            f"Seeds: {seeds}. Of several, the mean, and the least and the greatest in brackets.",
            _compared(experiment, runs),
            _found(experiment, runs),
        ]
    )


def _compared(experiment: Published, runs: Runs) -> str:
    header = ["optimizer", "evaluations", "of random search", "combined front", "its share, %", "random's, %"]
    rows = []
    for made, at_random in experiment.compared:
        for name in runs:
            pairs = [
                beside(experiment, run[:made], other[:at_random])
                for run, other in zip(runs[name], runs[RANDOM], strict=True)
            ]
            rows.append(
                [
                    name,
                    f"{made:,}",
                    f"{at_random:,}",
                    _spread((pair.points for pair in pairs), 0),
                    _spread((100 * pair.share for pair in pairs), 1),
                    _spread((100 * pair.other_share for pair in pairs), 1),
                    _spread((pair.ratio for pair in pairs), 3),
                ]
            )
    return _markdown([*header, "hypervolume ratio"], rows)


def _found(experiment: Published, runs: Runs) -> str:
    rows = []
    for name in runs:
        gains = [successes(experiment, run) for run in runs[name]]
        rows.append(
            [
                name,
                f"{len(runs[name][0]):,}",
                _spread((len(front(found)) for found in gains), 0),
                _spread((100 * max(first for first, _ in found) for found in gains), 2),
                _spread((100 * (1 - _failed(run)) for run in runs[name]), 1),
            ]
        )
    best = f"best {experiment.metrics[0].name}, %"
    return _markdown(["optimizer", "evaluations", "points on its own front", best, "succeeded, %"], rows)


def _failed(run: Sequence[Evaluation]) -> float:
    return sum(evaluation.failed for evaluation in run) / len(run)


def _spread(numbers: Iterable[float], digits: int) -> str:
    found = list(numbers)
    mean = f"{sum(found) / len(found):.{digits}f}"
    return mean if len(found) == 1 else f"{mean} ({min(found):.{digits}f} to {max(found):.{digits}f})"


def _markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
