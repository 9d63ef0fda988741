"""The coach with a language model behind it: the local server."""

from collections.abc import Iterator

import pytest

from assistant.model import client
from assistant.model.breaker import Breaker
from tests.assistant.anthropic_server import AnthropicServer


@pytest.fixture
def anthropic_server(settings, monkeypatch) -> Iterator[AnthropicServer]:
    server = AnthropicServer()
    settings.ANTHROPIC_API_KEY = "test-key"
    settings.ANTHROPIC_BASE_URL = server.url
    settings.ASSISTANT_MAX_RETRIES = 1
    settings.ASSISTANT_TIMEOUT_SECONDS = 2.0
    monkeypatch.setattr(client, "breaker", Breaker())
    yield server
    server.close()
