"""Paging markers and the query parameters of a list.

A marker is URL-safe base64 without padding of a protocol-buffers message: field 1, repeated, one sub-message per sort
key, in each exactly one of 1 = double, 2 = int64, 3 = null, 4 = string, 5 = bool, 6 = timestamp (1 = seconds,
2 = nanoseconds). Clients treat it as opaque; programs written for the contract may have stored some.
"""

import base64
import binascii
import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from fastapi import Depends, Query

from optsvc.api.query import Flag
from optsvc.domain.errors import InvalidRequest
from optsvc.storage.pages import Key, PageQuery

_VARINT, _FIXED64, _BYTES = 0, 1, 2
_DOUBLE, _INT, _NULL, _TEXT, _BOOL, _TIME = range(1, 7)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def encode_marker(key: Key) -> str:
    """The marker of a row with this key."""
    message = b"".join(_length_delimited(1, _encode_part(part)) for part in key)
    return base64.urlsafe_b64encode(message).rstrip(b"=").decode()


def decode_marker(marker: str) -> Key:
    """The key in a marker.

    Raises:
        InvalidRequest: It is not one of ours.
    """
    try:
        message = base64.b64decode(marker + "=" * (-len(marker) % 4), altchars=b"-_", validate=True)
        key = tuple(_decode_part(part) for field, part in _fields(message) if field == 1 and isinstance(part, bytes))
    except (ValueError, binascii.Error, struct.error, OverflowError) as error:
        raise InvalidRequest(
            f"the paging marker {marker[:50]!r} is not valid: take it from the paging of a list"
        ) from error
    if not key:
        raise InvalidRequest("the paging marker is empty: take it from the paging of a list")
    return key


def page_query(
    limit: Annotated[int, Query(ge=0, le=1000, description="Most entries to return.")] = 1000,
    before: Annotated[str | None, Query(description="Only entries before this marker, from `paging.before`.")] = None,
    after: Annotated[str | None, Query(description="Only entries after this marker, from `paging.after`.")] = None,
    ascending: Annotated[Flag, Query(description="Smallest sort key first; newest first otherwise.")] = False,
) -> PageQuery:
    """The part of a list that a request asks for."""
    return PageQuery(
        limit=limit,
        before=None if before is None else decode_marker(before),
        after=None if after is None else decode_marker(after),
        ascending=ascending,
    )


PageQueryDep = Annotated[PageQuery, Depends(page_query)]


def _encode_part(part: object) -> bytes:
    match part:
        case None:
            return _tag(_NULL, _VARINT) + _varint(0)
        case bool():
            return _tag(_BOOL, _VARINT) + _varint(int(part))
        case int():
            return _tag(_INT, _VARINT) + _varint(part % 2**64)
        case float():
            return _tag(_DOUBLE, _FIXED64) + struct.pack("<d", part)
        case str():
            return _length_delimited(_TEXT, part.encode())
        case datetime():
            since = part - _EPOCH
            seconds, nanos = (
                since // timedelta(seconds=1),
                since % timedelta(seconds=1) // timedelta(microseconds=1) * 1000,
            )
            return _length_delimited(
                _TIME, _tag(1, _VARINT) + _varint(seconds % 2**64) + _tag(2, _VARINT) + _varint(nanos)
            )
        case _:
            raise TypeError(f"cannot sort by {type(part).__name__}")


def _decode_part(message: bytes) -> int | float | str | bool | datetime | None:
    [(field, value)] = _fields(message)
    match field, value:
        case (1, float()):
            return value
        case (2, int()):
            return value - 2**64 if value >= 2**63 else value
        case (3, int()):
            return None
        case (4, bytes()):
            return value.decode()
        case (5, int()):
            return bool(value)
        case (6, bytes()):
            parts = dict(_fields(value))
            seconds, nanos = parts.get(1, 0), parts.get(2, 0)
            if isinstance(seconds, int) and isinstance(nanos, int):
                return _EPOCH + timedelta(seconds=seconds, microseconds=nanos // 1000)
    raise ValueError("unknown kind of sort key")


def _tag(field: int, wire_type: int) -> bytes:
    return _varint(field << 3 | wire_type)


def _length_delimited(field: int, content: bytes) -> bytes:
    return _tag(field, _BYTES) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _fields(message: bytes) -> Iterator[tuple[int, int | float | bytes]]:
    """The fields of a message, in order."""
    position = 0

    def take(length: int) -> bytes:
        nonlocal position
        chunk = message[position : position + length]
        if len(chunk) < length:
            raise ValueError("the message ends too early")
        position += length
        return chunk

    def varint() -> int:
        value = shift = 0
        while True:
            [byte] = take(1)
            value |= (byte & 0x7F) << shift
            shift += 7
            if value >= 2**64:
                raise ValueError("a number is too large")
            if byte < 0x80:
                return value
            if shift > 63:
                raise ValueError("a number is too long")

    while position < len(message):
        tag = varint()
        match tag & 7:
            case 0:
                yield tag >> 3, varint()
            case 1:
                yield tag >> 3, struct.unpack("<d", take(8))[0]
            case 2:
                yield tag >> 3, take(varint())
            case other:
                raise ValueError(f"unknown wire type {other}")
