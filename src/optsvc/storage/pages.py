"""Pages of a list by key: page 1,000 costs what page 1 costs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import InstrumentedAttribute, Session

from optsvc.domain.errors import InvalidRequest

RowT = TypeVar("RowT")
Key = tuple[int | float | str | bool | datetime | None, ...]
"""Where a row stands in a sorted list: the values of the columns sorted by, the id last."""
SortColumn = InstrumentedAttribute[Any] | ColumnElement[Any]
"""A column or an expression that a list is sorted by. It has a value in every row; of JSON, a number or a text."""


@dataclass(frozen=True, slots=True)
class PageQuery:
    """Which part of a list is wanted.

    Args:
        limit: Most rows to return, 0 to 1000.
        before: Only rows whose key is smaller than this one.
        after: Only rows whose key is larger than this one.
        ascending: Smallest key first; newest first otherwise.
    """

    limit: int = 1000
    before: Key | None = None
    after: Key | None = None
    ascending: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[RowT]):
    """A part of a list.

    Args:
        rows: In the order asked for.
        count: Number of all matching rows, not of this page.
        before: Ask for rows before this key to go on downwards; None if there are none.
        after: Ask for rows after this key to go on upwards; None if there are none.
    """

    rows: Sequence[RowT]
    count: int
    before: Key | None
    after: Key | None


def fetch_page(
    session: Session,
    statement: Select[RowT],
    columns: Sequence[SortColumn],
    query: PageQuery,
) -> Page[RowT]:
    """One page of `statement`, sorted by `columns`, of which the last is the unique id.

    Raises:
        InvalidRequest: A marker comes from a list that is sorted by something else.
    """
    count = session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    page = statement.add_columns(*(column.label(f"sort_key_{place}") for place, column in enumerate(columns)))
    if query.before is not None:
        page = page.where(_key(columns) < _bound(columns, query.before))
    if query.after is not None:
        page = page.where(_key(columns) > _bound(columns, query.after))

    # The rows nearest to the marker that is walked away from are wanted, whichever way the page is then shown.
    if query.ascending:
        downwards = query.before is not None and query.after is None
    else:
        downwards = query.before is not None or query.after is None
    order = [column.desc() if downwards else column.asc() for column in columns]
    found = session.execute(page.order_by(*order).limit(query.limit + 1)).all()
    keys: list[Key] = [tuple(_portable(part) for part in row[1:]) for row in found]
    rows, more = [row[0] for row in found[: query.limit]], len(found) > query.limit
    if downwards == query.ascending:
        rows.reverse()

    if not rows and found:  # a limit of 0: where the list begins, and nothing walked
        return Page([], count, query.before, keys[0]) if downwards else Page([], count, keys[0], query.after)
    ends = (keys[len(rows) - 1], keys[0]) if rows else (query.after or query.before,) * 2
    smallest, largest = ends if downwards else ends[::-1]
    if downwards:
        return Page(rows, count, before=smallest if more else None, after=largest)
    return Page(rows, count, before=smallest, after=largest if more else None)


def walk(
    session: Session, statement: Select[RowT], id_column: SortColumn, *, chunk: int = 1000
) -> Iterator[list[RowT]]:
    """All rows of `statement`, smallest id first, in chunks found by key: memory for one chunk, however many."""
    last: Any = None
    while True:
        part = statement if last is None else statement.where(id_column > last)
        found = session.execute(part.add_columns(id_column).order_by(id_column).limit(chunk)).all()
        if found:
            yield [row[0] for row in found]
        if len(found) < chunk:
            return
        last = found[-1][1]
        session.expunge_all()


def _key(columns: Sequence[SortColumn]) -> ColumnElement[Any]:
    return tuple_(*columns)


def _bound(columns: Sequence[SortColumn], key: Key) -> ColumnElement[Any]:
    if len(key) != len(columns) or not all(_fits(part, column) for part, column in zip(key, columns, strict=False)):
        raise InvalidRequest("the paging marker does not belong to this list and sort order")
    return tuple_(*key, types=[column.type for column in columns])


def _fits(part: object, column: SortColumn) -> bool:
    if isinstance(column.type, JSONB):
        return type(part) in (int, float, str)
    return type(part) is column.type.python_type


def _portable(part: Any) -> Any:
    """A part of a key as markers carry it: JSON holds integers of any size."""
    return float(part) if type(part) is int and not -(2**63) <= part < 2**63 else part
