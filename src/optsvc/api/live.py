"""Streams of changes: one look at the database serves all who follow the same thing, however many they are.

A message of Redis only says where to look. Without Redis everything that is followed is looked at every few seconds,
which it is anyway, in case a message was lost. A stream holds neither a thread nor a connection to the database.
"""

import asyncio
import logging
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from optsvc.api.threads import run_connecting
from optsvc.domain.errors import Forbidden, NotFound, TooManyRequests
from optsvc.domain.rights import Rule
from optsvc.queueing.wakeups import wait
from optsvc.services import tokens
from optsvc.services.changes import ClientTopic, ExperimentTopic, Standing, Topic, look
from optsvc.storage.session import snapshot

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 5.0
"""Everything that is followed is looked at so often."""
PACE_S = 0.25
"""Between two looks: changes that come thicker are told together."""
CHECK_EVERY_S = 30.0
"""So often it is asked anew whether who follows something may."""
MOST_OF_TOKEN = 100
MOST = 500
"""Streams of one process: each holds a socket."""
_TRY_AGAIN_S = 5
_IDLE_S = 60


@dataclass(frozen=True, slots=True)
class Follower:
    """Who follows what.

    Args:
        token_id: Of the token that the stream was opened with.
        secret: The token itself, so that it is noticed when it is revoked.
        rule: What the endpoint needs.
        topic: What is followed.
    """

    token_id: int
    secret: str = field(repr=False)
    rule: Rule
    topic: Topic


@dataclass(eq=False, slots=True)
class Stream:
    """An open stream.

    Args:
        follower: Who reads it.
        standing: How things stood when they were looked at last.
        news: Set when there is something to do.
        over: Whether it is to end.
    """

    follower: Follower
    standing: Standing
    news: asyncio.Event = field(default_factory=asyncio.Event)
    over: bool = False

    def end(self) -> None:
        """Have it end."""
        self.over = True
        self.news.set()


class Live:
    """All streams of a process."""

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        self._sessions = sessions
        self._streams: defaultdict[Topic, set[Stream]] = defaultdict(set)
        self._of_token: Counter[int] = Counter()
        self._known: dict[Topic, Standing] = {}
        self._due: set[Topic] = set()
        self._due_clients: set[int] = set()
        self._hinted = asyncio.Event()
        self._ended = False

    @property
    def open_streams(self) -> int:
        """How many there are."""
        return self._of_token.total()

    def changed(self, experiment_id: int, client_id: int | None) -> None:
        """Take a hint that something was stored for an experiment; with its client, if it may concern all of it."""
        self._due.add(ExperimentTopic(experiment_id))
        if client_id is not None:
            self._due_clients.add(client_id)
        self._hinted.set()

    @contextmanager
    def following(self, follower: Follower, standing: Standing) -> Iterator[Stream]:
        """A stream, kept up to date.

        Args:
            follower: Who reads it.
            standing: How things stand, as looked up a moment ago.

        Raises:
            TooManyRequests: There are too many streams already.
        """
        if self.open_streams >= MOST:
            raise TooManyRequests(f"this server has {MOST} event streams open already: try again", _TRY_AGAIN_S)
        if self._of_token[follower.token_id] >= MOST_OF_TOKEN:
            raise TooManyRequests(f"this token has {MOST_OF_TOKEN} event streams open already", _TRY_AGAIN_S)
        stream = Stream(follower, standing, over=self._ended)
        self._streams[follower.topic].add(stream)
        self._of_token[follower.token_id] += 1
        self._due.add(follower.topic)  # what has changed since that moment was told to nobody
        self._hinted.set()
        try:
            yield stream
        finally:
            self._of_token -= Counter([follower.token_id])
            self._streams[follower.topic].discard(stream)
            if not self._streams[follower.topic]:
                del self._streams[follower.topic]
                self._known.pop(follower.topic, None)

    def end(self) -> None:
        """Have all streams end, and those to come: the server stops."""
        self._ended = True
        for streams in self._streams.values():
            for stream in streams:
                stream.end()

    async def run(self) -> None:
        """Look and tell until cancelled."""
        looked = checked = time.monotonic()
        while True:
            await wait(self._hinted, LOOK_EVERY_S)
            self._hinted.clear()
            try:
                if everything := time.monotonic() - looked >= LOOK_EVERY_S:
                    looked = time.monotonic()
                await self._look(everything=everything)
                if time.monotonic() - checked >= CHECK_EVERY_S:
                    checked = time.monotonic()
                    await self._check()
            except SQLAlchemyError as error:
                logger.warning("event streams have nothing to tell, PostgreSQL is away: %s", error)
            await asyncio.sleep(PACE_S)

    async def _look(self, *, everything: bool) -> None:
        topics = [topic for topic in self._streams if everything or self._is_due(topic)]
        self._due, self._due_clients = set(), set()
        if not topics:
            return
        before = {topic: list(self._streams[topic]) for topic in topics}  # who comes meanwhile has looked later
        found = await run_connecting(self._found, topics, dict(self._known))
        for topic, standing in found.items():
            if topic in self._streams:
                self._known[topic] = standing
            for stream in before[topic]:
                if stream.standing != standing:
                    stream.standing = standing
                    stream.news.set()

    def _is_due(self, topic: Topic) -> bool:
        return topic in self._due or (isinstance(topic, ClientTopic) and topic.reach.client_id in self._due_clients)

    def _found(self, topics: Collection[Topic], known: dict[Topic, Standing]) -> dict[Topic, Standing]:
        with snapshot(self._sessions, idle_s=_IDLE_S) as session:  # so that what changed together is told together
            return look(session, topics, known)

    async def _check(self) -> None:
        """End the streams of those who may no longer read them."""
        streams = [stream for streams in self._streams.values() for stream in streams]
        followers = {stream.follower for stream in streams}
        if not followers:
            return
        refused = await run_connecting(self._refused, followers)
        for stream in streams:
            if stream.follower in refused:
                stream.end()

    def _refused(self, followers: Collection[Follower]) -> set[Follower]:
        with self._sessions() as session:
            return {follower for follower in followers if not _may(session, follower)}


def _may(session: Session, follower: Follower) -> bool:
    topic = follower.topic
    try:
        caller = tokens.authenticate(session, follower.secret, follower.rule)
        if isinstance(topic, ExperimentTopic):
            return topic == ExperimentTopic.of(session, caller, topic.experiment_id)
        return topic == ClientTopic.of(session, caller, topic.reach.client_id)
    except (Forbidden, NotFound):
        return False
