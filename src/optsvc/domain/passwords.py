"""What a password may be. Length is what counts; rules about kinds of characters make passwords worse, not better."""

import unicodedata

from optsvc.domain.errors import InvalidRequest

SHORTEST = 8
LONGEST = 1024


def normalized(password: str) -> str:
    """The same text however a keyboard composes its letters."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, email: str | None) -> None:
    """Refuse a new password that anybody would guess, or that is too long to be one. It is never repeated.

    Raises:
        InvalidRequest: It breaks a rule.
    """
    length = len(normalized(password))
    if not SHORTEST <= length <= LONGEST:
        raise InvalidRequest(f"a password has {SHORTEST} to {LONGEST} characters, this one has {length}")
    if email is not None and password.strip().lower() == email.lower():
        raise InvalidRequest("a password must not be the e-mail address")
