"""Database connections of requests that stay open: opened to read, closed right after.

Django closes a request's connection when its response ends. A stream ends when a tab is
closed, so that a hundred open tabs would use up every connection of a PostgreSQL server.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.db import connections
from django.http import StreamingHttpResponse

Arguments = ParamSpec("Arguments")
Found = TypeVar("Found")


def stream_response(events: AsyncIterator[str]) -> StreamingHttpResponse:
    """Server-sent events, sent without a database connection.

    Args:
        events: read the database by `read_briefly` only.
    """
    return StreamingHttpResponse(
        _without_connection(events),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
    )


async def read_briefly(
    read: Callable[Arguments, Found], *args: Arguments.args, **kwargs: Arguments.kwargs
) -> Found:
    """What `read` returns; the connection that it used is closed again."""

    def read_and_close() -> Found:
        try:
            return read(*args, **kwargs)
        finally:
            _close_connections()

    return await sync_to_async(read_and_close)()


async def _without_connection(events: AsyncIterator[str]) -> AsyncIterator[str]:
    # Here and not in the view: middleware may read the session after the view returned.
    await sync_to_async(_close_connections)()
    async with aclosing(events):  # type: ignore[type-var]  # every one is a generator
        async for event in events:
            yield event


def _close_connections() -> None:
    """Close this request's connections, but for one inside a transaction, as Django does."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()
