"""Every error that we raise on purpose, in one tree.

::

    OptsvcError
    ├── InvalidRequest            400  something in the request is wrong; the message names the field
    │   ├── InvalidExperiment          a search space, metric or budget that cannot be
    │   ├── InvalidAssignments         values that do not fit the search space
    │   ├── InvalidObservation         a result that contradicts itself or its experiment
    │   └── InvalidFile                rows of a file that cannot be imported
    ├── Unauthorized              401  no token
    ├── Forbidden                 403  the token lacks the right
    │   └── WrongPassword              or the password is not this user's, or there is no such user
    ├── NotFound                  404  not there, or not visible to this caller: the two look the same
    ├── Conflict                  409  the name or key is taken
    ├── Unprocessable             422  well-formed, but cannot be done now
    └── TooManyRequests           429  more than may be sent in some time

The HTTP status is a fact about the error, so it stands on the class; only the API reads it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


class OptsvcError(Exception):
    """Base of the tree. ``str(error)`` is a sentence for people: what is wrong, with the value, and what to do."""

    status: ClassVar[int] = 500


class InvalidRequest(OptsvcError):
    """Something in the request is wrong."""

    status = 400


class InvalidExperiment(InvalidRequest):
    """The description of an experiment contradicts itself or a limit."""


class InvalidAssignments(InvalidRequest):
    """Assignments do not fit the search space."""


class InvalidObservation(InvalidRequest):
    """A reported result contradicts itself or its experiment."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row of a file.

    Args:
        line: Where the row begins, from 1.
        column: The column that is wrong; None if the row as a whole is.
        message: Which rule is broken, by what.
    """

    line: int
    column: str | None
    message: str


class InvalidFile(InvalidRequest):
    """Rows of a file cannot be imported.

    Args:
        message: How many, and the first of them.
        faults: The first faults, in the order of the file.
    """

    def __init__(self, message: str, faults: Sequence[Fault] = ()) -> None:
        super().__init__(message)
        self.faults = faults


class Unauthorized(OptsvcError):
    """The request carries no token."""

    status = 401


class Forbidden(OptsvcError):
    """The token is unknown, expired or lacks the right.

    Args:
        message: What is refused.
        token_status: ``"revoked"``, ``"expired"`` or ``"invalid_permissions"``; shown beside the message.
    """

    status = 403

    def __init__(self, message: str, token_status: str | None = None) -> None:
        super().__init__(message)
        self.token_status = token_status


class WrongPassword(Forbidden):
    """A password is not this user's, or there is no such user: the caller is not told which.

    Args:
        user_id: Whose it should have been; for the audit log.
    """

    def __init__(self, user_id: int | None) -> None:
        super().__init__("the e-mail address or the password is wrong")
        self.user_id = user_id


class NotFound(OptsvcError):
    """There is no such object, or this caller may not know that there is."""

    status = 404


class Conflict(OptsvcError):
    """A name or key is already taken."""

    status = 409


class TooManyRequests(OptsvcError):
    """More was sent than may be in some time.

    Args:
        message: What the limit is.
        retry_after_s: When to try again.
    """

    status = 429

    def __init__(self, message: str, retry_after_s: int = 1) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Unprocessable(OptsvcError):
    """The request is well-formed but cannot be carried out in the present state."""

    status = 422
