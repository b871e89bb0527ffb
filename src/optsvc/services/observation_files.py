"""Observations in bulk: all of an experiment to read, and files of past results to take in."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from optsvc.domain.errors import Conflict, Fault, InvalidFile, InvalidRequest, OptsvcError
from optsvc.domain.experiment import Definition
from optsvc.services import access, observations
from optsvc.services.access import Caller
from optsvc.services.observations import Report
from optsvc.services.suggestions import refuse_outside_runs
from optsvc.storage.definitions import definition_of
from optsvc.storage.models import Experiment, Observation
from optsvc.storage.observations import ObservationRepository
from optsvc.storage.suggestions import SuggestionRepository

MOST_ROWS = 100_000
MOST_FAULTS = 20
_FAULTS_IN_MESSAGE = 3
_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a file that holds a result.

    Args:
        number: Where it begins, from 1.
        report: The result.
    """

    number: int
    report: Report


@dataclass(slots=True)
class Tally:
    """What a file held: how many observations, how many of them failed."""

    observations: int = 0
    failed: int = 0


def check(session: Session, caller: Caller, experiment_id: int) -> None:
    """Refuse whoever may not read an experiment's observations.

    Raises:
        NotFound, Forbidden: As in `access.experiment`.
    """
    access.experiment(session, caller, experiment_id)


def all_of(
    session: Session, experiment_id: int, *, with_keys: bool
) -> tuple[Definition, Iterator[Sequence[Observation]], Sequence[str]]:
    """What an experiment asks for, its observations, oldest first, in chunks, and the keys of their metadata if wanted.

    For a caller who has passed `check`.
    """
    experiment = session.get_one(Experiment, experiment_id)
    repository = ObservationRepository(session, experiment)
    return definition_of(experiment), repository.walk(), repository.metadata_keys() if with_keys else ()


def take_in(
    session: Session,
    caller: Caller,
    experiment_id: int,
    read: Callable[[Definition], Iterator[Line | Fault]],
    *,
    compute: bool = True,
    store: bool = True,
) -> Tally:
    """Store the results in a file, all or none, in its order; have the next suggestion computed.

    A large file takes its time. The experiment is held only at the end, so that whoever asks for a suggestion meanwhile
    need not wait.

    Args:
        session: The transaction to work in.
        caller: Who brings them.
        experiment_id: The experiment.
        read: Reads the file, knowing what the experiment asks for.
        compute: Whether to compute the next suggestion from them now.
        store: Whether to store them, or only to check the file.

    Raises:
        NotFound, Forbidden: As in `observations.create`.
        InvalidRequest: The experiment is deleted, or there are no rows, or too many.
        InvalidFile: Rows are wrong.
        Conflict: The experiment was redefined in the meantime.
    """
    experiment = access.experiment(session, caller, experiment_id)
    access.refuse_deleted(experiment)
    refuse_outside_runs(experiment, for_run=False)
    definition = definition_of(experiment)
    tally, fault_count, closing = Tally(), 0, set[int]()
    faults: list[Fault] = []
    for chunk in _chunks(read(definition)):
        lines = [line for line in chunk if isinstance(line, Line)]
        rows, refused = _described(session, experiment, definition, lines)
        found = sorted(
            [*refused, *(fault for fault in chunk if isinstance(fault, Fault))], key=lambda fault: fault.line
        )
        fault_count += len(found)
        faults += found[: MOST_FAULTS - len(faults)]
        tally.observations += len(rows)
        tally.failed += sum(row.failed for row in rows)
        if tally.observations + fault_count > MOST_ROWS:
            raise InvalidRequest(f"a file has at most {MOST_ROWS} observations: divide this one")
        if store and not fault_count:
            closing.update(row.suggestion_id for row in rows if row.suggestion_id is not None)
            session.add_all(rows)
            session.flush()
    if fault_count:
        raise _refusal(faults, fault_count, tally.observations + fault_count)
    if not tally.observations:
        raise InvalidRequest("the file holds no observations")
    if store:
        _settle(session, caller, experiment, definition, closing, compute=compute)
    return tally


def _chunks(found: Iterator[Line | Fault]) -> Iterator[list[Line | Fault]]:
    chunk = []
    for line in found:
        chunk.append(line)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _described(
    session: Session, experiment: Experiment, definition: Definition, lines: Sequence[Line]
) -> tuple[list[Observation], list[Fault]]:
    """The observations that these lines describe, and what is wrong with the others."""
    suggestions = observations.suggestions_of(session, experiment, [line.report for line in lines])
    rows, faults = [], []
    for line in lines:
        try:
            rows.append(observations.described(experiment, definition, line.report, suggestions))
        except OptsvcError as error:
            faults.append(Fault(line.number, None, str(error)))
    return rows, faults


def _settle(
    session: Session, caller: Caller, seen: Experiment, definition: Definition, closing: set[int], *, compute: bool
) -> None:
    """Now that everything is written, hold the experiment, close the suggestions, and let it be known."""
    experiment = access.active_experiment(session, caller, seen.id)
    if definition_of(experiment) != definition:
        raise Conflict(f"experiment {experiment.id} was changed while the file was read, nothing was stored: try again")
    SuggestionRepository(session, experiment).close(closing)
    observations.moved_on(session, experiment, compute=compute)
    session.flush()


def _refusal(faults: Sequence[Fault], fault_count: int, row_count: int) -> InvalidFile:
    first = "; ".join(f"line {fault.line}: {fault.message[:200]}" for fault in faults[:_FAULTS_IN_MESSAGE])
    more = f"; and {fault_count - _FAULTS_IN_MESSAGE} more" if fault_count > _FAULTS_IN_MESSAGE else ""
    return InvalidFile(f"{fault_count} of {row_count} rows are wrong, nothing was stored: {first}{more}", faults)
