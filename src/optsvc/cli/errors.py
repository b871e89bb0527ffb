"""What goes wrong around the service, told in one line."""

from typing import Any

import click


class OneLineErrors(click.Group):
    """A group of commands that shows a problem of the environment as one line, and a defect as a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the chosen command."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            said = explain(error)
            if said is None:
                raise
            raise click.ClickException(said) from error


def explain(error: Exception) -> str | None:
    """One line for an error that the environment caused, None for any other."""
    import alembic.util
    import pydantic
    import redis
    import sqlalchemy.exc

    from optsvc.domain.errors import OptsvcError
    from optsvc.embedded import EmbeddedError
    from optsvc.storage.file_store import FileStoreError
    from optsvc.storage.migrations import Outdated

    match error:
        case EmbeddedError() | OptsvcError() | Outdated() | FileStoreError() | alembic.util.CommandError():
            return str(error)
        case sqlalchemy.exc.DBAPIError():
            return f"the database cannot be used: {first_line(error.orig or error)}"
        case sqlalchemy.exc.ArgumentError():
            return f"OPTSVC_DATABASE_URL: {error}"
        case redis.RedisError():
            return f"Redis cannot be used: {first_line(error)}"
        case pydantic.ValidationError() if error.title == "Settings":
            return "; ".join(f"OPTSVC_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors())
        case _:
            return None


def first_line(error: BaseException) -> str:
    """The first line of an error's message, its type when it has none."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
