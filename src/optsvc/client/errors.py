"""Every error that the client raises on purpose, in one tree.

::

    OptsvcClientError
    ├── UsageError                     found before anything was sent; a ValueError too
    ├── ConnectionFailed               no answer at all, after all retries
    └── ApiError(status, message)      the service refused; `message` is its own sentence
        ├── NotReady              202  still being computed, after all the waiting
        ├── BadRequest            400  something in the request is wrong
        ├── Unauthorized          401  no token
        ├── Forbidden             403  the token is unknown, expired or lacks the right
        ├── NotFound              404  not there, or not visible to this token
        ├── Conflict              409  a name or key is already taken
        ├── Unprocessable         422  well-formed, but cannot be done now
        ├── RateLimited           429  too many requests, still after all retries
        └── ServerError           5xx  the service, or a proxy before it, failed
"""


class OptsvcClientError(Exception):
    """Base of the tree."""


class UsageError(OptsvcClientError, ValueError):
    """The client was called in a way that cannot work; nothing was sent."""


class ConnectionFailed(OptsvcClientError):
    """The service could not be reached, or did not answer in time."""


class ApiError(OptsvcClientError):
    """The service answered, but not with a success.

    Args:
        status: The HTTP status.
        message: What the service says is wrong.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(status, message)
        self.status = status
        self.message = message

    def __str__(self) -> str:
        return f"{self.message} (HTTP {self.status})"


class NotReady(ApiError):
    """What was asked for is still being computed; the same question gets it later."""


class BadRequest(ApiError):
    """Something in the request is wrong; the message names it."""


class Unauthorized(ApiError):
    """The request carried no token."""


class Forbidden(ApiError):
    """The token is unknown, expired or lacks the right."""


class NotFound(ApiError):
    """There is no such object, or this token may not see it: the two look the same."""


class Conflict(ApiError):
    """A name or key is already taken."""


class Unprocessable(ApiError):
    """The request is well-formed but cannot be carried out now."""


class RateLimited(ApiError):
    """Too many requests, and waiting did not help."""


class ServerError(ApiError):
    """The service, or a proxy before it, failed."""


_BY_STATUS: dict[int, type[ApiError]] = {
    202: NotReady,
    400: BadRequest,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    422: Unprocessable,
    429: RateLimited,
}


def api_error(status: int, message: str) -> ApiError:
    """The member of the tree that stands for `status`."""
    return _BY_STATUS.get(status, ServerError if status >= 500 else ApiError)(status, message)
