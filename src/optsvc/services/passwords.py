"""Password hashes: Argon2id with the parameters that OWASP recommends, 19 MiB and two passes for each hash."""

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from optsvc.domain.passwords import normalized

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hashed(password: str) -> str:
    """What is stored of a password."""
    return _HASHER.hash(normalized(password))


def fits(stored: str | None, password: str) -> bool:
    """Whether this is the password; takes as long to say no where none is stored."""
    try:
        return _HASHER.verify(stored or _nobodys(), normalized(password)) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def outdated(stored: str) -> bool:
    """Whether it was hashed with other parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


def generated() -> str:
    """A password that nobody guesses."""
    return secrets.token_urlsafe(15)


@cache
def _nobodys() -> str:
    """A hash of nobody's password: verifying it hides whether there was another one to verify."""
    return hashed(secrets.token_urlsafe())
