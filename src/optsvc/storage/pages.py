"""Pages of a list by key: page 1,000 costs what page 1 costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from optsvc.domain.errors import InvalidRequest

RowT = TypeVar("RowT")
Key = tuple[int | float | str | bool | datetime | None, ...]
"""Where a row stands in a sorted list: the values of the columns sorted by, the id last."""


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
    columns: Sequence[InstrumentedAttribute[Any]],
    query: PageQuery,
) -> Page[RowT]:
    """One page of `statement`, sorted by `columns`, of which the last is the unique id.

    Raises:
        InvalidRequest: A marker comes from a list that is sorted by something else.
    """
    count = session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    page = statement
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
    found = session.scalars(page.order_by(*order).limit(query.limit + 1)).all()
    rows, more = list(found[: query.limit]), len(found) > query.limit
    if downwards == query.ascending:
        rows.reverse()

    if not rows and found:  # a limit of 0: where the list begins, and nothing walked
        edge = _key_of(found[0], columns)
        return Page([], count, query.before, edge) if downwards else Page([], count, edge, query.after)
    keys = [_key_of(row, columns) for row in rows]
    smallest, largest = (min(keys), max(keys)) if keys else (query.after or query.before,) * 2
    if downwards:
        return Page(rows, count, before=smallest if more else None, after=largest)
    return Page(rows, count, before=smallest, after=largest if more else None)


def _key(columns: Sequence[InstrumentedAttribute[Any]]) -> ColumnElement[Any]:
    return tuple_(*columns)


def _bound(columns: Sequence[InstrumentedAttribute[Any]], key: Key) -> ColumnElement[Any]:
    types = [column.type.python_type for column in columns]
    if len(key) != len(columns) or not all(type(part) is kind for part, kind in zip(key, types, strict=False)):
        raise InvalidRequest("the paging marker does not belong to this list and sort order")
    return tuple_(*key, types=[column.type for column in columns])


def _key_of(row: object, columns: Sequence[InstrumentedAttribute[Any]]) -> Key:
    return tuple(getattr(row, column.key) for column in columns)
