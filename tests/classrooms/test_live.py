"""The stream of changes: what was missed comes, others' own topics do not."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from asgiref.sync import sync_to_async

from classrooms.live import event_stream
from classrooms.models import Dojo
from classrooms.models.live import current_version, touch
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


async def read(stream: AsyncIterator[str], count: int) -> list[str]:
    """Names of the next events, the clock's left out."""
    names: list[str] = []
    async with asyncio.timeout(5):
        async for message in stream:
            fields = dict(line.split(": ", 1) for line in message.strip().splitlines())
            if fields["event"] != "time":
                names.append(fields["event"])
            if len(names) == count:
                return names
    return names


def listen(
    dojo: Dojo, seen: int, *touches: tuple[str, ...], count: int, who: str | None = "member-me"
) -> list[str]:
    async def scenario() -> list[str]:
        stream = event_stream(dojo.pk, seen, who)
        await anext(stream)
        for names in touches:
            await sync_to_async(touch)(dojo.pk, *names)
        found = await read(stream, count)
        await stream.aclose()
        return found

    return asyncio.run(scenario())


def test_a_change_is_told_and_anothers_own_topic_is_not() -> None:
    dojo = factories.make_dojo()
    seen = current_version(dojo.pk)
    found = listen(dojo, seen, ("member-you", "member-me", "room"), count=2)
    assert sorted(found) == ["member-me", "room"]


def test_a_facilitator_hears_of_everyone() -> None:
    dojo = factories.make_dojo()
    seen = current_version(dojo.pk)
    found = listen(dojo, seen, ("member-you", "member-me"), count=2, who=None)
    assert sorted(found) == ["member-me", "member-you"]


def test_what_happened_while_away_is_told_on_return() -> None:
    dojo = factories.make_dojo()
    seen = current_version(dojo.pk)
    touch(dojo.pk, "leaderboard")
    touch(dojo.pk, "leaderboard")
    assert listen(dojo, seen, count=1) == ["leaderboard"]


def test_another_dojos_changes_are_not_told() -> None:
    dojo, other = factories.make_dojo(), factories.make_dojo(title="Other")
    seen = current_version(dojo.pk)
    touch(other.pk, "clock")
    assert listen(dojo, seen, ("room",), count=1) == ["room"]


def test_versions_only_grow() -> None:
    dojo = factories.make_dojo()
    versions = []
    for _change in range(3):
        touch(dojo.pk, "clock", "room")
        versions.append(current_version(dojo.pk))
    assert versions == sorted(set(versions))


def test_the_clock_comes_with_its_event_rendered_once_for_all(monkeypatch) -> None:
    from classrooms import shared_fragments
    from classrooms.shared_fragments import clock_html

    dojo = factories.make_dojo()
    seen = current_version(dojo.pk)
    rendered = []
    original = shared_fragments.render_to_string

    def count(*arguments: object) -> str:
        rendered.append(arguments)
        return original(*arguments)

    monkeypatch.setattr(shared_fragments, "render_to_string", count)

    async def scenario() -> list[str]:
        async def clock(version: int) -> str:
            return await clock_html(dojo.pk, version, "en")

        streams = [event_stream(dojo.pk, seen, None, {"clock": clock}) for _one in range(5)]
        for stream in streams:
            await anext(stream)
        await sync_to_async(touch)(dojo.pk, "clock")
        async with asyncio.timeout(5):
            found = [await anext(stream) for stream in streams]
        for stream in streams:
            await stream.aclose()
        return found

    events = asyncio.run(scenario())
    assert len(set(events)) == len(rendered) == 1
    assert "event: clock" in events[0]
    assert 'role="timer"' in events[0]
    assert all(
        line.split(":")[0] in ("id", "event", "data") for line in events[0].splitlines() if line
    )
