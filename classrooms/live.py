"""Live pages: one watcher per web process reads versions and tells the streams.

However many browsers listen, the database sees one small query per tick. Nothing
is kept in memory that matters: a browser that slept or a process that restarted
catches up from the version that the browser last saw (its Last-Event-ID).
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from classrooms.models import Topic

logger = logging.getLogger(__name__)

KEEP_ALIVE_SECONDS = 15


@dataclass(frozen=True)
class Change:
    version: int
    topic: str


@dataclass(eq=False)
class Listener:
    """One open stream, and the version that its browser has seen."""

    dojo_id: int
    seen: int
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    pending: list[Change] = field(default_factory=list)


def _read_changes(since: dict[int, int]) -> list[tuple[int, str, int]]:
    """Topics of these Dojos that changed after the oldest version seen."""
    try:
        return list(
            Topic.objects.filter(dojo_id__in=since, version__gt=min(since.values()))
            .order_by("version")
            .values_list("dojo_id", "name", "version")
        )
    except DatabaseError:
        connection.close()
        raise


class Watcher:
    """Reads the versions of the Dojos that have listeners, and wakes those."""

    def __init__(self) -> None:
        self._listeners: dict[int, set[Listener]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None
        # A thread of its own: its connection outlives requests.
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="live")

    async def listen(self, dojo_id: int, seen: int) -> AsyncIterator[list[Change]]:
        """Batches of changes after `seen`; an empty batch when it has been quiet."""
        listener = Listener(dojo_id, seen)
        self._listeners[dojo_id].add(listener)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._watch())
        try:
            while True:
                try:
                    await asyncio.wait_for(listener.wake.wait(), KEEP_ALIVE_SECONDS)
                except TimeoutError:
                    yield []
                    continue
                listener.wake.clear()
                batch, listener.pending = listener.pending, []
                yield batch
        finally:
            self._listeners[dojo_id].discard(listener)
            if not self._listeners[dojo_id]:
                del self._listeners[dojo_id]

    async def _watch(self) -> None:
        read = sync_to_async(_read_changes, thread_sensitive=False, executor=self._executor)
        while self._listeners:
            since = {
                dojo_id: min(listener.seen for listener in listeners)
                for dojo_id, listeners in self._listeners.items()
                if listeners
            }
            try:
                for dojo_id, name, version in await read(since) if since else ():
                    for listener in self._listeners.get(dojo_id, ()):
                        if version > listener.seen:
                            listener.pending.append(Change(version, name))
            except DatabaseError:
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


def _concerns(topic: str, own_topic: str | None) -> bool:
    return own_topic is None or not topic.startswith("member-") or topic == own_topic


def changes_since(dojo_id: int, seen: int, own_topic: str | None) -> dict[str, Any]:
    """The topics that changed after `seen`, the version they stand at, the server's time.

    Args:
        own_topic: as of `event_stream`.
    """
    found = _read_changes({dojo_id: seen})
    return {
        "topics": [name for _dojo, name, _version in found if _concerns(name, own_topic)],
        "version": max((version for _dojo, _name, version in found), default=seen),
        "now": server_milliseconds(),
    }


# A fragment that an event brings, of a version.
Fragment = Callable[[int], Awaitable[str]]


async def event_stream(
    dojo_id: int,
    seen: int,
    own_topic: str | None,
    fragments: Mapping[str, Fragment] = MappingProxyType({}),
) -> AsyncIterator[str]:
    """Server-sent events: the topics that changed.

    Args:
        own_topic: of a participant, who hears no other's: its name is their identifier.
            None for a facilitator, who looks at everyone's pages.
        fragments: by topic, what its event brings: two hundred pages need not ask for it.
    """
    yield f"retry: 1000\n{_event('time', str(server_milliseconds()))}"
    async for batch in watcher.listen(dojo_id, seen):
        if not batch:
            yield _event("time", str(server_milliseconds()))
        for change in batch:
            if _concerns(change.topic, own_topic):
                fragment = fragments.get(change.topic)
                data = await fragment(change.version) if fragment else str(server_milliseconds())
                yield f"id: {change.version}\n{_event(change.topic, data)}"


def _event(name: str, data: str) -> str:
    lines = "".join(f"data: {line}\n" for line in data.splitlines() or [""])
    return f"event: {name}\n{lines}\n"
