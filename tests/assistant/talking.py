"""Ask the coach, and wait for the whole answer."""

import asyncio

from asgiref.sync import sync_to_async

from assistant.conversation import answers
from assistant.conversation import services as conversing
from assistant.conversation.services import Asked
from assistant.model import client
from assistant.models import Message
from classrooms.models import Seat


def said(member: Seat, text: str = "What should I do?", language: str = "en") -> Message:
    """The coach's answer once it has ended."""
    # Its connections belong to the loop that opened them; a web process has only one.
    client._async_client.cache_clear()

    async def scenario() -> None:
        asked = await sync_to_async(conversing.say)(member, text, None, language=language)
        if isinstance(asked, Asked):
            answers.begin(asked, language)
            async for _text in answers.texts_of(asked.message):
                pass

    asyncio.run(scenario())
    return Message.objects.filter(seat=member, role="coach").latest("pk")
