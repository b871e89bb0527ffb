"""Rights: what the holder of a token may do with a thing. Rules only; the facts come from the database."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Right(IntEnum):
    """What may be done in a client; each includes the ones before it."""

    READ = 1
    WRITE = 2
    ADMIN = 3
    OWNER = 4


class TokenKind(StrEnum):
    """What a token is for."""

    API = "client-api"
    """The normal one of programs: one client, in the name of one user."""
    DEVELOPMENT = "client-dev"
    """As above, for tests: makes and sees only development experiments."""
    USER = "user"
    """A sign-in: all clients of the user."""
    GUEST = "guest"
    """A share link: reads one experiment or one run."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What an endpoint needs of its caller.

    Args:
        right: In the client whose thing is addressed.
        development: Whether development tokens may call it.
        guest: Whether guest tokens may.
        user: Whether the token must have a user.
        sign_in: Whether the token must be a sign-in.
        anybody: Whether it may be called without signing in; then nothing else counts.
    """

    right: Right
    development: bool = False
    guest: bool = False
    user: bool = False
    sign_in: bool = False
    anybody: bool = False
