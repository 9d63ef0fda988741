"""The stream of changes: what was missed comes, others' own topics do not."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from asgiref.sync import sync_to_async

from classrooms.models import Dojo
from classrooms.topics import concerns
from live.models import current_version, touch
from live.stream import STREAMS_PER_PERSON, event_stream
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


async def read(stream: AsyncIterator[str], count: int) -> list[str]:
    """Names of the next events, the clock's left out."""
    names: list[str] = []
    async with asyncio.timeout(5):
        async for message in stream:
            fields = dict(line.split(": ", 1) for line in message.strip().splitlines())
            if fields["event"] == "change":
                names.append(json.loads(fields["data"])["topic"])
            if len(names) == count:
                return names
    return names


def listen(
    dojo: Dojo, seen: int, *touches: tuple[str, ...], count: int, sees_everyone: bool = False
) -> list[str]:
    async def scenario() -> list[str]:
        concerned = concerns("member-me", sees_everyone=sees_everyone)
        stream = event_stream(dojo.pk, seen, concerned, person=1)
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
    found = listen(dojo, seen, ("member-you", "member-me", "participants"), count=2)
    assert sorted(found) == ["member-me", "participants"]


def test_a_facilitator_hears_of_everyone() -> None:
    dojo = factories.make_dojo()
    seen = current_version(dojo.pk)
    found = listen(dojo, seen, ("member-you", "member-me"), count=2, sees_everyone=True)
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
    assert listen(dojo, seen, ("participants",), count=1) == ["participants"]


def test_versions_only_grow() -> None:
    dojo = factories.make_dojo()
    versions = []
    for _change in range(3):
        touch(dojo.pk, "clock", "participants")
        versions.append(current_version(dojo.pk))
    assert versions == sorted(set(versions))


def test_the_clock_comes_with_its_event_rendered_once_for_all(monkeypatch) -> None:
    from classrooms.dojos import fragments as shared_fragments
    from classrooms.dojos.fragments import clock_html

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

        everything = concerns("", sees_everyone=True)
        streams = [
            event_stream(dojo.pk, seen, everything, {"clock": clock}, person=person)
            for person in range(5)
        ]
        for stream in streams:
            await anext(stream)
        await sync_to_async(touch)(dojo.pk, "clock")
        async with asyncio.timeout(5):
            found = [await anext(stream) for stream in streams]
        for stream in streams:
            await stream.aclose()
        return found

    events = asyncio.run(scenario())
    changes = [json.loads(event.partition("data: ")[2]) for event in events]
    assert len({change["html"] for change in changes}) == len(rendered) == 1
    assert changes[0]["topic"] == "clock"
    assert 'role="timer"' in changes[0]["html"]
    assert all(
        line.split(":")[0] in ("id", "event", "data") for line in events[0].splitlines() if line
    )


def test_a_person_keeps_a_few_streams_and_the_oldest_is_told() -> None:
    dojo = factories.make_dojo()
    seen = current_version(dojo.pk)

    async def scenario() -> list[str]:
        def stream(person: int) -> AsyncIterator[str]:
            return event_stream(dojo.pk, seen, lambda topic: True, person=person)

        own = [stream(1) for _one in range(STREAMS_PER_PERSON + 1)]
        others = stream(2)
        opened = []
        for one in (others, *own):
            await anext(one)
            # A stream listens from its second event on.
            opened.append(asyncio.ensure_future(anext(one)))
            await asyncio.sleep(0)
        told = await opened[1]
        await sync_to_async(touch)(dojo.pk, "participants")
        found = [told, *await asyncio.gather(opened[0], *opened[2:])]
        assert [event async for event in own[0]] == []
        for one in (others, *own):
            await one.aclose()
        return [event.partition("event: ")[2].split("\n")[0] for event in found]

    assert asyncio.run(scenario()) == ["retired"] + ["change"] * (STREAMS_PER_PERSON + 1)
