"""Replies read from a file instead of the service, to see what a request contains and how a reply
is parsed.

The SDK makes the request and reads the reply as ever; only the wire ends here.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from assistant.facts.rubric import Review as Rubric
from assistant.model import client
from assistant.model.client import CoachUnavailable, Prompt


def request_of(prompt: Prompt) -> dict[str, Any]:
    """The body that would be sent for feedback, to the letter."""
    sent: list[dict[str, Any]] = []
    with suppress(CoachUnavailable):
        _ask(prompt, "", sent)
    return sent[0]


def read_reply(prompt: Prompt, reply: str) -> Rubric:
    """Feedback as the product reads it.

    Args:
        reply: what a model answered, or a whole message of the Messages API as JSON.

    Raises:
        CoachUnavailable: the reply breaks the type, or refuses.
    """
    return _ask(prompt, reply, [])


def _ask(prompt: Prompt, reply: str, sent: list[dict[str, Any]]) -> Rubric:
    import anthropic  # noqa: PLC0415 (takes seconds to import)
    import httpx2  # noqa: PLC0415 (the same)

    def serve(request: httpx2.Request) -> httpx2.Response:
        sent.append(json.loads(request.content))
        return httpx2.Response(200, json=_message(reply))

    with httpx2.Client(transport=httpx2.MockTransport(serve)) as wire:
        offline = anthropic.Anthropic(api_key="none", http_client=wire)
        return client.ask(prompt, Rubric, client=offline).output


def _message(reply: str) -> dict[str, Any]:
    """The reply as the service would send it."""
    try:
        whole = json.loads(reply)
    except json.JSONDecodeError:
        whole = None
    if isinstance(whole, dict) and whole.get("type") == "message":
        return whole
    return {
        "id": "msg_recorded",
        "type": "message",
        "role": "assistant",
        "model": "recorded",
        "content": [{"type": "text", "text": reply}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 0, "output_tokens": 0},
    }
