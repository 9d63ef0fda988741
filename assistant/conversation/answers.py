"""Answers that are being written: one task each, in the web process that received the question.

The task goes on when a browser leaves; what all of them have is stored together every moment,
so that a hundred answers write as often as one. Whoever comes back reads the rest from here,
or from the database where another process writes.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import DatabaseError, connection

from assistant.checking.check import faults_of
from assistant.checking.feedback import LeftOut, left_out_of
from assistant.checking.sentences import Sentences
from assistant.conversation import services as conversing
from assistant.conversation.services import Asked
from assistant.model.client import CoachUnavailable, Stream
from assistant.model.guard import repeats_prompt
from assistant.models import Message

logger = logging.getLogger(__name__)

# Threads of their own, whose connections outlive the request that asked.
_executor = ThreadPoolExecutor(4, thread_name_prefix="answers")

STORE_SECONDS = 0.5
# Words that come sooner after each other are shown together.
SHOW_SECONDS = 0.2
POLL_SECONDS = 0.3
# A writer that died leaves its message as it was: longer than this nobody writes.
LONGEST_SECONDS = 120


Result = TypeVar("Result")


async def _stored(function: Callable[..., Result], *arguments: object, **named: object) -> Result:
    """Call something that uses the database from a task that belongs to no request."""

    def call() -> Result:
        try:
            return function(*arguments, **named)
        finally:
            connection.close()

    return await asyncio.get_running_loop().run_in_executor(_executor, call)


class Answer:
    """One answer as it is written: each sentence is held until it is complete and checked."""

    def __init__(self, asked: Asked, language: str) -> None:
        self.asked = asked
        self.language = language
        self.text = ""
        self.left_out: LeftOut = []
        self._said = ""
        self._sentences = Sentences()
        self.is_over = self.is_stopped = False
        self.changed = asyncio.Condition()

    async def write(self) -> None:
        """Read the model's words until they end, the reader stops them, or they fail."""
        stream = Stream(self.asked.prompt)
        try:
            end = conversing.finish if await self._read(stream) else conversing.note_stop
            await _stored(end, self.asked, self.text, stream.usage, left_out=self.left_out)
        except CoachUnavailable as failure:
            await self._fall_back(failure)
        except Exception:
            logger.exception("An answer broke")
            await self._fall_back(CoachUnavailable("broken_stream", stream.usage))
        finally:
            self.is_over = True
            await self._tell()

    async def _read(self, stream: Stream) -> bool:
        """Return whether the model finished; False if the reader stopped it."""
        async for words in stream.words():
            self._said += words
            if complete := self._sentences.feed(words):
                await self._take(complete, stream)
            if self.is_stopped:
                return False
        await self._take(self._sentences.finish(), stream)
        if not self.text.strip():
            raise CoachUnavailable("not_borne_out", stream.usage)
        return True

    async def _take(self, sentences: list[str], stream: Stream) -> None:
        """Show the sentences that the record bears out; take back all that recites its prompt."""
        if repeats_prompt(self._said, self.asked.prompt):
            self.text = ""
            raise CoachUnavailable("off_topic", stream.usage)
        for sentence in sentences:
            if faults := faults_of(sentence, self.asked.known):
                self.left_out.append(left_out_of(sentence, faults))
            else:
                self.text += sentence
        await self._tell()

    async def _fall_back(self, failure: CoachUnavailable) -> None:
        await _stored(
            conversing.fall_back,
            self.asked,
            # Words of a model that declines to answer are no answer.
            "" if failure.code == "refused" else self.text,
            failure,
            language=self.language,
            left_out=self.left_out,
        )

    async def _tell(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    async def texts(self) -> AsyncIterator[str]:
        """Yield the text so far, whenever there is more."""
        seen = ""
        while True:
            if self.text != seen:
                seen = self.text
                yield seen
                if not self.is_over:
                    await asyncio.sleep(SHOW_SECONDS)
            if self.is_over and self.text == seen:
                return
            async with self.changed:
                if self.text == seen and not self.is_over:
                    await self.changed.wait()


_writing: dict[int, tuple[Answer, asyncio.Task[None]]] = {}
_keepers: set[asyncio.Task[None]] = set()


def begin(asked: Asked, language: str) -> None:
    """Start to write an answer in this process."""
    answer = Answer(asked, language)
    loop = asyncio.get_running_loop()
    task = loop.create_task(answer.write())
    key = asked.message.pk
    _writing[key] = (answer, task)
    task.add_done_callback(lambda _task: _writing.pop(key, None))
    if not _keepers:
        keeper = loop.create_task(_keep())
        _keepers.add(keeper)
        keeper.add_done_callback(_keepers.discard)


async def _keep() -> None:
    """Store what is written, while anything is; learn what another process stopped."""
    while _writing:
        await asyncio.sleep(STORE_SECONDS)
        texts = {pk: one.text for pk, (one, _task) in _writing.items() if one.text}
        try:
            stopped = await _stored(conversing.note_texts, texts)
        except DatabaseError:
            # The next time; and whoever ends stores all of its text.
            logger.exception("Answers could not be stored")
            continue
        for pk in stopped & _writing.keys():
            _writing[pk][0].is_stopped = True


def stop(message: Message) -> None:
    """Let the answer end at its next word, if it is written in this process."""
    if message.pk in _writing:
        _writing[message.pk][0].is_stopped = True


async def texts_of(message: Message) -> AsyncIterator[str]:
    """Yield a message's text whenever it grows, until it ends."""
    if message.pk in _writing:
        async for text in _writing[message.pk][0].texts():
            yield text
        return
    seen = ""
    deadline = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < deadline:
        found = await _stored(Message.objects.get, pk=message.pk)
        if found.text != seen:
            seen = found.text
            yield seen
        if not found.is_writing:
            return
        await asyncio.sleep(POLL_SECONDS)
