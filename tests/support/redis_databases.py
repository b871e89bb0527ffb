"""Databases of one Redis."""

from urllib.parse import parse_qsl, urlencode

from redis.connection import parse_url


def beside(url: str, steps: int) -> str:
    """The address of the database so many numbers after this one."""
    address, _, options = url.partition("?")
    number = parse_url(url).get("db", 0) + steps
    return f"{address}?{urlencode(dict(parse_qsl(options)) | {'db': number})}"
