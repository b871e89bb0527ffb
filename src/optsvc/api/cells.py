"""Cells of a CSV file: what a value looks like in one, such that reading gives the same value again.

A number is written as a number, a text as itself. A text that would be read as something else, is empty, or begins
like a formula (spreadsheets would run it) is written as JSON, in quotes: ``"=1+1"``, ``"007"``. Nothing is lost, and no
spreadsheet takes such a cell for a formula.
"""

import csv
import io
import json
import math
import re
from collections.abc import Iterable

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_NOT_PLAIN = ("=", "+", "-", "@", "\t", "\r", "\n", " ", '"')


def lines(rows: Iterable[Iterable[str]]) -> str:
    """Rows of cells as RFC 4180 writes them."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def of_text(text: str) -> str:
    """The cell of a text in a column that holds nothing else."""
    return json.dumps(text, ensure_ascii=False) if not text or text.startswith(_NOT_PLAIN) else text


def of_value(value: str | float | None) -> str:
    """The cell of a number or a text; empty for nothing."""
    if value is None:
        return ""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False) if _NUMBER.fullmatch(value.strip()) else of_text(value)
    return repr(value)


def text_in(cell: str) -> str:
    """The inverse of `of_text`."""
    if cell.startswith('"'):
        try:
            text = json.loads(cell)
        except (ValueError, RecursionError):
            return cell
        if isinstance(text, str):
            return text
    return cell


def number_in(cell: str) -> int | float:
    """The number in a cell.

    Raises:
        ValueError: It is none, or beyond the range of a double.
    """
    digits = cell.strip()
    if not _NUMBER.fullmatch(digits):
        raise ValueError(f"expected a number, got {cell[:100]!r}")
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"the number {digits[:50]} is too large")
    return int(digits) if digits.lstrip("+-").isdigit() else number


def value_in(cell: str) -> int | float | str:
    """The inverse of `of_value` for a cell that is not empty.

    Raises:
        ValueError: It is a number beyond the range of a double.
    """
    return number_in(cell) if _NUMBER.fullmatch(cell.strip()) else text_in(cell)


def flag_in(cell: str) -> bool:
    """Whether a cell says yes; an empty one says no.

    Raises:
        ValueError: It says neither.
    """
    match cell.strip().lower():
        case "true" | "1":
            return True
        case "false" | "0" | "":
            return False
    raise ValueError(f"expected true or false, got {cell[:100]!r}")
