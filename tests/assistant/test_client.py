"""The Messages API through the real SDK, against a server that speaks it."""

import asyncio

import pytest
from pydantic import BaseModel

from assistant.model import client
from assistant.model.breaker import FAILURES_TO_OPEN
from assistant.model.client import CoachUnavailable, Prompt, Stream, Turn, ask
from assistant.model.pricing import Usage
from tests.assistant.anthropic_server import USAGE, Act, AnthropicServer

PROMPT = Prompt(
    stable=("You are a coach.", "The data card."),
    current="They look at #3.",
    turns=(Turn("user", "Is it good?"),),
)
SPENT = Usage(100, 20, 0, 900)


class Answer(BaseModel):
    score: int


def stream(prompt: Prompt = PROMPT) -> tuple[str, Stream]:
    """What came, and the stream; a failure is raised as the coach would see it."""
    found = Stream(prompt)

    async def read() -> str:
        return "".join([text async for text in found.words()])

    return asyncio.run(read()), found


def test_what_is_sent_marks_the_stable_part_for_the_cache(
    anthropic_server: AnthropicServer,
) -> None:
    anthropic_server.will(Act('{"score": 2}'))
    assert ask(PROMPT, Answer).output == Answer(score=2)
    (sent,) = anthropic_server.requests
    assert [block["text"] for block in sent["system"]] == [*PROMPT.stable, PROMPT.current]
    assert ["cache_control" in block for block in sent["system"]] == [False, True, False]
    assert sent["messages"] == [{"role": "user", "content": "Is it good?"}]
    assert sent["model"] == "claude-sonnet-5-5"
    assert sent["output_config"]["effort"] == "low"
    assert sent["output_config"]["format"]["type"] == "json_schema"
    assert anthropic_server.headers[0]["authorization"] == "Bearer test-key"


def test_a_server_of_one_s_own_needs_no_key_and_may_talk_around_its_json(
    anthropic_server: AnthropicServer, settings
) -> None:
    settings.ANTHROPIC_API_KEY = ""
    anthropic_server.will(Act('Here you are:\n```json\n{"score": 2}\n```'))
    assert ask(PROMPT, Answer).output == Answer(score=2)


def test_usage_is_told(anthropic_server: AnthropicServer) -> None:
    anthropic_server.will(Act('{"score": 2}'))
    assert ask(PROMPT, Answer).usage == SPENT


@pytest.mark.parametrize("broken", ['{"score": "many"}', "Three points!", '{"score": 2', ""])
def test_a_reply_that_breaks_the_type_is_asked_for_once_more(
    anthropic_server: AnthropicServer, broken: str
) -> None:
    anthropic_server.will(Act(broken), Act('{"score": 3}'))
    reply = ask(PROMPT, Answer)
    assert reply.output.score == 3
    assert len(anthropic_server.requests) == 2
    assert reply.usage.output_tokens > SPENT.output_tokens, "the broken one was billed, too"
    assert "Answer with JSON alone" in anthropic_server.requests[1]["messages"][-1]["content"]
    anthropic_server.will(Act(broken), Act(broken))
    with pytest.raises(CoachUnavailable, match="broken_reply"):
        ask(PROMPT, Answer)


FAILURES = [
    ([Act(status=401, error="authentication_error")], "bad_key"),
    ([Act(status=403, error="permission_error")], "bad_key"),
    ([Act(status=429, error="rate_limit_error", headers={"retry-after": "0"})] * 2, "rate_limited"),
    ([Act(status=529, error="overloaded_error", headers={"retry-after": "0"})] * 2, "overloaded"),
    ([Act(status=500, error="api_error", headers={"retry-after": "0"})] * 2, "unreachable"),
    ([Act(status=400, error="invalid_request_error", message="prompt is too long")], "too_long"),
    ([Act(status=400, error="invalid_request_error", message="no such model")], "bad_request"),
    ([Act(status=413, error="request_too_large")], "too_long"),
    ([Act(text='{"score": 1}', stop_reason="refusal")], "refused"),
]


@pytest.mark.parametrize(("acts", "code"), FAILURES, ids=lambda value: str(value)[:20])
def test_every_failure_has_a_code(
    anthropic_server: AnthropicServer, acts: list[Act], code: str
) -> None:
    anthropic_server.will(*acts)
    with pytest.raises(CoachUnavailable) as caught:
        ask(PROMPT, Answer)
    assert caught.value.code == code
    anthropic_server.will(*acts)
    with pytest.raises(CoachUnavailable) as caught:
        stream()
    assert caught.value.code == code


def test_a_full_service_is_asked_again_as_it_says(anthropic_server: AnthropicServer) -> None:
    anthropic_server.will(
        Act(status=429, error="rate_limit_error", headers={"retry-after": "0"}), Act('{"score": 1}')
    )
    assert ask(PROMPT, Answer).output.score == 1
    assert len(anthropic_server.requests) == 2


def test_a_slow_service_is_not_waited_for_longer_than_set(
    anthropic_server: AnthropicServer, settings
) -> None:
    settings.ASSISTANT_TIMEOUT_SECONDS, settings.ASSISTANT_MAX_RETRIES = 0.3, 0
    anthropic_server.will(Act('{"score": 1}', pause=1.5))
    with pytest.raises(CoachUnavailable, match="timeout"):
        ask(PROMPT, Answer)


def test_a_reply_that_is_no_json_is_a_failure(anthropic_server: AnthropicServer, settings) -> None:
    settings.ASSISTANT_MAX_RETRIES = 0
    for _try in range(2):
        anthropic_server.will(Act(raw=b"<html>gateway</html>"))
    with pytest.raises(CoachUnavailable):
        ask(PROMPT, Answer)


def test_an_answer_streams_and_its_usage_is_known_at_the_end(
    anthropic_server: AnthropicServer,
) -> None:
    anthropic_server.will(Act("What do you expect, and why?"))
    text, found = stream()
    assert text == "What do you expect, and why?"
    assert found.usage == SPENT
    assert USAGE["output_tokens"] == found.usage.output_tokens


def test_a_stream_that_breaks_is_a_failure_and_what_came_was_shown(
    anthropic_server: AnthropicServer, settings
) -> None:
    settings.ASSISTANT_MAX_RETRIES = 0
    anthropic_server.will(Act("one two three four five", breaks_after=2))
    found, seen = Stream(PROMPT), []

    async def read() -> None:
        async for text in found.words():
            seen.append(text)

    with pytest.raises(CoachUnavailable):
        asyncio.run(read())
    assert "".join(seen) == "one two "
    assert found.usage.output_tokens == PROMPT.max_tokens, "nobody said what it cost"


def test_while_the_service_is_down_nobody_waits_for_it(
    anthropic_server: AnthropicServer, settings, monkeypatch
) -> None:
    settings.ASSISTANT_MAX_RETRIES = 0
    anthropic_server.default = Act(status=529, error="overloaded_error")
    for _try in range(FAILURES_TO_OPEN):
        with pytest.raises(CoachUnavailable, match="overloaded"):
            ask(PROMPT, Answer)
    with pytest.raises(CoachUnavailable, match="resting"):
        ask(PROMPT, Answer)
    assert len(anthropic_server.requests) == FAILURES_TO_OPEN
    # A minute later one call is let through, and finds that it works again.
    monkeypatch.setattr(client.breaker, "_closed_again_at", 0.0)
    anthropic_server.default = Act('{"score": 1}')
    assert ask(PROMPT, Answer).output.score == 1
    assert ask(PROMPT, Answer).output.score == 1


def test_a_wrong_key_does_not_open_the_circuit(anthropic_server: AnthropicServer) -> None:
    anthropic_server.default = Act(status=401, error="authentication_error")
    for _try in range(FAILURES_TO_OPEN + 1):
        with pytest.raises(CoachUnavailable, match="bad_key"):
            ask(PROMPT, Answer)


def test_without_a_key_nothing_is_sent(anthropic_server: AnthropicServer, settings) -> None:
    settings.ANTHROPIC_API_KEY = settings.ANTHROPIC_BASE_URL = ""
    with pytest.raises(CoachUnavailable, match="no_key"):
        ask(PROMPT, Answer)
    with pytest.raises(CoachUnavailable, match="no_key"):
        stream()
    assert anthropic_server.requests == []
