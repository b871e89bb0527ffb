"""The application: routers, error answers, and the connections that all requests share."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import Depends, FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from optsvc import __version__
from optsvc.api import dashboard, download, errors
from optsvc.api.deps import BASIC, BEARER, SIGN_IN
from optsvc.api.document import DESCRIPTION, TAGS, DocumentedAPI, operation_id
from optsvc.api.file_stores import file_store
from optsvc.api.live import Live
from optsvc.api.packed import Packed
from optsvc.api.responses import ContractResponse
from optsvc.api.routers import (
    accounts,
    aiexperiments,
    analyses,
    checkpoints,
    events,
    experiment_runs,
    experiments,
    file_contents,
    files,
    health,
    notes,
    observations,
    plots,
    projects,
    queued_suggestions,
    results,
    run_plots,
    sessions,
    suggestions,
    tags,
    tokens,
    training_runs,
    web_data,
)
from optsvc.config import Settings
from optsvc.queueing import queues, wakeups
from optsvc.queueing.connection import connect, connect_async
from optsvc.queueing.rates import RateLimiter
from optsvc.queueing.sign_ins import WrongPasswords
from optsvc.queueing.wakeups import WakeUps
from optsvc.storage.session import make_sessionmaker


class _OneSlash:
    """Takes a doubled slash at the start of a path as one: clients join an address that ends with a slash to a path."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("//"):
            scope = {**scope, "path": scope["path"][1:]}
        await self.app(scope, receive, send)


def create_app(settings: Settings) -> FastAPI:
    """The API of one process.

    Args:
        settings: Needs `database_url` and `redis_url`; neither server has to be up yet.

    Raises:
        ValueError: An address is missing.
        FileStoreError: The settings for files are half given.
    """
    if settings.database_url is None or settings.redis_url is None:
        raise ValueError("OPTSVC_DATABASE_URL and OPTSVC_REDIS_URL must be set (`optsvc up` sets them by itself)")
    redis_url = settings.redis_url

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async_redis = connect_async(redis_url)
        app.state.wakeups = WakeUps(async_redis, app.state.live.changed)
        tasks = [asyncio.create_task(each.run()) for each in (app.state.wakeups, app.state.live)]
        yield
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await async_redis.aclose()
        app.state.sessions.kw["bind"].dispose()
        app.state.redis.close()

    app = DocumentedAPI(
        title="optsvc",
        version=__version__,
        description=DESCRIPTION,
        lifespan=lifespan,
        default_response_class=ContractResponse,
        redirect_slashes=False,
        separate_input_output_schemas=False,
        generate_unique_id_function=operation_id,
        openapi_tags=TAGS,
        docs_url=None,  # these would load scripts from elsewhere; the dashboard has a page at /docs
        redoc_url=None,
    )
    app.state.settings = settings
    app.state.redis = connect(redis_url)
    app.state.limiter = RateLimiter(app.state.redis, reads=settings.reads_per_second, writes=settings.writes_per_second)
    app.state.file_store = file_store(settings)
    app.state.downloads = download.limit()
    app.state.wrong_passwords = WrongPasswords(app.state.redis, tries=settings.wrong_passwords)
    app.state.sessions = make_sessionmaker(settings.database_url, pool_size=settings.database_pool_size)
    queues.attach(app.state.sessions, app.state.redis)
    wakeups.attach(app.state.sessions, app.state.redis)
    app.state.live = Live(app.state.sessions)
    errors.install(app)
    app.add_middleware(Packed)
    app.add_middleware(_OneSlash)
    app.include_router(health.router)
    app.include_router(file_contents.router)
    app.include_router(sessions.entrance, prefix="/v1")
    for resource in (
        experiments,
        aiexperiments,
        suggestions,
        queued_suggestions,
        observations,
        results,
        analyses,
        plots,
        run_plots,
        events,
        tokens,
        sessions,
        accounts,
        projects,
        training_runs,
        checkpoints,
        experiment_runs,
        tags,
        notes,
        files,
        web_data,
    ):
        app.include_router(
            resource.router, prefix="/v1", dependencies=[Depends(BASIC), Depends(BEARER), Depends(SIGN_IN)]
        )
    dashboard.install(app)
    return app
