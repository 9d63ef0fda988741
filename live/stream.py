"""Server-sent events: one watcher per web process reads versions and wakes its open streams.

However many browsers listen, the database sees one small query per tick. Nothing that matters
is kept in memory: after sleep or a restart a browser catches up from the version that it saw
last (its Last-Event-ID). The caller says which channel somebody listens to, which of its
topics concern them, and what an event brings.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import Error, connection
from django.utils import timezone

from live.models import Topic

logger = logging.getLogger(__name__)

KEEP_ALIVE_SECONDS = 15
# A browser shares one stream between its tabs; a person may have a few browsers.
STREAMS_PER_PERSON = 6


@dataclass(frozen=True)
class Change:
    version: int
    topic: str


@dataclass(eq=False)
class Listener:
    """One open stream, whose it is, and the version that its browser has seen."""

    channel: int
    seen: int
    person: int
    is_retired: bool = False
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    pending: list[Change] = field(default_factory=list)

    def retire(self) -> None:
        """Let this stream end, in favour of newer ones."""
        self.is_retired = True
        self.wake.set()


def _read_changes(since: dict[int, int]) -> list[tuple[int, str, int]]:
    """Topics of these channels that changed after the oldest version seen."""
    try:
        return list(
            Topic.objects.filter(channel__in=since, version__gt=min(since.values()))
            .order_by("version")
            .values_list("channel", "name", "version")
        )
    except Error:
        connection.close()
        raise


class Watcher:
    """Reads the versions of the channels that have listeners, and wakes those."""

    def __init__(self) -> None:
        self._listeners: dict[int, set[Listener]] = defaultdict(set)
        # In the order in which they were opened.
        self._of_person: dict[int, list[Listener]] = defaultdict(list)
        self._task: asyncio.Task[None] | None = None
        # A thread of its own: its connection outlives requests.
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="live")

    async def listen(self, channel: int, seen: int, person: int) -> AsyncIterator[list[Change]]:
        """Batches of changes after `seen`; an empty batch when it has been quiet.

        It ends when the person has opened too many others since.
        """
        listener = Listener(channel, seen, person)
        self._add(listener)
        try:
            while not listener.is_retired:
                try:
                    await asyncio.wait_for(listener.wake.wait(), KEEP_ALIVE_SECONDS)
                except TimeoutError:
                    yield []
                    continue
                listener.wake.clear()
                batch, listener.pending = listener.pending, []
                if batch:
                    yield batch
        finally:
            self._remove(listener)

    def _add(self, listener: Listener) -> None:
        self._listeners[listener.channel].add(listener)
        own = self._of_person[listener.person]
        own.append(listener)
        open_ones = [one for one in own if not one.is_retired]
        if len(open_ones) > STREAMS_PER_PERSON:
            open_ones[0].retire()
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._watch())

    def _remove(self, listener: Listener) -> None:
        self._listeners[listener.channel].discard(listener)
        self._of_person[listener.person].remove(listener)
        if not self._listeners[listener.channel]:
            del self._listeners[listener.channel]
        if not self._of_person[listener.person]:
            del self._of_person[listener.person]

    async def _watch(self) -> None:
        read = sync_to_async(_read_changes, thread_sensitive=False, executor=self._executor)
        while self._listeners:
            since = {
                channel: min(listener.seen for listener in listeners)
                for channel, listeners in self._listeners.items()
                if listeners
            }
            try:
                for channel, name, version in await read(since) if since else ():
                    for listener in self._listeners.get(channel, ()):
                        if version > listener.seen:
                            listener.pending.append(Change(version, name))
            except Error:
                logger.exception("The watcher could not read versions")
            for listeners in self._listeners.values():
                for listener in listeners:
                    if listener.pending:
                        listener.seen = listener.pending[-1].version
                        listener.wake.set()
            await asyncio.sleep(settings.LIVE_TICK_SECONDS)


watcher = Watcher()


def server_milliseconds() -> int:
    return round(timezone.now().timestamp() * 1000)


# Whether a topic is for whoever listens.
Concerns = Callable[[str], bool]
# What an event brings, at a version.
Fragment = Callable[[int], Awaitable[str]]


def changes_since(channel: int, seen: int, concerns: Concerns) -> dict[str, Any]:
    """The topics that changed after `seen`, the version reached, and the server's time."""
    found = _read_changes({channel: seen})
    return {
        "topics": [name for _channel, name, _version in found if concerns(name)],
        "version": max((version for _channel, _name, version in found), default=seen),
        "now": server_milliseconds(),
    }


async def event_stream(
    channel: int,
    seen: int,
    concerns: Concerns,
    fragments: Mapping[str, Fragment] = MappingProxyType({}),
    *,
    person: int,
) -> AsyncIterator[str]:
    """Server-sent events: the topics that changed after `seen`, as they change.

    A "time" comes first, and whenever it has been quiet; "retired" comes last, where the
    person has opened too many streams since: this browser asks for changes instead.

    Args:
        fragments: by topic, HTML that its event brings, so that pages need not ask for it.
        person: a key of whoever listens.
    """
    yield f"retry: 1000\n{format_event('time', str(server_milliseconds()))}"
    async for batch in watcher.listen(channel, seen, person):
        if not batch:
            yield format_event("time", str(server_milliseconds()))
        for change in batch:
            if concerns(change.topic):
                fragment = fragments.get(change.topic)
                html = await fragment(change.version) if fragment else ""
                told = {"topic": change.topic, "html": html, "now": server_milliseconds()}
                yield f"id: {change.version}\n{format_event('change', json.dumps(told))}"
    yield format_event("retired", "")


def format_event(name: str, data: str) -> str:
    """One server-sent event."""
    lines = "".join(f"data: {line}\n" for line in data.splitlines() or [""])
    return f"event: {name}\n{lines}\n"
