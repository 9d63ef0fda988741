"""Fragments that everyone sees alike: rendered once per version and language, by whoever
asks first; the others wait for that one."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable

from django.template.loader import render_to_string
from django.utils import translation

from classrooms.dojos.reads import dojo_clock
from classrooms.models import Dojo
from live.connections import read_briefly

KEPT = 100

Key = tuple[int, int, str]


class Rendered:
    """The latest fragments, each a future. One per event loop, which is one per process."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Key, asyncio.Future[str]] = OrderedDict()

    async def get(self, key: Key, render: Callable[[], str]) -> str:
        """The fragment of this key, rendered if nobody has yet."""
        found = self._kept.get(key)
        if found is None or found.get_loop() is not asyncio.get_running_loop():
            found = asyncio.ensure_future(read_briefly(render))
            self._kept[key] = found
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        try:
            return await asyncio.shield(found)
        except Exception:
            self._kept.pop(key, None)
            raise


_clocks = Rendered()


async def clock_html(dojo_id: int, version: int, language: str) -> str:
    """The clock that stands on every page of a Dojo.

    Args:
        version: of the change that it is asked for; a later state may already show.
    """

    def render() -> str:
        dojo = Dojo.objects.get(pk=dojo_id)
        with translation.override(language):
            return render_to_string("classrooms/clock.html", {"clock": dojo_clock(dojo)})

    return await _clocks.get((dojo_id, version, language), render)
