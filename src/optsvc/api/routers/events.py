"""Event streams: what has changed is told at once, so that nobody need ask again and again."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import ServerSentEvent
from sqlalchemy.orm import Session

from optsvc.api.credentials import secret_of
from optsvc.api.deps import CallerDep, ExperimentId, SessionDep
from optsvc.api.errors import RESPONSES
from optsvc.api.live import Follower, Live, Stream
from optsvc.api.responses import EventStream
from optsvc.api.route import ContractRoute, needs
from optsvc.api.schemas.common import Id
from optsvc.api.schemas.events import ClientEventOut, ExperimentEventOut
from optsvc.domain.rights import Right
from optsvc.services.access import Caller
from optsvc.services.changes import ClientTopic, ExperimentChanges, ExperimentTopic, Topic, look

router = APIRouter(route_class=ContractRoute, tags=["events"], responses=RESPONSES)


async def _follow(request: Request, session: Session, caller: Caller, topic: Topic) -> AsyncIterator[Stream]:
    """A stream that ends with the answer; the transaction of the request ends before it begins."""
    live: Live = request.app.state.live
    standing = (await run_in_threadpool(look, session, [topic], {}))[topic]
    with live.following(Follower(caller.token_id, secret_of(request), caller.rule, topic), standing) as stream:
        yield stream


async def _experiment_stream(
    request: Request, session: SessionDep, caller: CallerDep, experiment_id: ExperimentId
) -> AsyncIterator[Stream]:
    topic = await run_in_threadpool(ExperimentTopic.of, session, caller, experiment_id)
    async for stream in _follow(request, session, caller, topic):
        yield stream


async def _client_stream(
    request: Request, session: SessionDep, caller: CallerDep, client_id: Id
) -> AsyncIterator[Stream]:
    topic = await run_in_threadpool(ClientTopic.of, session, caller, client_id)
    async for stream in _follow(request, session, caller, topic):
        yield stream


async def _own_client_stream(request: Request, session: SessionDep, caller: CallerDep) -> AsyncIterator[Stream]:
    topic = await run_in_threadpool(ClientTopic.of, session, caller, None)
    async for stream in _follow(request, session, caller, topic):
        yield stream


LastEventId = Annotated[
    str | None,
    Header(
        alias="Last-Event-ID",
        description="The id of the last event that you have got: what has changed since comes first.",
    ),
]


@router.get("/experiments/{experiment_id}/events", response_class=EventStream)
@needs(Right.READ, development=True, guest=True)
async def experiment_events(
    stream: Annotated[Stream, Depends(_experiment_stream)], last_event_id: LastEventId = None
) -> AsyncIterator[ExperimentEventOut]:
    """Follow an experiment: server-sent events that say what to look at again, until you hang up.

    The first event, `start`, says how things stand; each `change` follows within a second, and what changes at once is
    told at once. Come back with the id of the last event as `Last-Event-ID`, as browsers do by themselves: if you
    missed anything, a `change` that says what comes first. Comments keep the connection open. The stream ends when its
    token is revoked or the server stops.
    """
    async for event in _told(stream, last_event_id):
        yield event


@router.get("/events", response_class=EventStream)
@needs(Right.READ, development=True)
async def events(
    stream: Annotated[Stream, Depends(_own_client_stream)], last_event_id: LastEventId = None
) -> AsyncIterator[ClientEventOut]:
    """Follow the experiments that you see in the token's client: events that name those to look at again.

    For the rest as the events of one experiment.
    """
    async for event in _told(stream, last_event_id):
        yield event


@router.get("/clients/{client_id}/events", response_class=EventStream)
@needs(Right.READ, development=True)
async def client_events(
    stream: Annotated[Stream, Depends(_client_stream)], last_event_id: LastEventId = None
) -> AsyncIterator[ClientEventOut]:
    """Follow the experiments that you see in a client: events that name those to look at again.

    For the rest as the events of one experiment.
    """
    async for event in _told(stream, last_event_id):
        yield event


async def _told(stream: Stream, last_event_id: str | None) -> AsyncIterator[Any]:
    """The events: each says what has changed since the one before. Any, for FastAPI documents only what they carry."""
    mark, first = last_event_id or stream.standing.mark, True
    while not stream.over:
        stream.news.clear()
        standing = stream.standing
        changes = standing.since(mark)
        if changes or first:
            yield ServerSentEvent(
                event="change" if changes else "start",
                id=standing.mark,
                data=ExperimentEventOut.of(changes)
                if isinstance(changes, ExperimentChanges)
                else ClientEventOut.of(changes),
            )
        mark, first = standing.mark, False
        await stream.news.wait()
