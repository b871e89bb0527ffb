"""Asking for a chart: drawn at once from what is there, or word that an analysis must be waited for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from optsvc.domain.errors import Unprocessable
from optsvc.domain.experiment import Definition
from optsvc.plots.theme import THEMES
from optsvc.services import access
from optsvc.services.access import Caller
from optsvc.services.analyses import asking
from optsvc.services.analyses.asking import Answer, Wait
from optsvc.services.analyses.catalog import KINDS
from optsvc.services.plots.catalog import PLOTS
from optsvc.services.plots.kind import Material, Needs, PlotKind
from optsvc.services.plots.options import PlotOptions
from optsvc.storage.definitions import definition_of
from optsvc.storage.models import Experiment
from optsvc.storage.observations import ObservationRepository


@dataclass(frozen=True, slots=True)
class Plot:
    """A chart as it was drawn.

    Args:
        experiment_id: Of which experiment.
        kind: Its kind.
        options: All of its options, as the experiment fills them in.
        title: Its heading.
        description: What is to be seen in it, in sentences.
        fresh: Whether all of it is from the present data.
        data_version: Of the present data.
        observation_count: How many observations there are.
        pending: The analyses that would add to it and are not there yet, or from older data: the workers were asked.
        figure: ``data`` and ``layout``.
    """

    experiment_id: int
    kind: str
    options: Mapping[str, Any]
    title: str
    description: str
    fresh: bool
    data_version: int
    observation_count: int
    pending: Sequence[str]
    figure: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Listed:
    """A kind, and what is in the way of it in an experiment; None if nothing is."""

    kind: PlotKind
    why_not: str | None


def take(
    session: Session,
    caller: Caller,
    experiment_id: int,
    kind: PlotKind,
    given: PlotOptions,
    *,
    min_version: int | None = None,
    stale: bool = False,
    complete: bool = False,
) -> Plot | Wait:
    """A chart, or word that what it is drawn from must be waited for; then the workers are asked at the commit.

    Args:
        session: The transaction to work in.
        caller: Who asks.
        experiment_id: The experiment.
        kind: Which chart.
        given: With which options.
        min_version: What an earlier `Wait` of the same request said.
        stale: Whether analyses of older data will do.
        complete: Whether to wait for what only adds to it, too.

    Raises:
        NotFound: The experiment is not there or not visible.
        InvalidRequest: An option does not fit the experiment.
        Unprocessable: It cannot be had of such an experiment, or not from the present data.
    """
    experiment = access.experiment(session, caller, experiment_id)
    definition = definition_of(experiment)
    why_not = _why_not(experiment, kind, definition)
    if why_not is not None:
        raise Unprocessable(f"no plot {kind.name} of experiment {experiment_id}: {why_not}")
    options = given.filled_in(definition)
    needs, wishes = kind.needs(definition, options), kind.wishes(definition, options)
    answers, pending = _asked(
        session, caller, experiment_id, needs, wishes, min_version=min_version, stale=stale, complete=complete
    )
    if needs.keys() - answers.keys() or (complete and pending):
        return Wait(experiment.data_version if min_version is None else min_version)
    material = Material(session, experiment, definition, {name: one.result for name, one in answers.items()})
    figure = kind.draw(material, options, THEMES[options.theme])
    return Plot(
        experiment_id=experiment_id,
        kind=kind.name,
        options=options.canonical(),
        title=figure.title,
        description=figure.description,
        fresh=all(answer.fresh for answer in answers.values()),
        data_version=experiment.data_version,
        observation_count=ObservationRepository(session, experiment).count(),
        pending=pending,
        figure=figure.to_dict(THEMES[options.theme]),
    )


def listing(session: Session, caller: Caller, experiment_id: int) -> list[Listed]:
    """All kinds, and what is in the way of each.

    Raises:
        NotFound: The experiment is not there or not visible.
    """
    experiment = access.experiment(session, caller, experiment_id)
    definition = definition_of(experiment)
    return [Listed(kind, _why_not(experiment, kind, definition)) for kind in PLOTS.values()]


def _asked(
    session: Session,
    caller: Caller,
    experiment_id: int,
    needs: Needs,
    wishes: Needs,
    *,
    min_version: int | None,
    stale: bool,
    complete: bool,
) -> tuple[dict[str, Answer], list[str]]:
    """The analyses that are there, by their kinds, and the kinds of those that the workers were asked for.

    Of those that only add to a chart, older data do meanwhile, so that it does not change its looks with every result.
    """
    answers, pending = {}, []
    for name, options in {**needs, **wishes}.items():
        older_do = stale or (name in wishes and not complete)
        try:
            found = asking.take(
                session, caller, experiment_id, KINDS[name], options, min_version=min_version, stale=older_do
            )
        except Unprocessable:
            if name in needs:
                raise
            continue
        if isinstance(found, Answer):
            answers[name] = found
        if isinstance(found, Wait) or not (found.fresh or stale or complete):
            pending.append(name)
    return answers, pending


def _why_not(experiment: Experiment, kind: PlotKind, definition: Definition) -> str | None:
    """What is in the way, whatever was observed."""
    if experiment.development and kind.computed:
        return "nothing is computed for a development experiment"
    return kind.why_not(definition)
